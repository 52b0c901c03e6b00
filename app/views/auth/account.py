"""A person's own account: who they are here, their language, what they belong to, where they are signed in."""

from uuid import UUID

from flask import abort, flash
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.domain.clock import today
from app.domain.devices import device_name
from app.domain.errors import DomainError
from app.extensions import db, ports
from app.fab.portal import expose
from app.fab.redirects import see_other
from app.security.access import requires_sign_in
from app.security.fresh import ensure_fresh, requires_fresh
from app.security.sessions import sign_out
from app.services.accounts import (
    end_other_sessions,
    end_own_session,
    memberships_of,
    open_sessions,
    password_set_at,
)
from app.services.confirmation import has_password
from app.services.email_change import pending_email
from app.views.auth.account_page import AccountPage, this_person
from app.views.auth.second_step_pages import second_step_card
from app.views.labels import EMPLOYER_ROLES, SIGN_IN_METHODS


class AccountView(AccountPage):
    """The first page of the account, and the sessions it lists."""

    endpoint_name = "account"

    @expose("/account")
    @requires_sign_in
    def show(self) -> str:
        person, session = this_person(), db.session()
        sessions = open_sessions(session, person.user_id)
        return self.render(
            "auth/account.html",
            sessions=[
                (one, device_name(one.user_agent), one.id == person.session_id)
                for one in sorted(sessions, key=lambda one: one.id != person.session_id)
            ],
            pending=pending_email(session, person.user_id),
            has_password=has_password(session, person.user_id),
            second_step=second_step_card(),
            password_set_at=password_set_at(session, person.user_id),
            memberships=memberships_of(session, person.user_id),
            has_nothing=not person.is_staff and not person.companies,
            roles=EMPLOYER_ROLES,
            methods=SIGN_IN_METHODS,
            has_providers=bool(ports().providers),
            today=today(),
        )

    @expose("/account/sessions/<uuid:session_id>/end", methods=["POST"])
    @requires_sign_in
    def end_session(self, session_id: UUID) -> Response:
        """End one of one's own sessions; ending this one is signing out, which needs no proof."""
        person = this_person()
        try:
            ended = end_own_session(db.session(), person.user_id, session_id)
        except DomainError:
            abort(404)
        if ended == person.session_id:
            sign_out()
        else:
            ensure_fresh()
        db.session.commit()
        url = "/" if ended == person.session_id else "/account"
        return self.saved(_("The session has ended."), url)

    @expose("/account/sessions/end-others", methods=["POST"])
    @requires_sign_in
    @requires_fresh
    def end_others(self) -> Response:
        person = this_person()
        count = end_other_sessions(db.session(), person.user_id, keep_id=person.session_id)
        db.session.commit()
        message = ngettext(
            "%(num)s other session has ended.", "%(num)s other sessions have ended.", count
        )
        return self.saved(message, "/account")

    @expose("/account/sessions/end-all", methods=["POST"])
    @requires_sign_in
    @requires_fresh
    def end_all(self) -> Response:
        """Sign out everywhere, here too."""
        end_other_sessions(db.session(), this_person().user_id, keep_id=None)
        sign_out()
        db.session.commit()
        flash(_("You are signed out everywhere, on this device too."), "ok")
        return see_other("/")

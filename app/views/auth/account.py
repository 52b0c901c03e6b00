"""A person's own account: who they are here, their language, and where they are signed in."""

from uuid import UUID

from flask import abort
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.domain.clock import today
from app.domain.devices import device_name
from app.domain.errors import DomainError
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import current_principal, requires_sign_in
from app.security.principal import Principal
from app.security.sessions import sign_out
from app.services.accounts import (
    OpenSession,
    end_other_sessions,
    end_own_session,
    memberships_of,
    open_sessions,
)
from app.views.labels import EMPLOYER_ROLES
from app.views.navigation import home_url


class AccountView(PortalView):
    """The only page that needs nobody's company."""

    endpoint_name = "account"
    route_base = ""

    @expose("/account")
    @requires_sign_in
    def show(self) -> str:
        person = _person()
        sessions = open_sessions(db.session(), person.user_id)
        return self.render(
            "auth/account.html",
            sessions=[
                (one, device_name(one.user_agent), _is_this(one, person)) for one in sessions
            ],
            memberships=memberships_of(db.session(), person.user_id),
            has_nothing=not person.is_staff and not person.companies,
            layout="layouts/backoffice.html" if person.is_staff else "layouts/portal.html",
            roles=EMPLOYER_ROLES,
            today=today(),
            home_url=home_url(person),
        )

    @expose("/account/sessions/<uuid:session_id>/end", methods=["POST"])
    @requires_sign_in
    def end_session(self, session_id: UUID) -> Response:
        """End one of one's own sessions; ending this one is signing out."""
        person = _person()
        try:
            ended = end_own_session(db.session(), person.user_id, session_id)
        except DomainError:
            abort(404)
        if ended == person.session_id:
            sign_out()
        db.session.commit()
        url = "/" if ended == person.session_id else "/account"
        return self.saved(_("The session has ended."), url)

    @expose("/account/sessions/end-others", methods=["POST"])
    @requires_sign_in
    def end_others(self) -> Response:
        person = _person()
        count = end_other_sessions(db.session(), person.user_id, keep_id=person.session_id)
        db.session.commit()
        message = ngettext(
            "%(num)s other session has ended.", "%(num)s other sessions have ended.", count
        )
        return self.saved(message, "/account")


def _person() -> Principal:
    person = current_principal()
    if person is None:
        abort(403)
    return person


def _is_this(session: OpenSession, person: Principal) -> bool:
    return session.id == person.session_id

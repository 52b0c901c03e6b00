"""Confirming who one is through a provider takes the second step as well, where there is one: its code, asked here."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from flask import current_app, request, session
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.extensions import db, ports
from app.fab.portal import expose
from app.fab.redirects import own_path, see_other
from app.models import PortalUser
from app.security.access import requires_sign_in
from app.security.sessions import renew_sign_in
from app.services.audit import record
from app.services.second_step import check_second_step
from app.services.throttle import confirm_limits, forgive_attempt
from app.views.auth.account_page import AccountPage, this_person
from app.views.throttled import count_or_refuse

_KEY: Final = "confirmed_by_provider"
LONGEST: Final = timedelta(minutes=5)


class ConfirmCodeForm(FlaskForm):
    """A code of the app, or a recovery code."""

    code = StringField(
        _("Code of the second step"), validators=[DataRequired(_("Enter the code."))]
    )


class ConfirmCodeView(AccountPage):
    """Only for who has just come back from their provider; the session on the server knows."""

    endpoint_name = "confirm_code"
    form_template: ClassVar[str] = "auth/confirm_code.html"

    @expose("/account/confirm/code")
    @requires_sign_in
    def ask(self) -> Response:
        if _waiting() is None:
            return see_other("/account/confirm")
        return self.render_form(ConfirmCodeForm())

    @expose("/account/confirm/code", methods=["POST"])
    @requires_sign_in
    def confirm(self) -> Response:
        waiting, person = _waiting(), this_person()
        if waiting is None:
            return see_other("/account/confirm")
        form, database = ConfirmCodeForm(), db.session()
        if not form.validate():
            return self.render_form(form, status=422)
        secret = str(current_app.secret_key)
        limits = confirm_limits(secret, account=person.email, ip=request.remote_addr)
        count_or_refuse(limits, throttled=AuditAction.SIGN_IN_THROTTLED)
        user = database.get_one(PortalUser, person.user_id)
        try:
            check_second_step(database, user, form.code.data or "", vault=ports().vault)
        except DomainError as error:
            db.session.commit()  # the event of the failure
            return self.refuse(error, form)
        session.pop(_KEY, None)
        renew_sign_in(has_second_step=True)
        record(database, AuditAction.SIGN_IN_CONFIRMED, target=user)
        forgive_attempt(database, limits)
        db.session.commit()
        return see_other(own_path(waiting.get("wanted")) or "/account")


def ask_for_code(wanted: str) -> Response:
    """Remember that the provider has confirmed who is signed in here, and go on to the code."""
    session[_KEY] = {"at": int(now().timestamp()), "wanted": wanted}
    return see_other("/account/confirm/code")


def _waiting() -> dict[str, Any] | None:
    kept: dict[str, Any] | None = session.get(_KEY)
    if kept is None or now() - datetime.fromtimestamp(kept["at"], UTC) > LONGEST:
        return None
    return kept

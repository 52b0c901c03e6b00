"""Asking for a new password: the same answer for everybody, known or not."""

from http import HTTPStatus
from typing import ClassVar, Final

from flask import current_app, request, session
from werkzeug.wrappers import Response

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.typed_text import is_email_address
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.security.access import current_principal, public, visitor_actor
from app.services.password_reset import request_reset
from app.services.throttle import reset_limits
from app.services.users import sign_in_name
from app.views.auth.forms import ForgotForm
from app.views.throttled import count_or_refuse

TYPED_EMAIL: Final = "typed_email"
"""Where a browser's session keeps the address that was typed last: it is in no address bar and no log."""


def remember_address(email: str) -> None:
    """Let the form of a forgotten password begin with the address that was typed; anything else is not kept."""
    if is_email_address(email):
        session[TYPED_EMAIL] = email


class ForgotView(PortalView):
    """Nobody is looked up here: a worker does that, in nobody's sight."""

    endpoint_name = "forgot"
    route_base = ""
    form_template: ClassVar[str] = "auth/forgot.html"

    @expose("/forgot", methods=["GET", "POST"])
    @public
    def ask(self) -> Response:
        if request.method != "POST":
            return self.render_form(ForgotForm(data={"email": _address_so_far()}))
        form = ForgotForm()
        if not form.validate():
            return self.render_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            email = sign_in_name(form.email.data or "")
        except DomainError as error:
            return self.refuse(error, form)
        _request(email)
        remember_address(email)
        return see_other("/forgot/sent")

    @expose("/forgot/sent")
    @public
    def asked(self) -> str:
        """What happens next, and what to do when nothing does."""
        return self.render("auth/forgot_sent.html", email=session.get(TYPED_EMAIL))


def _request(email: str) -> None:
    """Raises TooManyAttempts."""
    key, actor = str(current_app.secret_key), visitor_actor("visitor")
    limits = reset_limits(key, email=email, ip=request.remote_addr)
    count_or_refuse(limits, throttled=AuditAction.PASSWORD_RESET_THROTTLED, actor=actor)
    request_reset(db.session(), email, secret_key=key, actor=actor)
    db.session.commit()


def typed_address() -> str:
    """What a visitor typed last, for the next form that asks for it."""
    return str(session.get(TYPED_EMAIL, ""))


def _address_so_far() -> str:
    """Nobody types an address twice: that of a sign-in that was refused, or of whoever is signed in."""
    principal = current_principal()
    return principal.email if principal else typed_address()

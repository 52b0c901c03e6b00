"""Signing in and signing out."""

from contextlib import suppress
from http import HTTPStatus
from typing import ClassVar

from flask import current_app, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access import SignInMethod
from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.typed_text import normalise_email
from app.extensions import db, ports
from app.fab.portal import PortalView, expose
from app.fab.redirects import requested_next, see_other
from app.models import PortalUser
from app.security.access import current_principal, public, visitor_actor
from app.security.sessions import has_lost_session, sign_out
from app.services.audit import record
from app.services.sign_in import check_credentials
from app.services.throttle import (
    Limit,
    TooManyAttempts,
    count_attempt,
    forgive_attempt,
    keyed_hash,
    purge_windows,
    sign_in_limits,
    signed_in_limits,
)
from app.views.auth.entrance import enter
from app.views.auth.forgot import remember_address, typed_address
from app.views.auth.forms import SignInForm
from app.views.navigation import home_url
from app.views.throttled import count_or_refuse


class SignInView(PortalView):
    """What somebody sees who is not signed in, or no longer wants to be."""

    endpoint_name = "auth"
    route_base = ""
    form_template: ClassVar[str] = "auth/sign_in.html"

    @expose("/")
    @public
    def start(self) -> Response:
        """The sign-in form, or the home page of whoever is signed in."""
        return self._form_or_home()

    @expose("/login", methods=["GET", "POST"])
    @public
    def sign_in(self) -> Response:
        if request.method != "POST":
            return self._form_or_home()
        form = SignInForm()
        if not form.validate():
            return self.render_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        limits = _counted(form)
        try:
            user = self._user_of(form, limits)
        except DomainError as error:
            db.session.commit()  # the event of the failure
            remember_address(normalise_email(form.email.data or ""))
            return self.refuse(error, form)
        return enter(user, method=SignInMethod.PASSWORD, wanted=requested_next())

    @expose("/logout", methods=["POST"])
    @public
    def sign_out(self) -> Response:
        if current_principal() is not None:
            record(db.session(), AuditAction.SIGNED_OUT)
        sign_out()
        db.session.commit()
        flash(_("You are signed out."), "ok")
        return see_other("/")

    def form_context(self) -> dict[str, object]:
        return {
            "session_has_ended": request.method == "GET" and has_lost_session(),
            "providers": list(ports().providers.values()),
        }

    def _form_or_home(self) -> Response:
        principal = current_principal()
        if principal is not None:
            return redirect(requested_next() or home_url(principal))
        form = SignInForm(data={"next": requested_next() or "", "email": typed_address()})
        return self.render_form(form)

    def _user_of(self, form: SignInForm, limits: tuple[Limit, ...]) -> PortalUser:
        """Whose e-mail address and password these are; a try that was right is taken back, unless there are many.

        Raises:
            SignInRefused, HashingBusy
        """
        email = normalise_email(form.email.data or "")
        user = check_credentials(
            db.session(),
            email=email,
            password=form.password.data or "",
            stranger=keyed_hash(str(current_app.secret_key), "stranger", email)[:16],
            actor=visitor_actor("visitor"),
        )
        secret, ip = str(current_app.secret_key), request.remote_addr
        with suppress(TooManyAttempts):
            count_attempt(db.session(), signed_in_limits(secret, email=email, ip=ip))
            forgive_attempt(db.session(), limits)
        purge_windows(db.session())
        return user


def _counted(form: SignInForm) -> tuple[Limit, ...]:
    """The limits under which the try was counted, for good and before anything is hashed.

    Raises:
        TooManyAttempts
    """
    limits = sign_in_limits(
        str(current_app.secret_key),
        email=normalise_email(form.email.data or ""),
        ip=request.remote_addr,
    )
    count_or_refuse(limits, throttled=AuditAction.SIGN_IN_THROTTLED, actor=visitor_actor("visitor"))
    return limits

"""Confirming who one is before a sensitive act: a page of its own, or in place of the act with what was posted."""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from flask import Flask, current_app, make_response, redirect, render_template, request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.extensions import db, ports
from app.fab.messages import add_to_form, message_for
from app.fab.portal import PortalView, expose
from app.fab.redirects import here, own_path, requested_next, see_other
from app.security.access import current_principal, requires_sign_in
from app.security.fresh import NotFresh, is_fresh, requires_fresh
from app.security.principal import Principal
from app.security.sessions import renew_sign_in
from app.services.audit import record
from app.services.confirmation import check_password_again, has_password, providers_of
from app.services.second_step import CodeRefused, check_second_step, has_second_step
from app.services.throttle import confirm_limits, forgive_attempt
from app.views.throttled import count_or_refuse

PASSWORD = "confirm_password"  # noqa: S105 - the name of a field
CODE = "confirm_code"
ALREADY_THERE = frozenset({"csrf_token", PASSWORD, CODE, "confirm_username"})
"""Fields that the page has of its own."""


class ConfirmForm(FlaskForm):
    """Its names begin with `confirm_`: it is sent together with the fields of any other form."""

    confirm_password = PasswordField(_("Password"))
    confirm_code = StringField(_("Code of the second step"))


class ConfirmView(PortalView):
    """Where somebody is led who asked for a page that needs a fresh sign-in."""

    endpoint_name = "confirm"
    route_base = ""

    @expose("/account/confirm")
    @requires_sign_in
    def ask(self) -> Response:
        wanted = requested_next() or "/account"
        if is_fresh():
            return redirect(wanted)
        return _page(
            ConfirmForm(), action="/account/confirm", wanted=wanted, carried=[("next", wanted)]
        )

    @expose("/account/confirm", methods=["POST"])
    @requires_sign_in
    @requires_fresh
    def confirm(self) -> Response:
        """The password was right, or the session was fresh already: go on."""
        return see_other(requested_next() or "/account")


def register_confirmation(app: Flask) -> None:
    """Ask again where `requires_fresh` says so, and take the answer wherever it is posted."""
    app.register_error_handler(NotFresh, _ask_again)
    app.before_request(_take_answer)


def _ask_again(_error: NotFresh) -> Response:
    db.session.rollback()
    if request.method in {"GET", "HEAD"}:
        return redirect(f"/account/confirm?next={quote(here())}")
    return _in_place(ConfirmForm(formdata=None), status=HTTPStatus.FORBIDDEN)


def _take_answer() -> Response | None:
    """Look at the password that came along with a form; the act itself comes after, in the same request."""
    if request.method != "POST" or PASSWORD not in request.form:
        return None
    principal = current_principal()
    if principal is None or is_fresh():
        return None
    limits = confirm_limits(
        str(current_app.secret_key), account=principal.email, ip=request.remote_addr
    )
    count_or_refuse(limits, throttled=AuditAction.SIGN_IN_THROTTLED)
    try:
        _confirm(principal)
        forgive_attempt(db.session(), limits)
        # Now: what the act undoes must not undo this, for the browser is about to get the new token.
        db.session.commit()
    except DomainError as error:
        db.session.commit()  # the event of the failure
        form = ConfirmForm(formdata=None)
        _add(form, error)
        return _in_place(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return None


def _confirm(principal: Principal) -> None:
    """The password and, where there is a second step, a code: no less than a sign-in takes.

    Raises:
        ConfirmationRefused, CodeRefused, HashingBusy
    """
    session = db.session()
    user = check_password_again(session, principal.user_id, request.form[PASSWORD])
    asks_for_code = has_second_step(session, user.id)
    if asks_for_code:
        check_second_step(session, user, request.form.get(CODE, ""), vault=ports().vault)
    renew_sign_in(has_second_step=asks_for_code)
    record(session, AuditAction.SIGN_IN_CONFIRMED, target=user)


def _add(form: ConfirmForm, error: DomainError) -> None:
    """Beside its field, which has another name here than where the error comes from."""
    if isinstance(error, CodeRefused):
        form.confirm_code.errors = [message_for(error)]
    else:
        add_to_form(form, error)


def _in_place(form: ConfirmForm, *, status: int) -> Response:
    action = here()
    wanted = requested_next() if request.path == "/account/confirm" else _page_of_the_form()
    return _page(
        form, action=action, wanted=wanted or "/account", carried=_carried(), status=status
    )


def _carried() -> Iterable[tuple[str, str]]:
    """What was posted, to be posted again; nothing that is named after a password is sent back to anybody."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ALREADY_THERE and "password" not in name.lower()
    ]


def _page_of_the_form() -> str | None:
    """Where the form stands, to go back to."""
    parts = urlsplit(request.referrer or "")
    is_ours = parts.netloc == request.host
    return own_path(parts.path + (f"?{parts.query}" if parts.query else "")) if is_ours else None


def _page(
    form: ConfirmForm,
    *,
    action: str,
    wanted: str,
    carried: Iterable[tuple[str, str]] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    principal = current_principal()
    session, user_id = db.session(), principal.user_id if principal else 0
    known = ports().providers
    page = render_template(
        "auth/confirm.html",
        form=form,
        action=action,
        wanted=wanted,
        carried=carried,
        is_in_place=action != "/account/confirm",
        here_url=f"/account/confirm?next={quote(wanted)}",
        asks_for_code=has_second_step(session, user_id),
        has_password=has_password(session, user_id),
        providers=[known[name] for name in providers_of(session, user_id) if name in known],
    )
    return make_response(page, status)

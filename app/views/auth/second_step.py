"""The second step of a sign-in: a code of the app, or a recovery code, before there is a session."""

from http import HTTPStatus
from typing import ClassVar

from flask import current_app, flash, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.extensions import db, ports
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.security.access import public, visitor_actor
from app.services.second_step import check_second_step
from app.services.sessions import hold_sign_ins
from app.services.throttle import Limit, forgive_attempt, purge_windows, second_step_limits
from app.services.tokens import LinkDead, use_token
from app.views.auth.entrance import Waiting, let_in, wait_no_more, who_waits
from app.views.locale import remember_language
from app.views.throttled import count_or_refuse


class CodeForm(FlaskForm):
    """One field for both kinds of code: people who lost their phone find it without looking for another page."""

    code = StringField(_("Code"), validators=[DataRequired(_("Enter the code."))])


class SecondStepView(PortalView):
    """Where somebody is led who has passed the first step."""

    endpoint_name = "second_step_code"
    route_base = ""
    form_template: ClassVar[str] = "auth/second_step_code.html"

    @expose("/login/second-step", methods=["GET", "POST"])
    @public
    def ask(self) -> Response:
        try:
            waiting = who_waits()
        except LinkDead:
            return _start_again()
        form = CodeForm()
        if request.method != "POST":
            return self.render_form(form)
        if not form.validate():
            return self.render_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        limits = _counted(waiting)
        try:
            return _let_in(waiting, form.code.data or "", limits)
        except LinkDead:
            db.session.rollback()
            return _start_again()
        except DomainError as error:
            db.session.commit()  # the event of the failure
            return self.refuse(error, form)


def _counted(waiting: Waiting) -> tuple[Limit, ...]:
    """The limits under which the try was counted, for good and before it is looked at.

    Raises:
        TooManyAttempts
    """
    limits = second_step_limits(
        str(current_app.secret_key), account=waiting.user.email, ip=request.remote_addr
    )
    count_or_refuse(limits, throttled=AuditAction.SIGN_IN_THROTTLED, actor=visitor_actor("visitor"))
    return limits


def _let_in(waiting: Waiting, typed: str, limits: tuple[Limit, ...]) -> Response:
    """Look at the code, and open the session; a try that was right is taken back.

    Raises:
        CodeRefused, HashingBusy: they may try again.
        LinkDead: somebody was quicker by the same first step.
    """
    session, user = db.session(), waiting.user
    language = user.language
    check_second_step(session, user, typed, vault=ports().vault, actor=visitor_actor("visitor"))
    hold_sign_ins(session, user.id)  # a password that is changed meanwhile has taken the token back
    use_token(session, waiting.token)
    forgive_attempt(session, limits)
    purge_windows(session)
    wait_no_more()
    let_in(user, method=waiting.method, has_second_step=True)
    session.commit()
    return remember_language(see_other(waiting.wanted or "/"), language)


def _start_again() -> Response:
    wait_no_more()
    flash(gettext("That took too long, or something changed meanwhile. Sign in again."), "info")
    return see_other("/login")

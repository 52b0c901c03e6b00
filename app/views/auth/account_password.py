"""The password of somebody's own account."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, current_app, make_response, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.extensions import db
from app.fab.messages import add_to_form, message_for
from app.fab.portal import expose
from app.security.access import requires_sign_in
from app.security.fresh import ensure_fresh
from app.security.principal import Principal
from app.security.row_security import bind_person
from app.security.sessions import renew_sign_in
from app.services.accounts import change_own_password
from app.services.confirmation import ConfirmationRefused, check_password_again, has_password
from app.services.passwords import LONGEST, SHORTEST
from app.services.second_step import has_second_step
from app.services.throttle import Limit, confirm_limits, forgive_attempt
from app.views.auth.account_forms import FirstOwnPasswordForm, OwnPasswordForm
from app.views.auth.account_page import AccountPage, this_person
from app.views.throttled import count_or_refuse


class AccountPasswordView(AccountPage):
    """A new password for who knows the current one, or a first one for who signs in through a provider."""

    endpoint_name = "account_password"

    @expose("/account/password", methods=["GET", "POST"])
    @requires_sign_in
    def change(self) -> BaseResponse:
        person, session = this_person(), db.session()
        knows_one = has_password(session, person.user_id)
        if not knows_one or has_second_step(session, person.user_id):
            ensure_fresh()  # the current password alone would be less than what a sign-in takes
        form = OwnPasswordForm() if knows_one else FirstOwnPasswordForm()
        if request.method == "GET":
            return self._form(form)
        if not form.validate():
            return self._form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        limits = confirm_limits(
            str(current_app.secret_key), account=person.email, ip=request.remote_addr
        )
        count_or_refuse(limits, throttled=AuditAction.SIGN_IN_THROTTLED)
        try:
            if knows_one:
                _check_current(person, form.current_password.data or "", limits=limits)
            bind_person(session.connection(), person.user_id)
            change_own_password(
                session,
                person.user_id,
                form.password.data or "",
                keep_session_id=person.session_id,
            )
        except DomainError as error:
            return self._refused(form, error)
        renew_sign_in()
        session.commit()
        return self.saved(
            _("Your password is changed. You are signed out on all other devices."), "/account"
        )

    def _refused(self, form: FlaskForm, error: DomainError) -> BaseResponse:
        db.session.rollback()
        if isinstance(error, ConfirmationRefused):
            form.current_password.errors = [message_for(error)]
        else:
            add_to_form(form, error)
        return self._form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def _form(self, form: FlaskForm, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
        page = self.render(
            "auth/account_password.html", form=form, shortest=SHORTEST, longest=LONGEST
        )
        return make_response(page, status)


def _check_current(person: Principal, password: str, *, limits: Sequence[Limit]) -> None:
    """Whatever comes of it is kept: the event of a wrong one, and that a right one was no guess.

    Raises:
        ConfirmationRefused, HashingBusy
    """
    session = db.session()
    try:
        check_password_again(session, person.user_id, password)
        forgive_attempt(session, limits)
    finally:
        session.commit()

"""Name and e-mail address of somebody's own account."""

from http import HTTPStatus

from flask import Response, current_app, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.extensions import db
from app.fab.messages import add_to_form
from app.fab.portal import expose
from app.security.access import requires_sign_in
from app.security.fresh import requires_fresh
from app.services.accounts import change_name
from app.services.email_change import (
    cancel_email_change,
    pending_email,
    request_email_change,
    resend_email_change,
)
from app.services.throttle import email_change_limits
from app.views.auth.account_forms import NameForm, NewEmailForm
from app.views.auth.account_page import AccountPage, this_person
from app.views.throttled import count_or_refuse


class AccountDetailsView(AccountPage):
    """Who somebody is. The name changes at once, the address once it is confirmed."""

    endpoint_name = "account_details"

    @expose("/account/name", methods=["GET", "POST"])
    @requires_sign_in
    def name(self) -> BaseResponse:
        person = this_person()
        form = NameForm(data={"first_name": person.first_name, "last_name": person.last_name})
        if request.method == "GET":
            return self._name_form(form)
        if not form.validate():
            return self._name_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        first_name, last_name = form.first_name.data or "", form.last_name.data or ""
        try:
            change_name(db.session(), person.user_id, first_name=first_name, last_name=last_name)
        except DomainError as error:
            db.session.rollback()
            add_to_form(form, error)
            return self._name_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        db.session.commit()
        return self.saved(_("Your name is saved."), "/account")

    @expose("/account/email")
    @requires_sign_in
    def email(self) -> Response:
        return self._email_form(NewEmailForm(formdata=None))

    @expose("/account/email", methods=["POST"])
    @requires_sign_in
    @requires_fresh
    def ask_email(self) -> BaseResponse:
        """Send a link to the new address; the answer is the same whoever has that address."""
        form = NewEmailForm()
        if not form.validate():
            return self._email_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        _count()
        try:
            address = request_email_change(
                db.session(),
                this_person().user_id,
                form.email.data or "",
                secret_key=str(current_app.secret_key),
            )
        except DomainError as error:
            db.session.rollback()
            add_to_form(form, error)
            return self._email_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        db.session.commit()
        return self._sent(address)

    @expose("/account/email/send-again", methods=["POST"])
    @requires_sign_in
    def send_email_again(self) -> BaseResponse:
        _count()
        try:
            address = resend_email_change(
                db.session(), this_person().user_id, secret_key=str(current_app.secret_key)
            )
        except DomainError as error:
            return self.refuse(error, url="/account/email")
        db.session.commit()
        return self._sent(address)

    @expose("/account/email/cancel", methods=["POST"])
    @requires_sign_in
    def cancel_email(self) -> BaseResponse:
        cancel_email_change(db.session(), this_person().user_id)
        db.session.commit()
        return self.saved(_("Your e-mail address stays as it is."), "/account")

    def _sent(self, address: str) -> BaseResponse:
        message = _(
            "We have sent a link to %(email)s. Open it to confirm the address.", email=address
        )
        return self.saved(message, "/account/email")

    def _name_form(self, form: NameForm, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
        return make_response(self.render("auth/account_name.html", form=form), status)

    def _email_form(self, form: NewEmailForm, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
        waiting = pending_email(db.session(), this_person().user_id)
        return make_response(
            self.render("auth/account_email.html", form=form, pending=waiting), status
        )


def _count() -> None:
    """Raises TooManyAttempts: a mail to an address that may be somebody else's is not sent at will."""
    limits = email_change_limits(
        str(current_app.secret_key), account=this_person().email, ip=request.remote_addr
    )
    count_or_refuse(limits, throttled=AuditAction.EMAIL_CHANGE_THROTTLED)

"""Asking for a change of what only the issuer changes: legal name, enterprise number, VAT number."""

from http import HTTPStatus
from typing import Self
from uuid import UUID

from flask import Response, abort, make_response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, TextAreaField

from app.domain.change_requests import ChangeField
from app.domain.errors import DomainError
from app.domain.typed_text import required_line
from app.extensions import db
from app.fab.messages import add_to_form
from app.fab.portal import PortalView, expose
from app.models import ChangeRequest, Company
from app.models.change_request import LONGEST_TEXT
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.services import change_requests
from app.services.change_requests import Person
from app.services.companies import get_company
from app.views.labels import CHANGE_FIELDS
from app.views.portal.asked_changes import asked_changes
from app.views.portal.company_ref import this_company
from app.views.portal.fields import Rule, line
from app.views.portal.own_addresses import require_every_address


class ChangesForm(FlaskForm):
    """New values and why; `confirmed` holds those that somebody was warned about and sends all the same."""

    name = line(_("Legal name"), 200)
    enterprise_number = line(_("Enterprise number"), 40)
    vat_number = line(_("VAT number"), 40)
    reason = TextAreaField(
        _("Reason"),
        validators=[
            Rule(lambda typed: required_line(typed, field="", longest=LONGEST_TEXT), required=True)
        ],
    )
    confirmed = HiddenField()

    @classmethod
    def of(cls, company: Company, waiting: list[ChangeRequest]) -> Self:
        """The present values, without those that a change is asked for already."""
        form = cls(data={one.column: change_requests.value_of(company, one) for one in ChangeField})
        for one in waiting:
            delattr(form, one.field.column)
        return form

    def values(self) -> dict[ChangeField, str | None]:
        return {one: self[one.column].data for one in ChangeField if one.column in self}


class ChangesView(PortalView):
    """`/c/<company>/company/changes`."""

    endpoint_name = "changes"
    route_base = "/c/<uuid:company_id>/company/changes"

    @expose("")
    @requires(Permission.VIEW_COMPANY)
    def index(self) -> str:
        require_every_address()
        found = change_requests.latest_requests(db.session(), this_company().id)
        return self.render("portal/changes.html", changes=asked_changes(found))

    @expose("/new", methods=["GET", "POST"])
    @requires(Permission.ASK_CHANGES)
    def ask(self) -> BaseResponse:
        require_every_address()
        session, company_id = db.session(), this_company().id
        company = get_company(session, company_id)
        waiting = change_requests.open_requests(session, company_id)
        form = ChangesForm.of(company, waiting)
        if request.method == "GET":
            return self._form(form, waiting)
        if not form.validate():
            return self._form(form, waiting, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        wanted = form.values()
        doubtful = change_requests.doubtful(company, wanted)
        warned_about = " ".join(str(wanted[one]) for one in doubtful)
        if doubtful and form.confirmed.data != warned_about:
            form.confirmed.data = warned_about
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return self._form(form, waiting, doubtful=doubtful, status=status)
        try:
            change_requests.ask_for_changes(
                session, company, wanted, reason=form.reason.data or "", by=_person()
            )
        except DomainError as error:
            session.rollback()
            add_to_form(form, error)
            waiting = change_requests.open_requests(session, company_id)
            return self._form(form, waiting, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        session.commit()
        return self.saved(
            gettext("Your request was sent. You get a mail as soon as it is decided."), _url()
        )

    @expose("/<uuid:public_id>/withdraw", methods=["POST"])
    @requires(Permission.ASK_CHANGES)
    def withdraw(self, public_id: UUID) -> BaseResponse:
        require_every_address()
        session = db.session()
        found = change_requests.find_request(session, this_company().id, public_id)
        if found is None:
            abort(404)
        try:
            change_requests.withdraw_change(session, found, by_id=_person().user_id)
        except DomainError as error:
            return self.refuse(error, url=_url())
        session.commit()
        return self.saved(gettext("Your request was withdrawn. Nothing was changed."), _url())

    def _form(
        self,
        form: ChangesForm,
        waiting: list[ChangeRequest],
        *,
        doubtful: list[ChangeField] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        page = self.render(
            "portal/changes_ask.html",
            form=form,
            waiting=[CHANGE_FIELDS[one.field] for one in waiting],
            doubtful=[CHANGE_FIELDS[one] for one in doubtful or ()],
            back_url=_url(),
        )
        return make_response(page, status)


def _person() -> Person:
    principal = current_principal()
    if principal is None:
        abort(404)
    return Person(principal.user_id, principal.name or principal.email)


def _url() -> str:
    return url_for("company.show")

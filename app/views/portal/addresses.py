"""Addresses of a company in the portal: the list behind the pencils, and what can be done to each."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, abort, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.messages import add_to_form, message_for
from app.fab.portal import PortalView, expose
from app.models import Address
from app.security.access import requires
from app.security.permissions import Permission
from app.services import addresses
from app.services.addresses import AddressUnknown, find_address
from app.services.companies import get_company
from app.services.history import NEWEST, Subject, history, history_of
from app.services.versions import EditedMeanwhile, version_of
from app.views.history_words import HistoryLine, history_lines
from app.views.labels import DELIVERY_MODES
from app.views.portal.company import warn_of_postcode
from app.views.portal.company_ref import this_company
from app.views.portal.delivery_words import legal_advice, mode_cards, peppol_advice, saved_words
from app.views.portal.fields import country_name
from app.views.portal.forms import AddressForm, NewAddressForm
from app.views.portal.own_addresses import require_every_address, sees_every_address


class AddressesView(PortalView):
    """`/c/<company>/company/addresses`."""

    endpoint_name = "addresses"
    route_base = "/c/<uuid:company_id>/company/addresses"

    @expose("")
    @requires(Permission.VIEW_COMPANY)
    def index(self) -> str:
        session, company_id = db.session(), this_company().id
        found = addresses.list_addresses(session, company_id)
        page = history(session, company_id, about=Subject.ADDRESSES, limit=NEWEST)
        return self.render(
            "portal/addresses.html",
            in_use=[one for one in found if one.archived_at is None],
            archived=[one for one in found if one.archived_at is not None],
            history=history_lines(page.events),
            **_words(),
        )

    @expose("/<uuid:public_id>")
    @requires(Permission.VIEW_COMPANY)
    def show(self, public_id: UUID) -> str:
        session, address = db.session(), _address(public_id)
        events = history_of(session, "address", address.id)
        advice = (
            legal_advice(address.company.vat_status, address.delivery_mode),
            peppol_advice(address.delivery_mode),
        )
        return self.render(
            "portal/address.html",
            address=address,
            advice=[one for one in advice if one],
            invoices=addresses.invoices_last_year(session, address),
            history=history_lines(events),
            can_undo=addresses.undoable(events) is not None,
            version=version_of(address),
            **_words(),
        )

    @expose("/new", methods=["GET", "POST"])
    @requires(Permission.EDIT_ADDRESSES)
    def add(self) -> BaseResponse:
        require_every_address()
        session, form = db.session(), NewAddressForm()
        if request.method == "GET":
            return self._form(form, None)
        if not form.validate():
            return self._form(form, None, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            address = addresses.add_address(session, this_company().id, form.values())
            if form.is_default.data:
                addresses.make_default(session, address)
        except DomainError as error:
            return self._refused(form, None, error)
        url, name = _url(address), address.name
        session.commit()
        warn_of_postcode(form.postcode.data, form.country.data)
        return self.saved(_("The address %(name)s was added.", name=name), url)

    @expose("/<uuid:public_id>/edit", methods=["GET", "POST"])
    @requires(Permission.EDIT_ADDRESSES)
    def edit(self, public_id: UUID) -> BaseResponse:
        session, address = db.session(), _address(public_id)
        form = AddressForm.of(address)
        if request.method == "GET":
            return self._form(form, address)
        if not form.validate():
            return self._form(form, address, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        values, mode_before = form.values(), address.delivery_mode
        try:
            addresses.update_address(session, address, values, version=form.version.data or "")
        except EditedMeanwhile as error:
            return self._meanwhile(form, public_id, error)
        except DomainError as error:
            return self._refused(form, address, error)
        url, name, mode = _url(address), address.name, address.delivery_mode
        session.commit()
        warn_of_postcode(values.postcode, values.country)
        return self.saved(saved_words(name, mode, mode_changed=mode is not mode_before), url)

    @expose("/<uuid:public_id>/undo", methods=["POST"])
    @requires(Permission.EDIT_ADDRESSES)
    def undo(self, public_id: UUID) -> BaseResponse:
        address = _address(public_id)
        try:
            version = request.form.get("version", "")
            addresses.undo_last_change(db.session(), address, version=version)
        except DomainError as error:
            return self.refuse(error, url=url_for("addresses.show", public_id=public_id))
        url = _url(address)
        db.session.commit()
        return self.saved(_("Undone: the values from before are back."), url)

    @expose("/<uuid:public_id>/default", methods=["POST"])
    @requires(Permission.EDIT_ADDRESSES)
    def make_default(self, public_id: UUID) -> BaseResponse:
        require_every_address()
        address = _address(public_id)
        try:
            addresses.make_default(db.session(), address)
        except DomainError as error:
            return self.refuse(error, url=url_for("addresses.show", public_id=public_id))
        url, name = _url(address), address.name
        db.session.commit()
        return self.saved(_("%(name)s is the default address now.", name=name), url)

    @expose("/<uuid:public_id>/archive", methods=["GET", "POST"])
    @requires(Permission.EDIT_ADDRESSES)
    def archive(self, public_id: UUID) -> BaseResponse:
        """Asked first, by name; what is archived can be restored."""
        require_every_address()
        address = _address(public_id)
        if request.method == "GET":
            return make_response(self.render("portal/address_archive.html", address=address))
        try:
            addresses.archive_address(db.session(), address)
        except DomainError as error:
            return self.refuse(error, url=url_for("addresses.show", public_id=public_id))
        name = address.name
        db.session.commit()
        message = _("%(name)s is archived. You can restore it below.", name=name)
        return self.saved(message, url_for("addresses.index"))

    @expose("/<uuid:public_id>/restore", methods=["POST"])
    @requires(Permission.EDIT_ADDRESSES)
    def restore(self, public_id: UUID) -> BaseResponse:
        require_every_address()
        address = _address(public_id)
        try:
            addresses.restore_address(db.session(), address)
        except DomainError as error:
            return self.refuse(error, url=url_for("addresses.index"))
        url, name = _url(address), address.name
        db.session.commit()
        return self.saved(_("%(name)s takes invoices again.", name=name), url)

    def _refused(
        self, form: AddressForm, address: Address | None, error: DomainError
    ) -> BaseResponse:
        db.session.rollback()
        add_to_form(form, error)
        return self._form(form, address, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def _meanwhile(
        self, form: AddressForm, public_id: UUID, error: EditedMeanwhile
    ) -> BaseResponse:
        """Say who was quicker, and let a second save be a decision."""
        session = db.session()
        session.rollback()
        address = _address(public_id)
        form.version.data = version_of(address)
        form.form_errors.append(message_for(error))
        latest = history_lines(history_of(session, "address", address.id)[:1])
        return self._form(form, address, status=HTTPStatus.CONFLICT, latest=latest)

    def _form(
        self,
        form: AddressForm,
        address: Address | None,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        latest: list[HistoryLine] | None = None,
    ) -> Response:
        company = address.company if address else get_company(db.session(), this_company().id)
        page = self.render(
            "portal/address_edit.html",
            form=form,
            address=address,
            legal_name=company.name,
            vat_status=company.vat_status.value,
            email_alone_is_legal=company.vat_status.email_alone_is_legal,
            modes=mode_cards(),
            latest=latest or [],
            back_url=_url(address) if address else url_for("addresses.index"),
        )
        return make_response(page, status)


def _address(public_id: UUID) -> Address:
    try:
        return find_address(db.session(), this_company().id, public_id)
    except AddressUnknown:
        abort(404)


def _url(address: Address) -> str:
    return url_for("addresses.show", public_id=address.public_id)


def _words() -> dict[str, object]:
    return {
        "modes": DELIVERY_MODES,
        "country_name": country_name,
        "sees_every_address": sees_every_address(),
    }

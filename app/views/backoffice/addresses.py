"""The back-office's addresses of companies: as in the portal, through the same services."""

from typing import Any, ClassVar

from flask import flash
from flask_appbuilder.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.delivery import DeliveryMode
from app.domain.errors import DomainError
from app.extensions import db
from app.fab.interface import TenantInterface
from app.fab.messages import message_for
from app.fab.redirects import see_other
from app.fab.widgets import Action
from app.models import Address
from app.security.permissions import Screen
from app.services import addresses
from app.views.backoffice.company_screen import CompanyScreen
from app.views.backoffice.fields import EmailLines
from app.views.portal.fields import CountryField, country_name

_POSTAL = ("invoice_name", "street", "additional_street", "postcode", "city", "country")
_DELIVERY = ("delivery_mode", "billing_emails", "buyer_reference", "delivery_location_id")


class CompanyAddressView(CompanyScreen):
    endpoint_name = "company_addresses"
    route_base = "/backoffice/addresses"
    datamodel = TenantInterface(Address)
    class_permission_name = Screen.ADDRESSES.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add", "can_edit"]
    method_permission_name: ClassVar[dict[str, str]] = {
        "make_default": "edit",
        "archive": "edit",
        "restore": "edit",
    }
    section = "addresses"
    list_title = _("Addresses")
    show_title = _("Address")
    add_title = _("Add an address")
    edit_title = _("Edit the address")
    list_columns: ClassVar[list[str]] = [
        "name",
        "company",
        "postcode",
        "city",
        "delivery_mode",
        "is_default",
        "archived_at",
    ]
    show_columns: ClassVar[list[str]] = [
        "name",
        "company",
        *_POSTAL,
        *_DELIVERY,
        "is_default",
        "archived_at",
    ]
    edit_columns: ClassVar[list[str]] = ["name", *_POSTAL, *_DELIVERY]
    add_columns: ClassVar[list[str]] = ["company", *edit_columns]
    search_columns = ("name", "city", "delivery_mode")
    order_columns = ("name",)
    base_order = ("name", "asc")
    formatters_columns: ClassVar[dict[str, Any]] = {"country": country_name}
    label_columns: ClassVar[dict[str, Any]] = {
        "name": _("Name of the address"),
        "company": _("Company"),
        "invoice_name": _("Name on the invoice"),
        "street": _("Street and number"),
        "additional_street": _("Additional address line"),
        "postcode": _("Postcode"),
        "city": _("City"),
        "country": _("Country"),
        "delivery_mode": _("Delivery mode"),
        "billing_emails": _("Invoices by e-mail to"),
        "buyer_reference": _("Buyer reference"),
        "delivery_location_id": _("Delivery location"),
        "is_default": _("Default address"),
        "archived_at": _("Archived"),
    }
    add_form_extra_fields: ClassVar[dict[str, Any]] = {
        "billing_emails": EmailLines(
            _("Invoices by e-mail to"), description=_("One e-mail address a line.")
        ),
        "country": CountryField(_("Country"), default="BE"),
    }
    edit_form_extra_fields = add_form_extra_fields

    def _create(self, item: Address, form: Any) -> None:
        session = db.session()
        addresses.add_address(session, form.company.data.id, _values(form))
        session.commit()

    def _save(self, item: Address, form: Any) -> None:
        session = db.session()
        addresses.update_address(session, item, _values(form), version=form.seen.data)
        session.commit()

    @action("make_default", _("Make it the default address"), multiple=False)
    def make_default(self, item: Address) -> Response:
        return self._act_on(item, addresses.make_default, gettext("Changes saved."))

    @action(
        "archive",
        _("Archive"),
        _("An archived address keeps its invoices and takes no new ones. It can be restored."),
        multiple=False,
    )
    def archive(self, item: Address) -> Response:
        return self._act_on(item, addresses.archive_address, gettext("The address is archived."))

    @action("restore", _("Restore"), multiple=False)
    def restore(self, item: Address) -> Response:
        return self._act_on(item, addresses.restore_address, gettext("The address is restored."))

    def _act_on(self, item: Address, change: Any, done: str) -> Response:
        session, key = db.session(), self.datamodel.key_of(item)
        try:
            change(session, item)
        except DomainError as error:
            session.rollback()
            flash(message_for(error), "bad")
        else:
            session.commit()
            flash(done, "ok")
        return see_other(self.url("show", pk=key))

    def offered(self, item: Address, actions: list[Action]) -> list[Action]:
        """What makes sense for this address: the default one stays in use, an archived one comes back."""
        if item.archived_at is not None:
            wanted = {"restore"}
        else:
            wanted = set() if item.is_default else {"make_default", "archive"}
        return [one for one in actions if one.name in wanted]


def _values(form: Any) -> addresses.AddressValues:
    names = [
        "name",
        *(
            name
            for name in (*_POSTAL, *_DELIVERY)
            if name not in {"delivery_mode", "billing_emails"}
        ),
    ]
    return addresses.AddressValues(
        **{name: form[name].data for name in names},
        delivery_mode=form.delivery_mode.data or DeliveryMode.EMAIL,
        billing_emails=form.billing_emails.emails,
    )

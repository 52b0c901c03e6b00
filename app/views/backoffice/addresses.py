"""The back-office's addresses of companies."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _

from app.fab.interface import TenantInterface
from app.models import Address
from app.security.permissions import Screen
from app.views.backoffice.company_screen import CompanyScreen


class CompanyAddressView(CompanyScreen):
    endpoint_name = "company_addresses"
    route_base = "/backoffice/addresses"
    datamodel = TenantInterface(Address)
    class_permission_name = Screen.ADDRESSES.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add", "can_edit"]
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
    ]
    show_columns: ClassVar[list[str]] = [
        "name",
        "company",
        "invoice_name",
        "street",
        "additional_street",
        "postcode",
        "city",
        "country",
        "delivery_mode",
        "billing_emails",
        "buyer_reference",
        "delivery_location_id",
        "is_default",
        "archived_at",
    ]
    edit_columns: ClassVar[list[str]] = [
        "name",
        "invoice_name",
        "street",
        "additional_street",
        "postcode",
        "city",
        "country",
        "delivery_mode",
        "buyer_reference",
        "delivery_location_id",
    ]
    add_columns: ClassVar[list[str]] = ["company", *edit_columns]
    search_columns: ClassVar[list[str]] = ["name", "city", "delivery_mode"]
    order_columns: ClassVar[list[str]] = ["name"]
    base_order = ("name", "asc")
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

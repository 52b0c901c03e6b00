"""The back-office's contact persons at companies."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _

from app.fab.interface import TenantInterface
from app.models import Contact
from app.security.permissions import Screen
from app.views.backoffice.company_screen import CompanyScreen


class CompanyContactView(CompanyScreen):
    endpoint_name = "company_contacts"
    route_base = "/backoffice/contacts"
    datamodel = TenantInterface(Contact)
    class_permission_name = Screen.CONTACTS.value
    base_permissions: ClassVar[list[str]] = [
        "can_list",
        "can_show",
        "can_add",
        "can_edit",
        "can_delete",
    ]
    section = "contacts"
    list_title = _("Contacts")
    show_title = _("Contact")
    add_title = _("Add a contact")
    edit_title = _("Edit the contact")
    list_columns: ClassVar[list[str]] = ["name", "company", "topic", "position", "email", "phone"]
    show_columns: ClassVar[list[str]] = [
        "name",
        "company",
        "topic",
        "position",
        "email",
        "phone",
        "address",
    ]
    edit_columns: ClassVar[list[str]] = ["name", "topic", "position", "email", "phone"]
    add_columns: ClassVar[list[str]] = ["company", *edit_columns]
    search_columns: ClassVar[list[str]] = ["name", "email", "topic"]
    order_columns: ClassVar[list[str]] = ["name"]
    base_order = ("name", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": _("Name"),
        "company": _("Company"),
        "topic": _("Contact for"),
        "position": _("Position"),
        "email": _("E-mail address"),
        "phone": _("Telephone"),
        "address": _("Address"),
    }

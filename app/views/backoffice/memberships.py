"""Who has access to a company, with which role and for which addresses."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _

from app.fab.interface import TenantInterface
from app.models import Membership
from app.security.permissions import Screen
from app.views.backoffice.company_screen import CompanyScreen


class MembershipView(CompanyScreen):
    endpoint_name = "memberships"
    route_base = "/backoffice/memberships"
    datamodel = TenantInterface(Membership)
    class_permission_name = Screen.MEMBERSHIPS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_delete"]
    section = "access"
    list_title = _("Access")
    show_title = _("Access")
    list_columns: ClassVar[list[str]] = [
        "user.email",
        "user",
        "company",
        "role",
        "starts_on",
        "expires_on",
        "limited_to_addresses",
        "last_seen_at",
    ]
    show_columns: ClassVar[list[str]] = [*list_columns, "addresses"]
    search_columns = ("role", "expires_on", "limited_to_addresses")
    order_columns = ()
    label_columns: ClassVar[dict[str, Any]] = {
        "user": _("Name"),
        "user.email": _("E-mail address"),
        "company": _("Company"),
        "role": _("Role"),
        "starts_on": _("From"),
        "expires_on": _("Until"),
        "limited_to_addresses": _("Only some addresses"),
        "last_seen_at": _("Last seen"),
        "addresses": _("Addresses"),
    }

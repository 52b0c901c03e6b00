"""The audit trail: every event for auditors, those of no company for administrators."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _

from app.fab.interface import TenantInterface
from app.models import AuditEvent
from app.security.permissions import Screen
from app.views.backoffice.company_screen import CompanyScreen


class AuditEventView(CompanyScreen):
    endpoint_name = "audit_events"
    route_base = "/backoffice/audit"
    datamodel = TenantInterface(AuditEvent)
    class_permission_name = Screen.AUDIT_EVENTS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show"]
    section = "audit"
    list_title = _("Audit trail")
    show_title = _("Event")
    list_columns: ClassVar[list[str]] = ["at", "action", "actor_name", "company", "target_label"]
    show_columns: ClassVar[list[str]] = [
        "at",
        "action",
        "actor_name",
        "actor_role",
        "company",
        "target_type",
        "target_label",
        "ip",
        "request_id",
    ]
    search_columns = ("at", "actor_name", "action", "target_label")
    order_columns = ("at",)
    base_order = ("at", "desc")
    label_columns: ClassVar[dict[str, Any]] = {
        "at": _("When"),
        "action": _("What"),
        "actor_name": _("Who"),
        "actor_role": _("Role"),
        "company": _("Company"),
        "target_type": _("Kind of record"),
        "target_label": _("Record"),
        "changes": _("What changed"),
        "ip": _("Network address"),
        "request_id": _("Reference of the request"),
    }

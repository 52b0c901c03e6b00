"""The audit trail: every event for auditors, those of no company for administrators."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from app.domain.audit import AuditAction
from app.fab.filters import Contains, Is
from app.fab.interface import TenantInterface
from app.fab.labels import label_of
from app.fab.widgets import Record
from app.models import AuditEvent
from app.security.permissions import Screen
from app.views.backoffice.company_screen import CompanyScreen
from app.views.history_words import change_details, who_of
from app.views.labels import AUDIT_ACTIONS, EMPLOYER_ROLES, STAFF_ROLES
from app.views.record_names import name_in_words

_ROLES = {member.value: label for member, label in (*EMPLOYER_ROLES.items(), *STAFF_ROLES.items())}
_RECORDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "ab_user": _("User"),
        "address": _("Address"),
        "allocation": _("Use of a payment"),
        "company": _("Company"),
        "contact": _("Contact"),
        "document": _("Document"),
        "import_batch": _("Import"),
        "invitation": _("Invitation"),
        "invoice": _("Invoice"),
        "issuer_setting": _("Issuer"),
        "job": _("Job"),
        "membership": _("Access"),
        "outgoing_mail": _("Mail"),
        "payment": _("Payment"),
        "portfolio": _("Company of a portfolio"),
        "sign_in_domain": _("Sign-in domain"),
    }
)


def _changes(event: AuditEvent) -> Markup | None:
    """Every field that the trail kept, a line each: name, value before, value after."""
    lines = [
        Markup("{}: {} → {}").format(label, before or "—", after or "—")
        for label, before, after in change_details(event.changes, with_unnamed=True)
    ]
    return Markup("<br>").join(escape(line) for line in lines) if lines else None


def _name(event: AuditEvent) -> str | None:
    """The row it happened to, as it is called."""
    return name_in_words(event.target_type, event.target_label) if event.target_label else None


def _words(event: AuditEvent) -> str:
    """What happened; an action of another version by its own name."""
    return str(label_of(event.kind)) if event.kind else event.action


class ActionIs(Is):
    """One of the events that this version knows."""

    def read(self, raw: str) -> object:
        return AuditAction(raw).value


class AuditEventView(CompanyScreen):
    endpoint_name = "audit_events"
    route_base = "/backoffice/audit"
    datamodel = TenantInterface(AuditEvent)
    class_permission_name = Screen.AUDIT_EVENTS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show"]
    section = "audit"
    list_title = _("Audit trail")
    show_title = _("Event")
    list_columns: ClassVar[list[str]] = [
        "at",
        "action",
        "actor_name",
        "company",
        "target_type",
        "target_label",
    ]
    show_columns: ClassVar[list[str]] = [
        "at",
        "action",
        "actor_name",
        "actor_role",
        "company",
        "target_type",
        "target_label",
        "changes",
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
    row_formatters: ClassVar[dict[str, Any]] = {
        "action": _words,
        "actor_name": who_of,
        "target_label": _name,
        "changes": _changes,
    }
    formatters_columns: ClassVar[dict[str, Any]] = {
        "actor_role": lambda role: _ROLES.get(role, role),
        "target_type": lambda table: _RECORDS.get(table, table),
    }

    def _init_properties(self) -> None:
        super()._init_properties()
        offered = self._filters.get_search_filters()
        offered["action"] = [ActionIs("action", self.datamodel)]
        offered["actor_name"] = [Contains("actor_name", self.datamodel)]

    def _record(self, item: AuditEvent) -> Record:
        record = super()._record(item)
        return replace(record, name=" · ".join(filter(None, (_words(item), _name(item)))))

    def _input_kind(self, column: str, one: Any) -> tuple[str, list[tuple[str, str]]]:
        if column != "action":
            return super()._input_kind(column, one)
        words = sorted((str(label), member.value) for member, label in AUDIT_ACTIONS.items())
        return "select", [("", gettext("All")), *((value, label) for label, value in words)]

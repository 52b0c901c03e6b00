"""The tabs of a company in the back-office: its record, what belongs to it, what happened to it."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from app.models import Company
from app.security.access import current_principal
from app.security.permissions import Permission, Screen

_LISTS: tuple[tuple[str, Any, str, Screen], ...] = (
    ("addresses", _("Addresses"), "company_addresses.list", Screen.ADDRESSES),
    ("contacts", _("Contacts"), "company_contacts.list", Screen.CONTACTS),
    ("access", _("Access"), "memberships.list", Screen.MEMBERSHIPS),
    ("invitations", _("Invitations"), "invitations.list", Screen.INVITATIONS),
    ("changes", _("Change requests"), "change_requests.list", Screen.CHANGE_REQUESTS),
    ("invoices", _("Invoices"), "company_invoices.list", Screen.INVOICES),
    ("payments", _("Payments"), "payments.list", Screen.PAYMENTS),
    ("mails", _("Mails"), "mails.list", Screen.MAILS),
)


@dataclass(frozen=True, slots=True)
class Tab:
    label: Any
    url: str
    current: bool


def company_tabs(company: Company, section: str) -> list[Tab]:
    """The tabs that the reader may open; `section` is the one that is open."""
    principal = current_principal()
    if principal is None or not principal.may_use_screen(Screen.COMPANIES, "can_show"):
        return []
    key = str(company.public_id)
    tabs = [Tab(_("Details"), url_for("companies.show", pk=key), section == "details")]
    for name, label, endpoint, screen in _LISTS:
        if principal.may_use_screen(screen, "can_list"):
            url = url_for(endpoint, _flt_1_company_id=key)
            tabs.append(Tab(label, url, section == name))
    if principal.may(Permission.VIEW_STATEMENTS):
        url = url_for("company_statement.show", public_id=key)
        tabs.append(Tab(_("Statement of account"), url, section == "statement"))
    if principal.may(Permission.VIEW_TIMELINE):
        url = url_for("timeline.show", public_id=key)
        tabs.append(Tab(_("Time line"), url, section == "timeline"))
    return tabs

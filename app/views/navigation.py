"""The menus: what a person may open, resolved from their permissions without asking the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from app.domain.roles import Role
from app.security.permissions import Permission, Screen, may_use_screen, permissions_of
from app.security.principal import Principal


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a menu; `children` open below it."""

    label: Any
    url: str
    icon: str
    current: bool = False
    count: int | None = None
    children: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    label: Any
    endpoint: str
    icon: str
    needs: Permission | Screen
    section: str
    children: tuple["_Entry", ...] = ()


_COMPANY = (
    _Entry(_("Details"), "company.show", "company", Permission.VIEW_COMPANY, "company"),
    _Entry(_("Addresses"), "addresses.index", "address", Permission.VIEW_COMPANY, "addresses"),
    _Entry(_("Contacts"), "contacts.index", "users", Permission.VIEW_COMPANY, "contacts"),
    _Entry(_("Access"), "access.index", "lock", Permission.VIEW_ACCESS, "access"),
    _Entry(_("History"), "history.index", "history", Permission.VIEW_HISTORY, "history"),
)
PORTAL = (
    _Entry(_("Home"), "home.show", "home", Permission.VIEW_INVOICES, "home"),
    _Entry(_("Invoices"), "invoices.index", "invoice", Permission.VIEW_INVOICES, "invoices"),
    _Entry(
        _("My company"), "company.show", "company", Permission.VIEW_COMPANY, "company", _COMPANY
    ),
)
BACKOFFICE = (
    _Entry(_("Overview"), "backoffice.show", "home", Permission.VIEW_BACKOFFICE, "backoffice"),
    _Entry(_("Companies"), "companies.list", "company", Screen.COMPANIES, "companies"),
    _Entry(
        _("Addresses"), "company_addresses.list", "address", Screen.ADDRESSES, "company_addresses"
    ),
    _Entry(_("Contacts"), "company_contacts.list", "users", Screen.CONTACTS, "company_contacts"),
    _Entry(_("Access"), "memberships.list", "lock", Screen.MEMBERSHIPS, "memberships"),
    _Entry(_("Invitations"), "invitations.list", "mail", Screen.INVITATIONS, "invitations"),
    _Entry(
        _("Change requests"),
        "change_requests.list",
        "edit",
        Screen.CHANGE_REQUESTS,
        "change_requests",
    ),
    _Entry(_("Invoices"), "company_invoices.list", "invoice", Screen.INVOICES, "company_invoices"),
    _Entry(_("Payments"), "payments.list", "bank", Screen.PAYMENTS, "payments"),
    _Entry(_("Documents"), "documents.list", "list", Screen.DOCUMENTS, "documents"),
    _Entry(_("Imports"), "imports.list", "upload", Screen.IMPORTS, "imports"),
    _Entry(_("Users"), "users.list", "user", Screen.USERS, "users"),
    _Entry(_("Portfolios"), "portfolios.list", "shield", Screen.PORTFOLIOS, "portfolios"),
    _Entry(_("Mails"), "mails.list", "mail", Screen.MAILS, "mails"),
    _Entry(_("Jobs"), "jobs.list", "settings", Screen.JOBS, "jobs"),
    _Entry(
        _("Sign-in domains"),
        "sign_in_domains.list",
        "globe",
        Screen.SIGN_IN_DOMAINS,
        "sign_in_domains",
    ),
    _Entry(_("Audit trail"), "audit_events.list", "history", Screen.AUDIT_EVENTS, "audit_events"),
    _Entry(_("Issuer"), "issuer.edit", "settings", Permission.EDIT_ISSUER, "issuer"),
)


_PART_OF = {
    "invoice_import": "imports",
    "import_row": "imports",
    "access_invitations": "access",
    "statement": "invoices",
    "company_statement": "companies",
    "payment_import": "payments",
    "exports": "invoices",
    "invoice_export": "invoices",
    "invoice_archive": "invoices",
    "staff_exports": "company_invoices",
    "changes": "company",
    "saved_filters": "invoices",
}
"""Pages without an entry of their own: which entry is theirs."""


def menu_of(principal: Principal) -> Sequence[Item]:
    """The menu of the face that the person is on: the portal of a company, or the back-office.

    Where no company is open, as on the account page, it leads to each of theirs.
    """
    where = _section(), str(get_locale()), request.script_root
    if principal.role is not None and principal.is_staff:
        return _resolved(principal.role, None, *where)
    if principal.role is not None and principal.company is not None:
        return _resolved(principal.role, principal.company.public_id, *where)
    return tuple(
        Item(one.name, url_for("home.show", company_id=one.public_id), "company")
        for one in principal.companies
    )


def _section() -> str:
    """The part of the menu that the page belongs to."""
    section = (request.endpoint or "").partition(".")[0]
    return _PART_OF.get(section, section)


@lru_cache(maxsize=4_096)
def _resolved(
    role: Role, _company: UUID | None, section: str, _locale: str, _root: str
) -> tuple[Item, ...]:
    """Words and addresses are found once: a menu is the same for everybody of a role, a company and a language."""
    entries = BACKOFFICE if role.is_staff else PORTAL
    return tuple(_item(entry, section) for entry in entries if _may(role, entry.needs))


def _item(entry: _Entry, section: str) -> Item:
    is_open = section == entry.section or any(section == one.section for one in entry.children)
    children = tuple(_item(one, section) for one in entry.children) if is_open else ()
    is_current = section == entry.section if not children else False
    return Item(str(entry.label), url_for(entry.endpoint), entry.icon, is_current, None, children)


def _may(role: Role | None, needs: Permission | Screen) -> bool:
    if isinstance(needs, Permission):
        return needs in permissions_of(role)
    return may_use_screen(role, needs, "can_list")


def home_url(principal: Principal) -> str:
    """Where somebody lands: the back-office, the first of their companies, or what is left without one."""
    if principal.role in {Role.ACCOUNT_MANAGER, Role.AUDITOR, Role.PLATFORM_ADMIN}:
        return url_for("backoffice.show")
    if principal.companies:
        return url_for("home.show", company_id=principal.companies[0].public_id)
    return url_for("account.show")

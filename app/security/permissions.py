"""Who may do what: one table of data, from which screens, menus, documentation and the sweep are made."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app.domain.roles import Role


class Permission(StrEnum):
    """A thing that a hand-written page lets somebody do."""

    # at a company, in the portal
    VIEW_INVOICES = "VIEW_INVOICES"
    DOWNLOAD_DOCUMENTS = "DOWNLOAD_DOCUMENTS"
    EXPORT_INVOICES = "EXPORT_INVOICES"
    VIEW_COMPANY = "VIEW_COMPANY"
    EDIT_COMPANY = "EDIT_COMPANY"
    ASK_CHANGES = "ASK_CHANGES"
    EDIT_ADDRESSES = "EDIT_ADDRESSES"
    EDIT_CONTACTS = "EDIT_CONTACTS"
    VIEW_HISTORY = "VIEW_HISTORY"
    VIEW_ACCESS = "VIEW_ACCESS"
    MANAGE_ACCESS = "MANAGE_ACCESS"
    # in the back-office
    VIEW_BACKOFFICE = "VIEW_BACKOFFICE"
    SEARCH_BACKOFFICE = "SEARCH_BACKOFFICE"
    VIEW_TIMELINE = "VIEW_TIMELINE"
    VIEW_STATEMENTS = "VIEW_STATEMENTS"
    READ_STORED_DOCUMENTS = "READ_STORED_DOCUMENTS"
    EXPORT_LISTS = "EXPORT_LISTS"
    IMPORT_INVOICES = "IMPORT_INVOICES"
    VIEW_IMPORTS = "VIEW_IMPORTS"
    IMPORT_PAYMENTS = "IMPORT_PAYMENTS"
    MANAGE_USERS = "MANAGE_USERS"
    EDIT_ISSUER = "EDIT_ISSUER"
    APPROVE_DOMAINS = "APPROVE_DOMAINS"


class Screen(StrEnum):
    """A generated screen of the back-office; the name is its `class_permission_name`."""

    COMPANIES = "Companies"
    ADDRESSES = "Addresses"
    CONTACTS = "Contacts"
    MEMBERSHIPS = "Memberships"
    INVOICES = "Invoices"
    PAYMENTS = "Payments"
    DOCUMENTS = "Documents"
    IMPORTS = "Imports"
    USERS = "Users"
    PORTFOLIOS = "Portfolios"
    AUDIT_EVENTS = "AuditEvents"
    INVITATIONS = "Invitations"
    CHANGE_REQUESTS = "ChangeRequests"
    MAILS = "Mails"
    JOBS = "Jobs"
    SIGN_IN_DOMAINS = "SignInDomains"


READ = frozenset({"can_list", "can_show"})
ACT = READ | {"can_act"}
"""To look at rows and do to them what their screen offers: none of these screens has a form."""
EDIT = READ | {"can_add", "can_edit"}
MANAGE = EDIT | {"can_delete"}

_VIEWER = frozenset(
    {
        Permission.VIEW_INVOICES,
        Permission.DOWNLOAD_DOCUMENTS,
        Permission.EXPORT_INVOICES,
        Permission.VIEW_COMPANY,
        Permission.VIEW_HISTORY,
        Permission.VIEW_ACCESS,
    }
)
_BILLING = _VIEWER | {Permission.EDIT_ADDRESSES, Permission.EDIT_CONTACTS}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.EMPLOYER_VIEWER: _VIEWER,
        Role.EMPLOYER_BILLING: _BILLING,
        Role.EMPLOYER_ADMIN: _BILLING
        | {Permission.EDIT_COMPANY, Permission.ASK_CHANGES, Permission.MANAGE_ACCESS},
        Role.ACCOUNT_MANAGER: frozenset(
            {
                Permission.VIEW_BACKOFFICE,
                Permission.SEARCH_BACKOFFICE,
                Permission.VIEW_TIMELINE,
                Permission.VIEW_STATEMENTS,
                Permission.READ_STORED_DOCUMENTS,
                Permission.EXPORT_LISTS,
                Permission.IMPORT_INVOICES,
                Permission.VIEW_IMPORTS,
                Permission.IMPORT_PAYMENTS,
            }
        ),
        Role.AUDITOR: frozenset(
            {
                Permission.VIEW_BACKOFFICE,
                Permission.SEARCH_BACKOFFICE,
                Permission.VIEW_TIMELINE,
                Permission.VIEW_STATEMENTS,
                Permission.READ_STORED_DOCUMENTS,
                Permission.EXPORT_LISTS,
                Permission.VIEW_IMPORTS,
            }
        ),
        Role.PLATFORM_ADMIN: frozenset(
            {
                Permission.VIEW_BACKOFFICE,
                Permission.MANAGE_USERS,
                Permission.EDIT_ISSUER,
                Permission.APPROVE_DOMAINS,
            }
        ),
    }
)

SCREENS: Mapping[Role, Mapping[Screen, frozenset[str]]] = MappingProxyType(
    {
        Role.ACCOUNT_MANAGER: {
            Screen.COMPANIES: EDIT,
            Screen.ADDRESSES: EDIT,
            Screen.CONTACTS: MANAGE,
            Screen.MEMBERSHIPS: MANAGE,
            Screen.INVOICES: READ,
            Screen.PAYMENTS: ACT | {"can_add"},
            Screen.DOCUMENTS: READ,
            Screen.IMPORTS: READ,
            Screen.INVITATIONS: ACT | {"can_add"},
            Screen.CHANGE_REQUESTS: ACT,
            Screen.MAILS: ACT,
            Screen.JOBS: ACT,
        },
        Role.AUDITOR: dict.fromkeys(Screen, READ),
        Role.PLATFORM_ADMIN: {
            Screen.USERS: EDIT,
            Screen.PORTFOLIOS: MANAGE,
            Screen.AUDIT_EVENTS: READ,
            Screen.MAILS: ACT,
            Screen.JOBS: ACT,
            Screen.SIGN_IN_DOMAINS: READ | {"can_add", "can_delete"},
        },
    }
)


def permissions_of(role: Role | None) -> frozenset[Permission]:
    """What the hand-written pages let `role` do; nobody in particular may do nothing."""
    return PERMISSIONS.get(role, frozenset()) if role else frozenset()


def may_use_screen(role: Role | None, screen: str, method: str) -> bool:
    """Whether a generated screen lets `role` do `method` (`can_list`, `can_edit`, ...)."""
    screens = SCREENS.get(role, {}) if role else {}
    return screen in screens and method in screens[Screen(screen)]


def fab_roles() -> dict[str, list[list[str]]]:
    """`FAB_ROLES`: role to [screen, method] patterns, anchored because FAB matches the beginning only."""
    return {
        role.value: [
            [f"^{screen.value}$", f"^({'|'.join(sorted(may))})$"] for screen, may in screens.items()
        ]
        for role, screens in SCREENS.items()
    }

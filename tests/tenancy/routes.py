"""Every route, who may use it, and whose rows it names: what the sweep walks. A new route needs a line here."""

from dataclasses import dataclass
from enum import StrEnum

from app.models import (
    Address,
    AuditEvent,
    ChangeRequest,
    Company,
    Contact,
    Document,
    Export,
    ExternalIdentity,
    ImportBatch,
    Invitation,
    Invoice,
    Job,
    LoginSession,
    Membership,
    OutgoingMail,
    Payment,
    PortalUser,
    Portfolio,
    SavedFilter,
    SignInDomain,
)
from app.security.permissions import Permission, Screen


class Anybody(StrEnum):
    """Audiences that no permission describes."""

    PUBLIC = "PUBLIC"
    SIGNED_IN = "SIGNED_IN"


@dataclass(frozen=True)
class Generated:
    """A method of a generated screen; any of `methods` lets in."""

    screen: Screen
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """`rows` are what the address names beside the company; `words` stand where it takes a name.

    `every_address` says that a membership limited to some addresses may not do it.
    """

    audience: Anybody | Permission | Generated
    rows: type | None = None
    words: tuple[str, ...] = ()
    every_address: bool = False


P, S = Permission, Screen
PUBLIC, SIGNED_IN = Anybody.PUBLIC, Anybody.SIGNED_IN
RELATIONS = ("company", "address", "user", "manager", "created_by", "secret")
PROVIDERS = ("demo-id", "no-such-provider", "x'--")
ACTIONS = (
    "make_default",
    "archive",
    "restore",
    "delete",
    "muldelete",
    "disable",
    "send_link",
    "switch_off_second_step",
    "end_sessions",
    "start_again",
    "cancel",
    "resend",
)


def _screen(noun: str, screen: Screen, rows: type, acts: str = "edit") -> dict[str, Route]:
    methods = {"list": None, "show": rows, "add": None, "edit": rows, "delete": rows}
    routes = {
        f"{noun}.{method}": Route(Generated(screen, (f"can_{method}",)), kind)
        for method, kind in methods.items()
    }
    reading = Generated(screen, ("can_add", "can_edit"))
    acting = Generated(screen, (f"can_{acts}",))
    return routes | {
        f"{noun}.lookup": Route(reading, words=RELATIONS),
        f"{noun}.action": Route(acting, rows, ACTIONS),
        f"{noun}.action_post": Route(acting),
    }


ROUTES: dict[str, Route] = {
    "account.end_all": Route(SIGNED_IN),
    "account.end_others": Route(SIGNED_IN),
    "account.end_session": Route(SIGNED_IN, LoginSession),
    "account.show": Route(SIGNED_IN),
    "account_details.ask_email": Route(SIGNED_IN),
    "account_details.cancel_email": Route(SIGNED_IN),
    "account_details.email": Route(SIGNED_IN),
    "account_details.name": Route(SIGNED_IN),
    "account_details.send_email_again": Route(SIGNED_IN),
    "account_password.change": Route(SIGNED_IN),
    "asset": Route(PUBLIC),
    "auth.sign_in": Route(PUBLIC),
    "auth.sign_out": Route(PUBLIC),
    "auth.start": Route(PUBLIC),
    "confirm.ask": Route(SIGNED_IN),
    "confirm.confirm": Route(SIGNED_IN),
    "forgot.ask": Route(PUBLIC),
    "forgot.asked": Route(PUBLIC),
    "email_confirmation.confirm": Route(PUBLIC, words=("no-such-secret", "..", "x'--")),
    "email_confirmation.show": Route(PUBLIC, words=("no-such-secret", "..", "x'--")),
    "second_step.make_codes": Route(SIGNED_IN),
    "second_step.off": Route(SIGNED_IN),
    "second_step.set_up": Route(SIGNED_IN),
    "second_step.show": Route(SIGNED_IN),
    "second_step.start": Route(SIGNED_IN),
    "second_step_code.ask": Route(PUBLIC),
    "openid.callback": Route(PUBLIC, words=PROVIDERS),
    "openid.not_linked": Route(PUBLIC, words=PROVIDERS),
    "openid.start": Route(PUBLIC, words=PROVIDERS),
    "providers.show": Route(SIGNED_IN),
    "providers.link": Route(SIGNED_IN, words=PROVIDERS),
    "providers.ask_to_unlink": Route(SIGNED_IN, ExternalIdentity),
    "providers.unlink": Route(SIGNED_IN, ExternalIdentity),
    "confirm_code.ask": Route(SIGNED_IN),
    "confirm_code.confirm": Route(SIGNED_IN),
    "health.alive": Route(PUBLIC),
    "health.ready": Route(PUBLIC),
    "language.change": Route(PUBLIC),
    "outbox.attached": Route(PUBLIC, words=("no-such-mail", "..", "x'--")),
    "outbox.data": Route(PUBLIC),
    "outbox.frame": Route(PUBLIC, words=("no-such-mail", "..", "x'--")),
    "outbox.index": Route(PUBLIC),
    "outbox.show": Route(PUBLIC, words=("no-such-mail", "..", "x'--")),
    "reset.choose": Route(PUBLIC, words=("no-such-secret", "..", "x'--")),
    "invitation.begin": Route(PUBLIC, words=("no-such-secret", "..", "x'--")),
    "invitation.join": Route(PUBLIC, words=("no-such-secret", "..", "x'--")),
    "invitation.show": Route(PUBLIC, words=("no-such-secret", "..", "x'--")),
    "invitation.switch": Route(PUBLIC, words=("no-such-secret", "..", "x'--")),
    "home.show": Route(P.VIEW_INVOICES),
    "invoices.index": Route(P.VIEW_INVOICES),
    "saved_filters.index": Route(P.VIEW_INVOICES),
    "saved_filters.add": Route(P.VIEW_INVOICES),
    "saved_filters.edit": Route(P.VIEW_INVOICES, SavedFilter),
    "saved_filters.remove": Route(P.VIEW_INVOICES, SavedFilter),
    "saved_filters.restore": Route(P.VIEW_INVOICES, SavedFilter),
    "invoices.show": Route(P.VIEW_INVOICES, Invoice),
    "statement.show": Route(P.VIEW_INVOICES),
    "statement.pdf": Route(P.DOWNLOAD_DOCUMENTS, every_address=True),
    "statement.csv": Route(P.DOWNLOAD_DOCUMENTS, every_address=True),
    "invoice_files.pdf": Route(P.DOWNLOAD_DOCUMENTS, Invoice),
    "invoice_files.xml": Route(P.DOWNLOAD_DOCUMENTS, Invoice),
    "company.show": Route(P.VIEW_COMPANY),
    "company.edit": Route(P.EDIT_COMPANY, every_address=True),
    "changes.index": Route(P.VIEW_COMPANY, every_address=True),
    "changes.ask": Route(P.ASK_CHANGES, every_address=True),
    "changes.withdraw": Route(P.ASK_CHANGES, ChangeRequest, every_address=True),
    "history.index": Route(P.VIEW_HISTORY),
    "addresses.index": Route(P.VIEW_COMPANY),
    "addresses.show": Route(P.VIEW_COMPANY, Address),
    "addresses.add": Route(P.EDIT_ADDRESSES, every_address=True),
    "addresses.edit": Route(P.EDIT_ADDRESSES, Address),
    "addresses.undo": Route(P.EDIT_ADDRESSES, Address),
    "addresses.make_default": Route(P.EDIT_ADDRESSES, Address),
    "addresses.archive": Route(P.EDIT_ADDRESSES, Address, every_address=True),
    "addresses.restore": Route(P.EDIT_ADDRESSES, Address),
    "contacts.index": Route(P.VIEW_COMPANY),
    "contacts.add": Route(P.EDIT_CONTACTS),
    "contacts.edit": Route(P.EDIT_CONTACTS, Contact),
    "contacts.remove": Route(P.EDIT_CONTACTS, Contact),
    "contacts.restore": Route(P.EDIT_CONTACTS, Contact),
    "access.index": Route(P.VIEW_ACCESS),
    "access.edit": Route(P.MANAGE_ACCESS, Membership),
    "access.remove": Route(P.MANAGE_ACCESS, Membership),
    "access_invitations.add": Route(P.MANAGE_ACCESS),
    "access_invitations.resend": Route(P.MANAGE_ACCESS, Invitation),
    "access_invitations.revoke": Route(P.MANAGE_ACCESS, Invitation),
    "invoice_export.export": Route(P.EXPORT_INVOICES, words=("csv", "xlsx", "x'--")),
    "exports.index": Route(P.EXPORT_INVOICES),
    "exports.show": Route(P.EXPORT_INVOICES, Export),
    "exports.download": Route(P.EXPORT_INVOICES, Export),
    "exports.delete": Route(P.EXPORT_INVOICES, Export),
    "staff_exports.index": Route(P.EXPORT_LISTS),
    "staff_exports.show": Route(P.EXPORT_LISTS, Export),
    "staff_exports.download": Route(P.EXPORT_LISTS, Export),
    "staff_exports.delete": Route(P.EXPORT_LISTS, Export),
    "invoice_archive.pack": Route(P.DOWNLOAD_DOCUMENTS),
    "invoice_archive.period": Route(P.DOWNLOAD_DOCUMENTS),
    "invoice_archive.ticked": Route(P.DOWNLOAD_DOCUMENTS),
    "invoice_import.new": Route(P.IMPORT_INVOICES),
    "invoice_import.upload": Route(P.IMPORT_INVOICES),
    "invoice_import.confirm": Route(P.IMPORT_INVOICES, ImportBatch),
    "invoice_import.discard": Route(P.IMPORT_INVOICES, ImportBatch),
    "invoice_import.retry": Route(P.IMPORT_INVOICES, ImportBatch),
    "invoice_import.report": Route(P.VIEW_IMPORTS, ImportBatch),
    "invoice_import.show": Route(P.VIEW_IMPORTS, ImportBatch),
    "payment_import.new": Route(P.IMPORT_PAYMENTS),
    "payment_import.upload": Route(P.IMPORT_PAYMENTS),
    "payment_import.review": Route(P.IMPORT_PAYMENTS, words=("no-such-report", "..", "x'--")),
    "payment_import.run": Route(P.IMPORT_PAYMENTS, words=("no-such-report", "..", "x'--")),
    "payment_import.result": Route(P.IMPORT_PAYMENTS, words=("no-such-report", "..", "x'--")),
    "import_row.show": Route(P.VIEW_IMPORTS, ImportBatch),
    "import_row.retry": Route(P.IMPORT_INVOICES, ImportBatch),
    "import_row.open_company": Route(P.IMPORT_INVOICES, ImportBatch),
    "import_row.replace": Route(P.IMPORT_INVOICES, ImportBatch),
    "company_invoice_files.pdf": Route(P.READ_STORED_DOCUMENTS, Invoice),
    "company_invoice_files.xml": Route(P.READ_STORED_DOCUMENTS, Invoice),
    "backoffice.show": Route(P.VIEW_BACKOFFICE),
    "backoffice_search.show": Route(P.SEARCH_BACKOFFICE),
    "issuer.edit": Route(P.EDIT_ISSUER),
    "issuer.save": Route(P.EDIT_ISSUER),
    "timeline.show": Route(P.VIEW_TIMELINE, Company),
    "company_statement.show": Route(P.VIEW_STATEMENTS, Company),
    "company_statement.pdf": Route(P.VIEW_STATEMENTS, Company),
    "company_statement.csv": Route(P.VIEW_STATEMENTS, Company),
    **_screen("companies", S.COMPANIES, Company),
    **_screen("company_addresses", S.ADDRESSES, Address),
    **_screen("company_contacts", S.CONTACTS, Contact),
    **_screen("memberships", S.MEMBERSHIPS, Membership),
    **_screen("invitations", S.INVITATIONS, Invitation),
    **_screen("change_requests", S.CHANGE_REQUESTS, ChangeRequest, "act"),
    "change_requests.decide": Route(Generated(S.CHANGE_REQUESTS, ("can_act",)), ChangeRequest),
    "memberships.addresses": Route(Generated(S.MEMBERSHIPS, ("can_edit",)), Membership),
    **_screen("company_invoices", S.INVOICES, Invoice),
    **_screen("payments", S.PAYMENTS, Payment, "act"),
    "payments.match": Route(Generated(S.PAYMENTS, ("can_act",))),
    **{
        f"payments.{act}": Route(Generated(S.PAYMENTS, ("can_act",)), Payment)
        for act in ("allocate", "move", "take_back", "give", "take_from", "undo")
    },
    "company_invoices.export": Route(
        Generated(S.INVOICES, ("can_list",)), words=("csv", "xlsx", "x'--")
    ),
    **_screen("documents", S.DOCUMENTS, Document),
    **_screen("imports", S.IMPORTS, ImportBatch),
    **_screen("users", S.USERS, PortalUser),
    **_screen("portfolios", S.PORTFOLIOS, Portfolio),
    **_screen("mails", S.MAILS, OutgoingMail, "act"),
    **_screen("jobs", S.JOBS, Job, "act"),
    **_screen("sign_in_domains", S.SIGN_IN_DOMAINS, SignInDomain),
    **_screen("audit_events", S.AUDIT_EVENTS, AuditEvent),
}
"""A generated screen's line names every method there could be; which of them exist is its permissions' affair."""

"""Every page of the product and who looks at it; a page that is not here fails the suite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask, url_for
from playwright.sync_api import Page
from sqlalchemy import select

from app.cli.demo.people import PROVIDER
from app.domain.exports import ExportState
from app.domain.tokens import TokenPurpose
from app.models import (
    AuditEvent,
    Base,
    ChangeRequest,
    Document,
    ImportBatch,
    Invitation,
    Job,
    OutgoingMail,
    Payment,
    Portfolio,
    SavedFilter,
    SignInDomain,
)
from tests import cast
from tests.e2e import before
from tests.e2e.browsing import Complaints

Rows = Callable[[Flask], Any]


@dataclass(frozen=True)
class Visit:
    """One look at a page; `of` finds the row whose key is in the address under the name `key`.

    `before` brings about what the page is about, in the database or in the window that it opens in.
    """

    endpoint: str
    who: str | None = None
    at: str | None = None
    of: Rows | None = None
    key: str = "public_id"
    query: Mapping[str, str | Rows] = field(default_factory=dict)
    also: str = ""
    before: Callable[[Flask, Page], object] | None = None
    status: int = 200

    def __str__(self) -> str:
        name = self.who.partition("@")[0] if self.who else "visitor"
        return "-".join(filter(None, (name, self.endpoint, self.also)))

    def open(self, page: Page, app: Flask, complaints: Complaints) -> list[str]:
        """Go there; says what is wrong where something else opens."""
        if self.before:
            self.before(app, page)
        if self.status >= 400:
            complaints.expect(self.status)
        answer = page.goto(self.url(app))
        if answer is None or answer.status != self.status:
            return [f"answered {answer and answer.status}"]
        return [f"led on to {page.url}"] if answer.request.redirected_from else []

    def url(self, app: Flask) -> str:
        arguments: dict[str, Any] = {
            name: value(app) if callable(value) else value for name, value in self.query.items()
        }
        if self.at:
            arguments["company_id"] = cast.company_id(app, self.at)
        if self.of:
            row = self.of(app)
            arguments[self.key] = row if isinstance(row, str | UUID) else _key_of(row)
        with app.test_request_context():
            return url_for(self.endpoint, **arguments)


def _key_of(row: Any) -> Any:
    return getattr(row, "public_id", row.id)


def _first(kind: type[Base], **values: Any) -> Rows:
    return lambda app: cast._all(app, select(kind).filter_by(**values))[0]


def _at_martin(kind: type[Any]) -> Rows:
    return lambda app: cast._all(
        app, select(kind).where(kind.company_id == cast.company(app, cast.MARTIN).id)
    )[0]


def _company(app: Flask) -> Any:
    return cast.company(app, cast.MARTIN)


def _namur(app: Flask) -> Any:
    return cast.address(app, "Namur")


def _contact(app: Flask) -> Any:
    return cast.contacts(app, cast.MARTIN)[0]


def _bruno(app: Flask) -> Any:
    return cast.membership(app, cast.BRUNO, cast.MARTIN)


def _employer() -> list[Visit]:
    claire: dict[str, Any] = {"who": cast.CLAIRE, "at": cast.MARTIN}
    pages = ["home.show", "invoices.index", "company.show", "company.edit", "history.index"]
    pages += ["addresses.index", "addresses.add", "contacts.index", "contacts.add"]
    filters = {
        "overdue": {"tab": "overdue"},
        "nothing": {"q": "no such reference"},
        "days": {"period": "days"},
        "by-number": {"q": "20", "order": "amount"},
    }
    invoices: dict[str, Rows] = {
        "invoice": lambda app: cast.invoice(app, cast.MARTIN),
        "overdue": cast.overdue_invoice,
        "credit-note": cast.credit_note,
    }
    return [
        *(Visit(page, **claire) for page in pages),
        *(
            Visit("invoices.index", **claire, query=query, also=name)
            for name, query in filters.items()
        ),
        *(Visit("invoices.show", **claire, of=row, also=name) for name, row in invoices.items()),
        *(Visit(f"addresses.{page}", **claire, of=_namur) for page in ("show", "edit", "archive")),
        *(Visit(f"contacts.{page}", **claire, of=_contact) for page in ("edit", "remove")),
        Visit("statement.show", **claire, query={"period": "12m"}),
        Visit("statement.show", **claire, query={"period": "days"}, also="days"),
        Visit("changes.index", **claire),
        Visit("changes.ask", **claire),
        Visit("saved_filters.index", **claire),
        Visit("saved_filters.add", **claire, query={"tab": "overdue", "q": "F-"}),
        Visit("saved_filters.edit", **claire, of=_at_martin(SavedFilter)),
        Visit(
            "invoices.index",
            **claire,
            query={"address": "5f0e8c1e-0000-4000-8000-000000000000"},
            also="no-place",
            status=404,
        ),
        Visit("access.index", **claire),
        *(Visit(f"access.{page}", **claire, of=_bruno) for page in ("edit", "remove")),
        Visit("access_invitations.add", **claire),
        Visit("access_invitations.revoke", **claire, of=_at_martin(Invitation)),
        *_exports(),
    ]


def _exports() -> list[Visit]:
    """Files that are made beside the pages: none yet, some, one in each state, and the offer to make one."""
    claire: dict[str, Any] = {"who": cast.CLAIRE, "at": cast.MARTIN}
    marc: dict[str, Any] = {"who": cast.MARC}
    of_marc = before.export(ExportState.DONE, cast.MARC, at=None)
    return [
        Visit("exports.index", **claire, also="empty"),
        Visit("exports.index", **claire, before=before.exported),
        *(
            Visit("exports.show", **claire, of=before.export(state), also=state.lower())
            for state in ExportState
        ),
        Visit("exports.delete", **claire, of=before.export(ExportState.DONE)),
        Visit(
            "invoice_archive.period", **claire, query={"period": "2001"}, before=before.long_year
        ),
        Visit("staff_exports.index", **marc, also="empty"),
        Visit("staff_exports.show", **marc, of=of_marc),
        Visit("staff_exports.delete", **marc, of=of_marc),
    ]


def _visitor() -> list[Visit]:
    """Whoever has not signed in, with the link of a mail or without."""
    secrets: dict[str, Rows] = {
        "invitation.show": before.invited,
        "reset.choose": before.link(TokenPurpose.RESET_PASSWORD),
        "email_confirmation.show": before.link(TokenPurpose.CONFIRM_EMAIL),
    }
    return [
        Visit("auth.start"),
        Visit("forgot.ask"),
        Visit("forgot.asked"),
        Visit("second_step_code.ask", before=before.half_signed_in),
        Visit("openid.not_linked", of=lambda _app: PROVIDER, key="name"),
        *(Visit(page, of=secret, key="secret") for page, secret in secrets.items()),
        *(
            Visit(page, of=lambda _app: "opens-nothing", key="secret", also="dead", status=410)
            for page in secrets
        ),
        Visit(
            "reset.choose", of=before.link(TokenPurpose.FIRST_PASSWORD), key="secret", also="first"
        ),
        Visit("invitation.show", of=before.known_invited, key="secret", also="known"),
        Visit("outbox.index", also="empty"),
        Visit("outbox.show", of=before.mailed, key="mail_id"),
    ]


def _own_account() -> list[Visit]:
    """What everybody has of their own, as Claire has it."""
    pages = ["account.show", "second_step.show", "providers.show"]
    pages += ["account_details.name", "account_details.email", "account_password.change"]
    changed: dict[str, tuple[str, Callable[[Flask, Page], object]]] = {
        "second_step.show": ("on", before.with_second_step),
        "second_step.set_up": ("", before.setting_up_second_step),
        "second_step.off": ("", before.with_second_step),
        "account_details.email": ("waiting", before.with_new_email),
        "providers.show": ("linked", before.with_linked_account),
        "confirm.ask": ("", before.signed_in_long_ago),
        "confirm_code.ask": ("", before.confirmed_by_provider),
    }
    return [
        *(Visit(page, cast.CLAIRE) for page in pages),
        *(
            Visit(page, cast.CLAIRE, also=also, before=begin)
            for page, (also, begin) in changed.items()
        ),
        Visit(
            "providers.ask_to_unlink",
            cast.CLAIRE,
            of=before.linked_account,
            key="identity_id",
        ),
        Visit("invitation.show", cast.PIETER, of=before.known_invited, key="secret", also="join"),
        Visit("invitation.show", cast.CLAIRE, of=before.invited, key="secret", also="of-another"),
        Visit("second_step.show", cast.ANA, also="staff"),
    ]


def _readers() -> list[Visit]:
    """Who may not edit, whose invoices are collected, who has several companies."""
    pages = ["home.show", "company.show", "addresses.index", "contacts.index", "access.index"]
    return [
        *(Visit(page, cast.VERA, cast.MARTIN) for page in pages),
        Visit("addresses.show", cast.VERA, cast.MARTIN, _namur),
        Visit(
            "invoices.show",
            cast.PIETER,
            cast.PEETERS,
            lambda app: cast.invoice(app, cast.PEETERS),
            also="collected",
        ),
        Visit("statement.show", cast.LEA, cast.MARTIN, also="some-addresses"),
        Visit("home.show", cast.INES, cast.DUBOIS),
        Visit("account.show", cast.INES),
    ]


def _unknown_payer(app: Flask) -> Any:
    return _first(Payment, company_id=None)(app)


def _overpaid(app: Flask) -> Any:
    return cast._all(app, select(Payment).where(Payment.left_cents > 0, Payment.company_id > 0))[0]


def _overdue_id(app: Flask) -> str:
    return str(cast.overdue_invoice(app).public_id)


def _paid_by_it(app: Flask) -> str:
    return str(cast.invoices(app, cast.DUBOIS)[-1].public_id)


def _payments() -> list[Visit]:
    """What is left to deal with, as Marc deals with it."""
    of_nobody: dict[str, Any] = {"who": cast.MARC, "of": _unknown_payer, "key": "pk"}
    overpaid: dict[str, Any] = {"who": cast.MARC, "of": _overpaid, "key": "pk"}
    return [
        Visit("payments.list", cast.MARC, query={"_flt_0_left_cents": "LEFT"}, also="left"),
        Visit("payments.add", cast.MARC),
        Visit("payments.show", **of_nobody, also="of-nobody"),
        Visit("payments.give", **of_nobody),
        Visit("payments.allocate", **of_nobody, also="looking"),
        Visit("payments.allocate", **of_nobody, query={"invoice": _overdue_id}),
        Visit("payments.allocate", **overpaid, also="choosing"),
        Visit("payments.move", **overpaid, query={"former": _paid_by_it}),
        Visit("payments.take_back", **overpaid, query={"invoice": _paid_by_it}),
        Visit("payments.take_from", **overpaid),
        Visit("payment_import.new", cast.MARC),
        Visit("payments.show", cast.ANA, of=_overpaid, key="pk"),
    ]


SCREENS: dict[str, Rows] = {
    "companies": _company,
    "company_addresses": _namur,
    "company_contacts": _contact,
    "memberships": lambda app: cast.membership(app, cast.LEA, cast.MARTIN),
    "invitations": _at_martin(Invitation),
    "change_requests": _at_martin(ChangeRequest),
    "company_invoices": cast.overdue_invoice,
    "payments": _overpaid,
    "documents": _at_martin(Document),
}
WORK: dict[str, Rows] = {"mails": _at_martin(OutgoingMail), "jobs": _at_martin(Job)}
EDITABLE = ("companies", "company_addresses", "company_contacts", "memberships")


def _manager() -> list[Visit]:
    marc: dict[str, Any] = {"who": cast.MARC, "key": "pk"}
    at_martin: dict[str, Any] = {"who": cast.MARC, "of": _company, "key": "public_id"}
    return [
        Visit("backoffice.show", cast.MARC),
        Visit("backoffice_search.show", cast.MARC, query={"q": "martin"}),
        Visit("backoffice_search.show", cast.MARC, also="empty"),
        Visit("timeline.show", **at_martin),
        Visit("company_statement.show", **at_martin, query={"period": "12m"}),
        Visit("invoice_import.new", cast.MARC),
        Visit("imports.list", cast.MARC),
        Visit("account.show", cast.MARC),
        *(Visit(f"{noun}.list", cast.MARC) for noun in SCREENS),
        *(Visit(f"{noun}.show", **marc, of=row) for noun, row in SCREENS.items()),
        *(Visit(f"{noun}.add", cast.MARC) for noun in (*EDITABLE[:3], "invitations")),
        *(Visit(f"{noun}.edit", **marc, of=SCREENS[noun]) for noun in EDITABLE),
        *(Visit(f"{noun}.delete", **marc, of=SCREENS[noun]) for noun in EDITABLE[2:]),
        Visit("memberships.addresses", **marc, of=SCREENS["memberships"]),
        *(Visit(f"{noun}.list", cast.MARC) for noun in WORK),
        *(Visit(f"{noun}.show", **marc, of=row) for noun, row in WORK.items()),
    ]


def _auditor() -> list[Visit]:
    ana: dict[str, Any] = {"who": cast.ANA, "key": "pk"}
    rows: dict[str, Rows] = {
        "users": lambda app: cast.user(app, cast.CLAIRE),
        "portfolios": _first(Portfolio),
        "audit_events": _first(AuditEvent),
    }
    return [
        Visit("backoffice.show", cast.ANA),
        Visit("audit_events.list", cast.ANA, query={"_flt_0_action": "SIGNED_IN"}, also="filtered"),
        Visit("companies.list", cast.ANA),
        Visit("companies.show", **ana, of=_company),
        *(Visit(f"{noun}.list", cast.ANA) for noun in ("imports", *rows)),
        *(Visit(f"{noun}.show", **ana, of=row) for noun, row in rows.items()),
        Visit("invoice_import.show", cast.ANA, of=_first(ImportBatch)),
    ]


def _administrator() -> list[Visit]:
    sofia: dict[str, Any] = {"who": cast.SOFIA, "key": "pk"}
    return [
        Visit("backoffice.show", cast.SOFIA),
        Visit("issuer.edit", cast.SOFIA),
        Visit("users.list", cast.SOFIA),
        Visit("users.add", cast.SOFIA),
        Visit("users.show", **sofia, of=lambda app: cast.user(app, cast.CLAIRE)),
        Visit("users.edit", **sofia, of=lambda app: cast.user(app, cast.CLAIRE)),
        Visit("portfolios.list", cast.SOFIA),
        Visit("portfolios.add", cast.SOFIA),
        Visit("portfolios.delete", **sofia, of=_first(Portfolio)),
        Visit("sign_in_domains.list", cast.SOFIA),
        Visit("sign_in_domains.add", cast.SOFIA),
        Visit("sign_in_domains.show", **sofia, of=_first(SignInDomain)),
        Visit("sign_in_domains.delete", **sofia, of=_first(SignInDomain)),
        Visit("audit_events.list", cast.SOFIA),
        Visit("mails.list", cast.SOFIA),
        Visit("jobs.list", cast.SOFIA),
    ]


VISITS = [
    *_visitor(),
    *_own_account(),
    *_employer(),
    *_readers(),
    *_manager(),
    *_payments(),
    *_auditor(),
    *_administrator(),
]
NO_PAGES = {
    "asset", "health.alive", "health.ready", "auth.sign_in", "openid.callback", "openid.start",
    "invoice_files.pdf", "invoice_files.xml", "invoice_export.export", "company_invoices.export",
    "exports.download", "staff_exports.download",
    "company_invoice_files.pdf", "company_invoice_files.xml",
    "statement.pdf", "statement.csv", "company_statement.pdf", "company_statement.csv",
    "imports.show", "import_row.show", "invoice_import.report", "payment_import.review", "payment_import.result",
    "outbox.attached", "outbox.data", "outbox.frame",
}  # fmt: skip
"""Files, answers to machines, addresses that lead on, and the report of an upload, which a journey looks at."""
NO_PAGE_ENDINGS = (".lookup", ".action")

"""Invoices as rows of a table: a page of them at a time, by key, so that nothing is held and nothing is left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, literal, select
from sqlalchemy.orm import Session

from app.domain.cells import Cell, Money, communication
from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import PaymentState
from app.models import Address, Company, Invoice
from app.services.exports.selection import InvoiceSelection
from app.services.invoice_paging import Walk, page_of, value_of

ROWS_A_PAGE = 1_000
"""Rows in memory; no transaction is open while they are sent."""
_COLUMNS = (
    Invoice.id,
    Invoice.public_id,
    Invoice.number,
    Invoice.kind,
    Invoice.company_id,
    Invoice.address_id,
    Invoice.issued_on,
    Invoice.due_on,
    Invoice.currency,
    Invoice.net_cents,
    Invoice.tax_cents,
    Invoice.total_cents,
    Invoice.signed_cents,
    Invoice.open_cents,
    Invoice.payment_state,
    Invoice.order_reference,
    Invoice.buyer_reference,
    Invoice.structured_communication,
)
InvoiceRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class TableWords:
    """What a table of invoices says in the reader's language; `headings` are those of one company's."""

    title: str
    headings: Sequence[str]
    company_headings: Sequence[str]
    kinds: Mapping[InvoiceKind, str]
    states: Mapping[PaymentState, str]

    def headings_of(self, *, several_companies: bool) -> list[str]:
        return [*(self.company_headings if several_companies else ()), *self.headings]


def count_invoices(
    session: Session, selection: InvoiceSelection, *, most: int | None = None
) -> int:
    """How many there are; counting ends one above `most`."""
    conditions, values = selection.where(session)
    chosen = select(literal(1)).select_from(Invoice).where(*conditions)
    counted = chosen.limit(None if most is None else most + 1).subquery()
    return session.scalar(select(func.count()).select_from(counted), values) or 0


def pages_of_invoices(session: Session, selection: InvoiceSelection) -> Iterator[list[InvoiceRow]]:
    """The invoices in their order; the caller may end the transaction after each page."""
    order, walk = selection.query.order, None
    conditions, values = selection.where(session)
    # No names are joined: a database that began with them would sort everything for each page.
    base = select(*_COLUMNS).where(*conditions)
    while True:
        page = list(session.execute(page_of(base, order, walk, limit=ROWS_A_PAGE), values))
        yield page
        if len(page) < ROWS_A_PAGE:
            return
        value = value_of(page[-1], order)
        walk = Walk(backward=False, is_undated=value is None)
        values |= {"beside_value": value, "beside_id": page[-1].id}


class Names:
    """What companies and addresses are called, each asked for once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._addresses: dict[int, str] = {}
        self._companies: dict[int, tuple[str, str | None]] = {}

    def learn(self, page: Sequence[InvoiceRow]) -> None:
        """Know those that a page of rows names."""
        if wanted := {row.address_id for row in page} - self._addresses.keys():
            columns = (Address.id, Address.name)
            for row in self._session.execute(select(*columns).where(Address.id.in_(wanted))):
                self._addresses[row.id] = row.name
        if unknown := {row.company_id for row in page} - self._companies.keys():
            whose = (Company.id, Company.name, Company.customer_number)
            for one in self._session.execute(select(*whose).where(Company.id.in_(unknown))):
                self._companies[one.id] = (one.name, one.customer_number)

    def address_of(self, row: InvoiceRow) -> str:
        return self._addresses.get(row.address_id, "")

    def company_of(self, row: InvoiceRow) -> tuple[str, str | None]:
        return self._companies.get(row.company_id, ("", None))


def cells_of(
    row: InvoiceRow, words: TableWords, *, address: str, company: Sequence[Cell] = ()
) -> list[Cell]:
    """One document as a row: totals have the sign of their kind, a credit note is its own state.

    `company` is what stands before it where the table is of several companies.
    """
    is_credit_note = row.kind is InvoiceKind.CREDIT_NOTE
    sign, currency = -1 if is_credit_note else 1, row.currency
    totals = (sign * row.net_cents, sign * row.tax_cents, sign * row.total_cents)
    kind = words.kinds[row.kind]
    return [
        *company,
        row.number,
        kind,
        address,
        row.issued_on,
        row.due_on,
        currency,
        *(Money(cents, currency) for cents in (*totals, row.signed_cents, row.open_cents)),
        kind if is_credit_note else words.states[row.payment_state],
        row.order_reference,
        row.buyer_reference,
        communication(row.structured_communication),
    ]

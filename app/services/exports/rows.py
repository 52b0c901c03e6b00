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
    Company.name.label("company"),
    Company.customer_number,
    Address.name.label("address"),
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
    base = (
        select(*_COLUMNS)
        .select_from(Invoice)
        .join(Company, Company.id == Invoice.company_id)
        .join(Address, Address.id == Invoice.address_id)
        .where(*conditions)
    )
    while True:
        page = list(session.execute(page_of(base, order, walk, limit=ROWS_A_PAGE), values))
        yield page
        if len(page) < ROWS_A_PAGE:
            return
        value = value_of(page[-1], order)
        walk = Walk(backward=False, is_undated=value is None)
        values |= {"beside_value": value, "beside_id": page[-1].id}


def cells_of(row: InvoiceRow, words: TableWords, *, several_companies: bool = False) -> list[Cell]:
    """One document as a row: totals have the sign of their kind, a credit note is its own state."""
    is_credit_note = row.kind is InvoiceKind.CREDIT_NOTE
    sign, currency = -1 if is_credit_note else 1, row.currency
    totals = (sign * row.net_cents, sign * row.tax_cents, sign * row.total_cents)
    kind = words.kinds[row.kind]
    whose = [row.company, row.customer_number] if several_companies else []
    return [
        *whose,
        row.number,
        kind,
        row.address,
        row.issued_on,
        row.due_on,
        currency,
        *(Money(cents, currency) for cents in (*totals, row.signed_cents, row.open_cents)),
        kind if is_credit_note else words.states[row.payment_state],
        row.order_reference,
        row.buyer_reference,
        communication(row.structured_communication),
    ]

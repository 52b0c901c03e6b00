"""One payment in full: what it pays, and the open invoices that it could pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.einvoice import InvoiceKind
from app.domain.identifiers import normalise_structured_communication
from app.models import Allocation, Company, Invoice, Payment
from app.services.invoice_search import begins_with
from app.services.invoice_statements import UNPAID

MOST_OFFERED = 25
_LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice that a payment pays `amount_cents` of."""

    public_id: UUID
    number: str
    issued_on: date
    open_cents: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that a payment could pay, with the company whose it is."""

    public_id: UUID
    number: str
    company: str
    issued_on: date
    due_on: date | None
    open_cents: int
    currency: str


def paid_invoices(session: Session, payment: Payment) -> list[PaidInvoice]:
    """What a payment pays, in the order in which it came to pay it."""
    statement = (
        select(
            Invoice.public_id,
            Invoice.number,
            Invoice.issued_on,
            Invoice.open_cents,
            func.sum(Allocation.amount_cents),
        )
        .join(Allocation, Allocation.invoice_id == Invoice.id)
        .where(Allocation.payment_id == payment.id, Allocation.company_id == Invoice.company_id)
        .group_by(
            Invoice.id, Invoice.public_id, Invoice.number, Invoice.issued_on, Invoice.open_cents
        )
        .order_by(func.min(Allocation.id))
    )
    return [
        PaidInvoice(public_id, number, issued_on, open_cents, int(cents))
        for public_id, number, issued_on, open_cents, cents in session.execute(statement)
    ]


def open_invoices(session: Session, payment: Payment, search: str = "") -> Sequence[OpenInvoice]:
    """The invoices that a payment could pay, the oldest due first, at most MOST_OFFERED.

    Of its company alone, in its currency. Of a payment of nobody only those that `search` names: the
    beginning of a number, or a structured communication.
    """
    text = search.strip()[:_LONGEST_SEARCH].replace("\x00", "")
    if not text and payment.company_id is None:
        return []
    statement = (
        select(
            Invoice.public_id,
            Invoice.number,
            Company.name.label("company"),
            Invoice.issued_on,
            Invoice.due_on,
            Invoice.open_cents,
            Invoice.currency,
        )
        .join(Company, Company.id == Invoice.company_id)
        .where(
            Invoice.open_cents > 0,
            Invoice.currency == payment.currency,
            # For the index that keeps the few unpaid ones of a company together.
            Invoice.kind.in_(tuple(InvoiceKind)),
            Invoice.payment_state.in_(UNPAID),
        )
        .order_by(func.coalesce(Invoice.due_on, Invoice.issued_on), Invoice.id)
        .limit(MOST_OFFERED)
    )
    if payment.company_id is not None:
        statement = statement.where(Invoice.company_id == payment.company_id)
    if text:
        structured = normalise_structured_communication(text)
        statement = statement.where(
            Invoice.structured_communication == structured
            if structured
            else begins_with(Invoice.number, text)
        )
    return [OpenInvoice(*row) for row in session.execute(statement)]


def find_invoice_to_pay(session: Session, public_id: UUID) -> Invoice | None:
    """The invoice, or None where the scope holds no such one."""
    return session.scalar(select(Invoice).where(Invoice.public_id == public_id))

"""One document in full: what it says, how it is paid, what it corrects and what corrects it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.einvoice import EInvoice, InvoiceKind
from app.domain.invoicing import PaymentState
from app.models import Address, Allocation, Invoice, InvoiceContent, Payment, PrecedingInvoice


@dataclass(frozen=True, slots=True)
class Settlement:
    """A part that was paid: on an invoice by a payment or a credit note, on a credit note what it paid.

    `number` and `public_id` are the other document's; both are None for a payment, and for a document
    of an address that this scope does not hold. `on` is None where it is not to be seen.
    """

    amount_cents: int
    is_payment: bool
    on: date | None
    number: str | None = None
    public_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    """A document on the other side of a correction; no `public_id` where it is not in the portal."""

    number: str
    kind: InvoiceKind | None
    issued_on: date | None
    public_id: UUID | None
    is_corrected_by_this: bool


@dataclass(frozen=True, slots=True)
class InvoiceDetails:
    public_id: UUID
    kind: InvoiceKind
    number: str
    issued_on: date
    due_on: date | None
    currency: str
    signed_cents: int
    open_cents: int
    payment_state: PaymentState
    address_name: str
    einvoice: EInvoice
    warnings: tuple[dict[str, Any], ...]
    settlements: tuple[Settlement, ...]
    related: tuple[RelatedDocument, ...]


def find_invoice(session: Session, public_id: UUID) -> InvoiceDetails | None:
    """The document, or None where this scope holds no such one; three statements, however long it is."""
    row = _row(session, public_id)
    if row is None:
        return None
    return InvoiceDetails(
        public_id=row.public_id,
        kind=row.kind,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        currency=row.currency,
        signed_cents=row.signed_cents,
        open_cents=row.open_cents,
        payment_state=row.payment_state,
        address_name=row.address_name,
        einvoice=EInvoice.from_json(row.content),
        warnings=tuple(row.warnings),
        settlements=_settlements(session, row.id),
        related=_related(session, row.id),
    )


def _row(session: Session, public_id: UUID) -> Row[*tuple[Any, ...]] | None:
    columns = (
        Invoice.id,
        Invoice.public_id,
        Invoice.kind,
        Invoice.number,
        Invoice.issued_on,
        Invoice.due_on,
        Invoice.currency,
        Invoice.signed_cents,
        Invoice.open_cents,
        Invoice.payment_state,
        Address.name.label("address_name"),
        InvoiceContent.content,
        InvoiceContent.warnings,
    )
    return session.execute(
        select(*columns)
        .select_from(Invoice)
        .join(Address, Address.id == Invoice.address_id)
        .join(InvoiceContent, InvoiceContent.invoice_id == Invoice.id)
        .where(Invoice.public_id == public_id)
    ).one_or_none()


def _settlements(session: Session, invoice_id: int) -> tuple[Settlement, ...]:
    """Whoever may not see payments sees that one was made, not when."""
    other, pays_this = aliased(Invoice), Allocation.invoice_id == invoice_id
    other_id = case((pays_this, Allocation.credit_note_id), else_=Allocation.invoice_id)
    rows = session.execute(
        select(
            Allocation.amount_cents,
            Allocation.payment_id,
            Payment.received_on,
            other.issued_on,
            other.number,
            other.public_id,
        )
        .select_from(Allocation)
        .outerjoin(Payment, Payment.id == Allocation.payment_id)
        .outerjoin(other, other.id == other_id)
        .where(or_(pays_this, Allocation.credit_note_id == invoice_id))
        .order_by(Allocation.id)
    )
    return tuple(
        Settlement(
            row.amount_cents,
            row.payment_id is not None,
            row.received_on or row.issued_on,
            row.number,
            row.public_id,
        )
        for row in rows
    )


def _related(session: Session, invoice_id: int) -> tuple[RelatedDocument, ...]:
    """What the document says it corrects, known here or not, and what says that it corrects this one."""
    other, names_other = aliased(Invoice), PrecedingInvoice.invoice_id == invoice_id
    other_id = case(
        (names_other, PrecedingInvoice.referenced_id), else_=PrecedingInvoice.invoice_id
    )
    rows = session.execute(
        select(
            PrecedingInvoice.number.label("named"),
            PrecedingInvoice.issued_on.label("named_on"),
            names_other.label("is_named"),
            other.number,
            other.kind,
            other.issued_on,
            other.public_id,
        )
        .select_from(PrecedingInvoice)
        .outerjoin(other, other.id == other_id)
        .where(or_(names_other, PrecedingInvoice.referenced_id == invoice_id))
        .order_by(PrecedingInvoice.id)
    )
    return tuple(
        RelatedDocument(
            number=row.number or row.named,
            kind=row.kind,
            issued_on=row.issued_on or row.named_on,
            public_id=row.public_id,
            is_corrected_by_this=bool(row.is_named),
        )
        for row in rows
        if row.is_named or row.public_id
    )

"""Payments and what pays what: the only writer of `open_cents` and `payment_state`.

Amounts are positive minor units. A document's own sign says which side it is on: above zero it is
owed to the issuer, below zero (a credit note) it is credit that may pay what is owed.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeVar

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.invoicing import PaymentState
from app.domain.money import UnknownCurrency, is_currency
from app.models import Allocation, Invoice, Payment
from app.services.audit import record

Locked = TypeVar("Locked", Invoice, Payment)


class AmountNotPositive(DomainError):
    code: ClassVar[str] = "amount_not_positive"


class PaymentAlreadyRecorded(DomainError):
    """The source has given this reference before. params: source, external_reference."""

    code: ClassVar[str] = "payment_already_recorded"


class AllocationTooLarge(DomainError):
    """More than is left of the money, or more than is open. params: wanted_cents, available_cents."""

    code: ClassVar[str] = "allocation_too_large"


class NothingToPay(DomainError):
    """The document is paid, or is a credit note. params: number."""

    code: ClassVar[str] = "nothing_to_pay"


class NothingLeftToUse(DomainError):
    """The payment or the credit note is used up, or the document is no credit."""

    code: ClassVar[str] = "nothing_left_to_use"


class CurrenciesDiffer(DomainError):
    """Money of one currency pays nothing in another. params: source, target."""

    code: ClassVar[str] = "currencies_differ"


class CompaniesDiffer(DomainError):
    """Money of one company pays nothing of another's."""

    code: ClassVar[str] = "companies_differ"


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money received: `amount_cents` in minor units of `currency`.

    `external_reference` is the number the source gave it, unique per source; `company_id` is None
    until it is known whose money it is.
    """

    company_id: int | None
    amount_cents: int
    currency: str
    received_on: date
    source: str
    external_reference: str | None = None
    communication: str | None = None
    payer_name: str | None = None


def open_projection(signed_cents: int, used_cents: int = 0) -> tuple[int, PaymentState]:
    """What is left of a document and how far it is paid: `(open_cents, payment_state)`.

    `used_cents` is the sum of its allocations, never negative. A document over nothing is paid.
    """
    left = signed_cents - used_cents if signed_cents > 0 else signed_cents + used_cents
    if left == 0:
        return 0, PaymentState.PAID
    return left, PaymentState.PARTLY if used_cents else PaymentState.OPEN


def record_payment(session: Session, new: NewPayment) -> Payment:
    """Note money that came in; it pays nothing yet.

    Raises:
        AmountNotPositive: nothing, or less, was received.
        UnknownCurrency: no such code.
        PaymentAlreadyRecorded: the source gave this reference before; nothing is changed.
    """
    if new.amount_cents <= 0:
        raise AmountNotPositive(field="amount")
    if not is_currency(new.currency):
        raise UnknownCurrency(currency=new.currency)
    payment = Payment(
        company_id=new.company_id,
        amount_cents=new.amount_cents,
        currency=new.currency,
        received_on=new.received_on,
        source=new.source,
        external_reference=new.external_reference,
        communication=new.communication,
        payer_name=new.payer_name,
    )
    try:
        with session.begin_nested():
            session.add(payment)
    except IntegrityError as error:
        raise PaymentAlreadyRecorded(
            source=new.source, external_reference=new.external_reference
        ) from error
    changes = {"amount_cents": (None, new.amount_cents), "currency": (None, new.currency)}
    label = new.external_reference or new.received_on.isoformat()
    record(session, AuditAction.PAYMENT_RECORDED, target=payment, label=label, changes=changes)
    return payment


def allocate(
    session: Session, payment: Payment, invoice: Invoice, *, amount_cents: int | None = None
) -> Allocation:
    """Let a payment pay an invoice: all it can, or `amount_cents` of it.

    Both rows are locked until the caller commits. A payment that was nobody's becomes the
    company's. Needs a scope that holds every address of the company.

    Raises:
        NothingToPay: the document is paid or is a credit note.
        NothingLeftToUse: the payment is used up.
        AllocationTooLarge, AmountNotPositive, CurrenciesDiffer, CompaniesDiffer.
    """
    payment = _locked(session, Payment, payment.id)
    invoice = _locked(session, Invoice, invoice.id)
    _require_same_owner(payment.company_id or invoice.company_id, invoice)
    _require_same_currency(payment.currency, invoice)
    left = payment.amount_cents - _sum(session, Allocation.payment_id == payment.id)
    amount = _amount(amount_cents, left_cents=left, invoice=invoice)
    payment.company_id = invoice.company_id
    session.flush()  # the database checks that payment and invoice are of one company
    allocation = _add(session, invoice, amount, payment_id=payment.id)
    _record(session, AuditAction.PAYMENT_ALLOCATED, invoice, amount)
    return allocation


def allocate_credit(
    session: Session, credit_note: Invoice, invoice: Invoice, *, amount_cents: int | None = None
) -> Allocation:
    """Let a credit note pay an invoice: all it can, or `amount_cents` of it.

    Both rows are locked until the caller commits. Needs a scope that holds every address of the
    company.

    Raises:
        NothingToPay: the document is paid or is itself a credit note.
        NothingLeftToUse: the credit is used up, or `credit_note` is an amount owed.
        AllocationTooLarge, AmountNotPositive, CurrenciesDiffer, CompaniesDiffer.
    """
    first, second = sorted((credit_note.id, invoice.id))
    locked = {one: _locked(session, Invoice, one) for one in (first, second)}
    credit_note, invoice = locked[credit_note.id], locked[invoice.id]
    _require_same_owner(credit_note.company_id, invoice)
    _require_same_currency(credit_note.currency, invoice)
    amount = _amount(amount_cents, left_cents=-credit_note.open_cents, invoice=invoice)
    allocation = _add(session, invoice, amount, credit_note_id=credit_note.id)
    _project(session, credit_note)
    _record(session, AuditAction.CREDIT_ALLOCATED, invoice, amount, credit_note=credit_note)
    return allocation


def _locked(session: Session, kind: type[Locked], row_id: int) -> Locked:
    """The row as it is now, which nobody else changes before the caller's transaction ends."""
    if session.get_bind().dialect.name == "sqlite":
        # SQLite has no FOR UPDATE: a write that changes nothing takes its one write lock.
        session.execute(
            update(kind)
            .where(kind.id == row_id)
            .values(currency=kind.currency, updated_at=kind.updated_at)
            .execution_options(synchronize_session=False)
        )
    statement = select(kind).where(kind.id == row_id).with_for_update()
    return session.scalars(statement, execution_options={"populate_existing": True}).one()


def _require_same_owner(company_id: int | None, invoice: Invoice) -> None:
    if company_id != invoice.company_id:
        raise CompaniesDiffer(number=invoice.number)


def _require_same_currency(currency: str, invoice: Invoice) -> None:
    if currency != invoice.currency:
        raise CurrenciesDiffer(source=currency, target=invoice.currency)


def _amount(wanted_cents: int | None, *, left_cents: int, invoice: Invoice) -> int:
    if invoice.open_cents <= 0:
        raise NothingToPay(number=invoice.number)
    if left_cents <= 0:
        raise NothingLeftToUse(number=invoice.number)
    available = min(left_cents, invoice.open_cents)
    if wanted_cents is None:
        return available
    if wanted_cents <= 0:
        raise AmountNotPositive(field="amount")
    if wanted_cents > available:
        raise AllocationTooLarge(wanted_cents=wanted_cents, available_cents=available)
    return wanted_cents


def _add(
    session: Session,
    invoice: Invoice,
    amount_cents: int,
    *,
    payment_id: int | None = None,
    credit_note_id: int | None = None,
) -> Allocation:
    allocation = Allocation(
        company_id=invoice.company_id,
        address_id=invoice.address_id,
        invoice_id=invoice.id,
        payment_id=payment_id,
        credit_note_id=credit_note_id,
        amount_cents=amount_cents,
    )
    session.add(allocation)
    session.flush()
    _project(session, invoice)
    return allocation


def _project(session: Session, invoice: Invoice) -> None:
    """Write what the rows say; nothing else ever writes these two columns after the import."""
    side = Allocation.invoice_id if invoice.signed_cents > 0 else Allocation.credit_note_id
    used = _sum(session, side == invoice.id)
    invoice.open_cents, invoice.payment_state = open_projection(invoice.signed_cents, used)
    session.flush()


def _sum(session: Session, of: ColumnElement[bool]) -> int:
    total = select(func.coalesce(func.sum(Allocation.amount_cents), 0)).where(of)
    return int(session.scalars(total).one())  # PostgreSQL adds BIGINTs up to a NUMERIC


def _record(
    session: Session,
    action: AuditAction,
    invoice: Invoice,
    amount_cents: int,
    *,
    credit_note: Invoice | None = None,
) -> None:
    before = invoice.open_cents + amount_cents
    changes: dict[str, tuple[object, object]] = {
        "open_cents": (before, invoice.open_cents),
        "amount_cents": (None, amount_cents),
    }
    if credit_note is not None:
        changes["credit_note"] = (None, credit_note.number)
    record(session, action, target=invoice, changes=changes)

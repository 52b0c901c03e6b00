"""Payments and what pays what; what is left of each is written in the same transaction.

Amounts are positive minor units. A document's own sign says which side it is on: above zero it is
owed to the issuer, below zero (a credit note) it is credit that may pay what is owed.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.money import UnknownCurrency, is_currency
from app.models import Allocation, Invoice, Payment
from app.services.audit import record
from app.services.projections import (
    lock_invoices,
    lock_payment,
    open_projection,
    project_invoice,
    project_payment,
)

__all__ = [
    "NewPayment",
    "allocate",
    "allocate_credit",
    "allocate_locked",
    "move_allocation",
    "open_projection",
    "record_payment",
    "take_back",
]


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


class NothingAllocated(DomainError):
    """The money pays nothing of this document. params: number."""

    code: ClassVar[str] = "nothing_allocated"


class AlreadyThere(DomainError):
    """The money pays this very document: there is nowhere to move it. params: number."""

    code: ClassVar[str] = "already_there"


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
        left_cents=new.amount_cents,
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
    record(session, AuditAction.PAYMENT_RECORDED, target=payment, changes=changes)
    return payment


def allocate(
    session: Session,
    payment: Payment,
    invoice: Invoice,
    *,
    amount_cents: int | None = None,
    reason: str | None = None,
) -> Allocation:
    """Let a payment pay an invoice: all it can, or `amount_cents` of it.

    Both rows are locked until the caller commits. A payment that was nobody's becomes the
    company's. Needs a scope that holds every address of the company. `reason` is a person's.

    Raises:
        NothingToPay: the document is paid or is a credit note.
        NothingLeftToUse: the payment is used up.
        AllocationTooLarge, AmountNotPositive, CurrenciesDiffer, CompaniesDiffer.
    """
    payment = lock_payment(session, payment)
    invoice = lock_invoices(session, [invoice.id])[invoice.id]
    return allocate_locked(session, payment, invoice, amount_cents=amount_cents, reason=reason)


def allocate_locked(
    session: Session,
    payment: Payment,
    invoice: Invoice,
    *,
    amount_cents: int | None = None,
    reason: str | None = None,
) -> Allocation:
    """As `allocate`, of a payment and an invoice that the caller has locked, or has just written."""
    was_nobodys = payment.company_id is None
    allocation = _allocate(session, payment, invoice, amount_cents=amount_cents)
    facts = _facts(payment.currency, allocation.amount_cents, reason)
    if was_nobodys:
        facts["company"] = (None, invoice.company.name)
    facts["open_cents"] = (invoice.open_cents + allocation.amount_cents, invoice.open_cents)
    _record(session, AuditAction.PAYMENT_ALLOCATED, payment, invoice, facts)
    return allocation


def take_back(session: Session, payment: Payment, invoice: Invoice, *, reason: str) -> int:
    """Let a payment no longer pay an invoice; the amount that is free again.

    Raises:
        NothingAllocated: it does not pay this invoice (any more).
    """
    payment = lock_payment(session, payment)
    invoice = lock_invoices(session, [invoice.id])[invoice.id]
    amount = _take_back(session, payment, invoice)
    project_invoice(session, invoice)
    project_payment(session, payment)
    session.flush()
    facts = _facts(payment.currency, amount, reason)
    facts["open_cents"] = (invoice.open_cents - amount, invoice.open_cents)
    _record(session, AuditAction.PAYMENT_TAKEN_BACK, payment, invoice, facts)
    return amount


def move_allocation(
    session: Session,
    payment: Payment,
    invoice: Invoice,
    *,
    to: Invoice,
    reason: str,
    amount_cents: int | None = None,
) -> Allocation:
    """Let what a payment pays of one invoice pay another of the same company instead.

    All of it as far as the other is open, or `amount_cents`; what the other does not take is left
    of the payment.

    Raises:
        NothingAllocated: it does not pay the first invoice (any more).
        AlreadyThere: both are the same invoice.
        NothingToPay, CurrenciesDiffer, CompaniesDiffer, AllocationTooLarge, AmountNotPositive.
    """
    if invoice.id == to.id:
        raise AlreadyThere(number=to.number)
    payment = lock_payment(session, payment)
    locked = lock_invoices(session, [invoice.id, to.id])
    invoice, to = locked[invoice.id], locked[to.id]
    taken = _take_back(session, payment, invoice)
    project_invoice(session, invoice)
    project_payment(session, payment)
    wanted = min(taken, max(to.open_cents, 0)) or None if amount_cents is None else amount_cents
    allocation = _allocate(session, payment, to, amount_cents=wanted)
    facts = _facts(payment.currency, allocation.amount_cents, reason)
    facts["amount_cents"] = (taken, allocation.amount_cents)
    facts["currency"] = (payment.currency, payment.currency)
    facts["invoice"] = (invoice.number, to.number)
    _record(session, AuditAction.PAYMENT_MOVED, payment, to, facts)
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
    locked = lock_invoices(session, [credit_note.id, invoice.id])
    credit_note, invoice = locked[credit_note.id], locked[invoice.id]
    _require_same_owner(credit_note.company_id, invoice)
    _require_same_currency(credit_note.currency, invoice)
    amount = _amount(amount_cents, left_cents=-credit_note.open_cents, invoice=invoice)
    allocation = _add(session, invoice, amount, credit_note_id=credit_note.id)
    project_invoice(session, invoice)
    project_invoice(session, credit_note)
    session.flush()
    facts = _facts(credit_note.currency, amount, None)
    facts["open_cents"] = (invoice.open_cents + amount, invoice.open_cents)
    facts["credit_note"] = (None, credit_note.number)
    record(session, AuditAction.CREDIT_ALLOCATED, target=invoice, changes=facts)
    return allocation


def _allocate(
    session: Session, payment: Payment, invoice: Invoice, *, amount_cents: int | None
) -> Allocation:
    """Of locked rows: the new allocation, with what is then left of both."""
    _require_same_owner(payment.company_id or invoice.company_id, invoice)
    _require_same_currency(payment.currency, invoice)
    amount = _amount(amount_cents, left_cents=payment.left_cents, invoice=invoice)
    payment.company_id = invoice.company_id
    session.flush()  # the database checks that payment and invoice are of one company
    allocation = _add(session, invoice, amount, payment_id=payment.id)
    project_invoice(session, invoice)
    project_payment(session, payment)
    session.flush()
    return allocation


def _take_back(session: Session, payment: Payment, invoice: Invoice) -> int:
    pair = (Allocation.payment_id == payment.id, Allocation.invoice_id == invoice.id)
    found = session.scalars(select(Allocation).where(*pair)).all()
    if not found:
        raise NothingAllocated(number=invoice.number)
    amount = sum(one.amount_cents for one in found)
    for one in found:
        session.delete(one)
    session.flush()
    return amount


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
        raise AllocationTooLarge(
            field="amount", wanted_cents=wanted_cents, available_cents=available
        )
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
    return allocation


Facts = dict[str, tuple[object, object]]


def _facts(currency: str, amount_cents: int, reason: str | None) -> Facts:
    facts: Facts = {"amount_cents": (None, amount_cents), "currency": (None, currency)}
    return facts | ({"reason": (None, reason)} if reason else {})


def _record(
    session: Session, action: AuditAction, payment: Payment, invoice: Invoice, facts: Facts
) -> None:
    """An event of the payment, named after the invoice that it is about."""
    record(session, action, target=payment, label=invoice.number, changes=facts)

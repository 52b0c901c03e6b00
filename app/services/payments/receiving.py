"""Taking payments in one by one: recorded, and at once allocated to what they mean."""

from datetime import date
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.models import Company, Invoice, Payment
from app.services.allocations import (
    NewPayment,
    NothingLeftToUse,
    NothingToPay,
    allocate,
    record_payment,
)
from app.services.payments.matching import Match, Matcher, Wanted, match_one
from app.services.payments.owners import PaymentHasCompany, give_to_company
from app.services.projections import lock_invoices, lock_payments


class ReceivedInTheFuture(DomainError):
    """Nobody has received yet what comes tomorrow."""

    code: ClassVar[str] = "received_in_the_future"


def receive(session: Session, new: NewPayment, *, today: date) -> Payment:
    """Take in one payment, and let it pay the invoice that its communication means.

    Raises:
        ReceivedInTheFuture: of a day after `today`.
        AmountNotPositive, UnknownCurrency, PaymentAlreadyRecorded.
    """
    if new.received_on > today:
        raise ReceivedInTheFuture(field="received_on")
    payment = record_payment(session, new)
    allocate_by_communication(session, payment)
    return payment


def allocate_by_communication(session: Session, payment: Payment) -> bool:
    """Let what is left of a payment pay the invoice that it means; whether anything came of it.

    Where it means several, or one that is paid, it becomes credit of the company, if that is certain.
    """
    if payment.left_cents == 0 or not payment.communication:
        return False
    wanted = Wanted(payment.communication, payment.currency, payment.company_id)
    return _apply(session, payment, match_one(session, wanted))


def match_again(session: Session, *, limit: int) -> int:
    """Try the payments with something left once more, the newest first: an invoice may have come since.

    At most `limit` of those that the scope holds; how many found an invoice or an owner.
    """
    statement = (
        select(Payment)
        .where(Payment.has_left(), Payment.communication.is_not(None))
        .order_by(Payment.received_on.desc(), Payment.id.desc())
        .limit(limit)
    )
    payments = sorted(session.scalars(statement), key=lambda one: one.id)
    matcher = Matcher()
    matcher.load(session, [one.communication or "" for one in payments])
    matches = [(one, match) for one in payments if (match := _again(matcher, one))]
    # All of them in one order, or two people who ask for the same could wait for each other.
    lock_payments(session, [one.id for one, _match in matches])
    lock_invoices(session, [match.invoice_id for _one, match in matches if match.invoice_id])
    return sum(_apply(session, one, match) for one, match in matches)


def _again(matcher: Matcher, payment: Payment) -> Match | None:
    wanted = Wanted(payment.communication or "", payment.currency, payment.company_id)
    match = matcher.match(wanted)
    if match is not None and match.invoice_id is not None:
        matcher.pay(match.invoice_id, payment.left_cents)
    return match


def _apply(session: Session, payment: Payment, match: Match | None) -> bool:
    if match is None:
        return False
    if match.invoice_id is not None:
        try:
            allocate(session, payment, session.get_one(Invoice, match.invoice_id))
        except (NothingToPay, NothingLeftToUse):  # somebody else was faster
            return False
        return True
    if payment.company_id is not None:
        return False
    try:
        give_to_company(session, payment, session.get_one(Company, match.company_id))
    except PaymentHasCompany:
        return False
    return True

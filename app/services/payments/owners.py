"""Whose money it is: a payment of nobody is given to a company, and taken from it while it pays nothing."""

from typing import ClassVar

from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.models import Company, Payment
from app.services.audit import record
from app.services.projections import lock_payment


class PaymentHasCompany(DomainError):
    """It is known already whose it is."""

    code: ClassVar[str] = "payment_has_company"


class PaymentOfNobody(DomainError):
    """It is not known yet whose it is."""

    code: ClassVar[str] = "payment_of_nobody"


class PaymentInUse(DomainError):
    """It pays invoices of its company."""

    code: ClassVar[str] = "payment_in_use"


def give_to_company(
    session: Session, payment: Payment, company: Company, *, reason: str | None = None
) -> None:
    """Make a payment of nobody a company's; it pays nothing of it by that. `reason` is a person's.

    Raises:
        PaymentHasCompany: it is somebody's.
    """
    payment = lock_payment(session, payment)
    if payment.company_id is not None:
        raise PaymentHasCompany
    payment.company_id = company.id
    session.flush()
    _record(session, AuditAction.PAYMENT_GIVEN, payment, company, reason)


def take_from_company(session: Session, payment: Payment, *, reason: str) -> None:
    """Make a payment nobody's again: it was given to the wrong company.

    Raises:
        PaymentOfNobody: it is nobody's.
        PaymentInUse: it pays something.
    """
    payment = lock_payment(session, payment)
    company = payment.company
    if company is None:
        raise PaymentOfNobody
    if payment.left_cents != payment.amount_cents:
        raise PaymentInUse
    payment.company_id = None
    session.flush()
    _record(session, AuditAction.PAYMENT_RELEASED, payment, company, reason)


def _record(
    session: Session, action: AuditAction, payment: Payment, company: Company, reason: str | None
) -> None:
    changes: dict[str, tuple[object, object]] = {
        "amount_cents": (None, payment.amount_cents),
        "currency": (None, payment.currency),
    }
    if reason:
        changes["reason"] = (None, reason)
    record(
        session,
        action,
        target=payment,
        label=company.name,
        company_id=company.id,
        changes=changes,
    )

"""The last step of a payment, and taking it back."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.models import Allocation, AuditEvent, Company, Invoice, Payment
from app.services.allocations import allocate, move_allocation, take_back
from app.services.payments.owners import give_to_company, take_from_company


class NothingToUndo(DomainError):
    """The last step was none that can be undone, or something changed since."""

    code: ClassVar[str] = "nothing_to_undo_here"


def last_step(session: Session, payment: Payment) -> AuditEvent | None:
    """What was done with the payment last, where that can be undone."""
    statement = (
        select(AuditEvent)
        .where(AuditEvent.target_type == "payment", AuditEvent.target_id == payment.id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    event = session.scalar(statement)
    return event if event is not None and event.kind in _WAYS_BACK else None


def undo_last_step(session: Session, payment: Payment, *, reason: str) -> None:
    """Undo what was done with the payment last; that is a step of its own, and can be undone as well.

    Raises:
        NothingToUndo: there is no such step, or it cannot be undone any more.
    """
    event = last_step(session, payment)
    if event is None or event.kind is None:
        raise NothingToUndo
    try:
        _WAYS_BACK[event.kind](session, payment, event, reason)
    except NothingToUndo:
        raise
    except DomainError as error:
        raise NothingToUndo from error


def _take_back(session: Session, payment: Payment, event: AuditEvent, reason: str) -> None:
    invoice = _invoice(session, payment, event.target_label)
    if _paid(session, payment, invoice) != _amounts(event)[1]:
        raise NothingToUndo
    take_back(session, payment, invoice, reason=reason)
    if "company" in event.changes:  # it was nobody's before
        take_from_company(session, payment, reason=reason)


def _allocate(session: Session, payment: Payment, event: AuditEvent, reason: str) -> None:
    invoice = _invoice(session, payment, event.target_label)
    allocate(session, payment, invoice, amount_cents=_amounts(event)[1], reason=reason)


def _move_back(session: Session, payment: Payment, event: AuditEvent, reason: str) -> None:
    before, after = event.changes["invoice"]
    former, now = (_invoice(session, payment, number) for number in (before, after))
    taken, moved = _amounts(event)
    if _paid(session, payment, now) != moved:
        raise NothingToUndo
    move_allocation(session, payment, now, to=former, reason=reason, amount_cents=taken)


def _take_from(session: Session, payment: Payment, _event: AuditEvent, reason: str) -> None:
    take_from_company(session, payment, reason=reason)


def _give_back(session: Session, payment: Payment, event: AuditEvent, reason: str) -> None:
    company = session.get(Company, event.company_id)
    if company is None:
        raise NothingToUndo
    give_to_company(session, payment, company, reason=reason)


def _invoice(session: Session, payment: Payment, number: str | None) -> Invoice:
    """The invoice of the payment's company that has this number, if exactly one has."""
    named = select(Invoice).where(
        Invoice.company_id == payment.company_id,
        Invoice.number == number,
        Invoice.signed_cents > 0,
    )
    found = session.scalars(named.limit(2)).all()
    if len(found) != 1:
        raise NothingToUndo
    return found[0]


def _paid(session: Session, payment: Payment, invoice: Invoice) -> int:
    total = select(func.coalesce(func.sum(Allocation.amount_cents), 0)).where(
        Allocation.payment_id == payment.id, Allocation.invoice_id == invoice.id
    )
    return int(session.scalars(total).one())


def _amounts(event: AuditEvent) -> tuple[Any, Any]:
    before, after = event.changes["amount_cents"]
    return before, after


_WAYS_BACK: Mapping[AuditAction, Callable[[Session, Payment, AuditEvent, str], None]] = (
    MappingProxyType(
        {
            AuditAction.PAYMENT_ALLOCATED: _take_back,
            AuditAction.PAYMENT_TAKEN_BACK: _allocate,
            AuditAction.PAYMENT_MOVED: _move_back,
            AuditAction.PAYMENT_GIVEN: _take_from,
            AuditAction.PAYMENT_RELEASED: _give_back,
        }
    )
)

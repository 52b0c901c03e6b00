"""What is left of documents and payments: locks their rows, adds up their allocations, writes the stored projections.

The only writer of `open_cents`, `payment_state` and `left_cents`. Rows are locked in one order, payments
before documents and each by its number, so that two who want the same ones wait for each other.
"""

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.invoicing import PaymentState
from app.models import Allocation, Invoice, Payment

Locked = TypeVar("Locked", Invoice, Payment)


class GoneMeanwhile(DomainError):
    """The row was given to somebody else, out of this scope, since it was looked at."""

    code: ClassVar[str] = "changed_meanwhile"


def open_projection(signed_cents: int, used_cents: int = 0) -> tuple[int, PaymentState]:
    """What is left of a document and how far it is paid: `(open_cents, payment_state)`.

    `used_cents` is the sum of its allocations, never negative. A document over nothing is paid.
    """
    left = signed_cents - used_cents if signed_cents > 0 else signed_cents + used_cents
    if left == 0:
        return 0, PaymentState.PAID
    return left, PaymentState.PARTLY if used_cents else PaymentState.OPEN


def lock_payment(session: Session, payment: Payment) -> Payment:
    """The payment as it is now; nobody else changes it before the caller's transaction ends.

    Raises:
        GoneMeanwhile: it is no longer in this scope.
    """
    return _locked(session, Payment, [payment.id])[payment.id]


def lock_payments(session: Session, ids: Iterable[int]) -> dict[int, Payment]:
    """Several of them, before any document is locked. Raises GoneMeanwhile."""
    return _locked(session, Payment, ids)


def lock_invoices(session: Session, ids: Iterable[int]) -> dict[int, Invoice]:
    """Documents as they are now, by id; nobody else changes them before the caller's transaction ends."""
    return _locked(session, Invoice, ids)


def project_invoice(session: Session, invoice: Invoice) -> None:
    """Write of a locked document what the rows say; allocations are flushed before, the document after."""
    side = Allocation.invoice_id if invoice.signed_cents > 0 else Allocation.credit_note_id
    used = _sum(session, side == invoice.id)
    invoice.open_cents, invoice.payment_state = open_projection(invoice.signed_cents, used)


def project_payment(session: Session, payment: Payment) -> None:
    """Write of a locked payment what the rows say; as `project_invoice`."""
    payment.left_cents = payment.amount_cents - _sum(session, Allocation.payment_id == payment.id)


def _locked(session: Session, kind: type[Locked], ids: Iterable[int]) -> dict[int, Locked]:
    wanted = sorted(set(ids))
    if wanted and session.get_bind().dialect.name == "sqlite":
        # SQLite has no FOR UPDATE: a write that changes nothing takes its one write lock.
        session.execute(
            update(kind)
            .where(kind.id == wanted[0])
            .values(currency=kind.currency, updated_at=kind.updated_at)
            .execution_options(synchronize_session=False)
        )
    statement = select(kind).where(kind.id.in_(wanted)).order_by(kind.id).with_for_update()
    found = session.scalars(statement, execution_options={"populate_existing": True})
    rows = {row.id: row for row in found}
    if len(rows) != len(wanted):
        raise GoneMeanwhile
    return rows


def _sum(session: Session, of: ColumnElement[bool]) -> int:
    total = select(func.coalesce(func.sum(Allocation.amount_cents), 0)).where(of)
    with session.no_autoflush:  # what is projected is written in one go
        return int(session.scalars(total).one())  # PostgreSQL adds BIGINTs up to a NUMERIC

"""What came in and pays nothing yet: for a company its credit, for staff work to do."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Payment


@dataclass(frozen=True, slots=True)
class Unallocated:
    """Payments with something left, in one currency: how many, and `left_cents` of them together."""

    currency: str
    count: int
    left_cents: int


def unallocated_payments(session: Session) -> list[Unallocated]:
    """By currency, what the session's scope holds; one statement over the few rows that an index keeps apart.

    Staff also see what is nobody's; a membership that is limited to some addresses sees nothing.
    """
    statement = (
        select(Payment.currency, func.count().label("number"), func.sum(Payment.left_cents))
        .where(Payment.has_left())
        .group_by(Payment.currency)
        .order_by(Payment.currency)
    )
    return [
        Unallocated(code, count, int(cents)) for code, count, cents in session.execute(statement)
    ]

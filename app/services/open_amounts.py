"""What was open of a company at the end of a day, by age: worked back from what is open now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.domain.einvoice import InvoiceKind
from app.models import Allocation, Invoice, Payment
from app.services.balances import age_at
from app.services.invoice_statements import UNPAID

_OWED, _CREDIT = 0, 1
_note = aliased(Invoice, name="note")


@dataclass(slots=True)
class OpenAmounts:
    """Of one currency, in its minor units: `by_age` is owed, `credit_cents` is left of credit notes; both positive."""

    by_age: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    credit_cents: int = 0


def open_amounts(session: Session, company_id: int, *, on: date) -> Mapping[str, OpenAmounts]:
    """Currency to what was open at the end of `on` of the documents issued by then; one statement.

    Money pays an invoice from the day it was received, a credit note from the day it was issued, whenever
    somebody wrote down which pays which; so what they pay later was still open. Only unpaid documents and
    what happened after `on` are read: little, for a day that is not long ago.
    """
    parts = union_all(
        *(
            select(part.subquery())
            for part in (
                _open_now(company_id, on),
                _paid_later(company_id, on),
                _credited_later(company_id, on),
                _credit_used_later(company_id, on),
            )
        )
    ).subquery()
    found: dict[str, OpenAmounts] = defaultdict(OpenAmounts)
    for row in session.execute(select(parts)):
        if row.side == _CREDIT:
            found[row.currency].credit_cents -= int(row.cents)
        else:
            found[row.currency].by_age[row.age] += int(row.cents)
    return found


def _open_now(company_id: int, on: date) -> Select[*tuple[Any, ...]]:
    side = case((Invoice.open_cents < 0, _CREDIT), else_=_OWED)
    return _by_age(Invoice.open_cents, on, side=side).where(
        Invoice.company_id == company_id,
        Invoice.kind.in_(tuple(InvoiceKind)),
        Invoice.payment_state.in_(UNPAID),
        Invoice.issued_on <= on,
    )


def _paid_later(company_id: int, on: date) -> Select[*tuple[Any, ...]]:
    """What money pays that was received after the day."""
    return (
        _by_age(Allocation.amount_cents, on)
        .select_from(Payment)
        .join(Allocation, Allocation.payment_id == Payment.id)
        .join(Invoice, Invoice.id == Allocation.invoice_id)
        .where(
            Payment.company_id == company_id,
            Payment.received_on > on,
            Allocation.company_id == company_id,
            Invoice.issued_on <= on,
        )
    )


def _credited_later(company_id: int, on: date) -> Select[*tuple[Any, ...]]:
    """What credit notes pay that were issued after the day."""
    return (
        _by_age(Allocation.amount_cents, on)
        .select_from(_note)
        .join(Allocation, Allocation.credit_note_id == _note.id)
        .join(Invoice, Invoice.id == Allocation.invoice_id)
        .where(
            _note.company_id == company_id,
            _note.issued_on > on,
            Allocation.company_id == company_id,
            Invoice.issued_on <= on,
        )
    )


def _credit_used_later(company_id: int, on: date) -> Select[*tuple[Any, ...]]:
    """What credit notes of that day, or before, pay of invoices issued after it."""
    return (
        _by_age(-Allocation.amount_cents, on, side=literal(_CREDIT))
        .select_from(Invoice)
        .join(Allocation, Allocation.invoice_id == Invoice.id)
        .join(_note, _note.id == Allocation.credit_note_id)
        .where(
            Invoice.company_id == company_id,
            Invoice.issued_on > on,
            Allocation.company_id == company_id,
            _note.issued_on <= on,
        )
    )


def _by_age(
    cents: ColumnElement[int] | InstrumentedAttribute[int],
    on: date,
    *,
    side: ColumnElement[int] | None = None,
) -> Select[*tuple[Any, ...]]:
    columns = (
        Invoice.currency.label("currency"),
        age_at(on).label("age"),
        (literal(_OWED) if side is None else side).label("side"),
    )
    return select(*columns, func.sum(cents).label("cents")).group_by(
        Invoice.currency, "age", "side"
    )

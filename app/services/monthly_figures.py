"""Figures of the last twelve months for the plots of the back-office: added up by a job, read in no time.

To add them up at each page would take seconds for whoever sees a million invoices.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    delete,
    distinct,
    extract,
    func,
    insert,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import PaymentState
from app.models import Allocation, Invoice, MonthlyFigure, Payment
from app.services.balances import MAIN_CURRENCY

MONTHS = 12
_AT_ONCE = 500
_COLUMNS = (
    MonthlyFigure.id,
    MonthlyFigure.company_id,
    MonthlyFigure.currency,
    MonthlyFigure.month,
    MonthlyFigure.invoiced_cents,
    MonthlyFigure.due_count,
    MonthlyFigure.in_time_count,
)
Key = tuple[int, str, date]
"""A company, a currency and the first day of a month."""


@dataclass(slots=True)
class Figure:
    """What is known of one month; see `MonthlyFigure`."""

    invoiced_cents: int = 0
    due_count: int = 0
    in_time_count: int = 0


@dataclass(slots=True)
class Figures:
    """The months of everything that the session sees, by their first days.

    `invoiced` maps a currency to cents, the main one first. `due` and `in_time` count invoices of all currencies.
    """

    invoiced: dict[str, dict[date, int]] = field(default_factory=dict)
    due: dict[date, int] = field(default_factory=dict)
    in_time: dict[date, int] = field(default_factory=dict)


def monthly_figures(session: Session, *, today: date) -> Figures:
    """As they were added up last; one statement."""
    rows = session.execute(
        select(
            MonthlyFigure.currency,
            MonthlyFigure.month,
            func.sum(MonthlyFigure.invoiced_cents).label("cents"),
            func.sum(MonthlyFigure.due_count).label("due"),
            func.sum(MonthlyFigure.in_time_count).label("in_time"),
        )
        .where(MonthlyFigure.month >= first_month(today))
        .group_by(MonthlyFigure.currency, MonthlyFigure.month)
    ).all()
    found = Figures()
    for row in sorted(rows, key=lambda one: (one.currency != MAIN_CURRENCY, one.currency)):
        found.invoiced.setdefault(row.currency, {})[row.month] = int(row.cents)
        found.due[row.month] = found.due.get(row.month, 0) + int(row.due)
        found.in_time[row.month] = found.in_time.get(row.month, 0) + int(row.in_time)
    return found


def refresh_figures(session: Session, *, today: date) -> int:
    """Add up anew for every company that the session sees; how many months differ from what was stored.

    An invoice is **paid in time** when it was settled in full on or before its due date. The day it was settled is
    that of the last money or credit used for it: the day a payment was received, the day a credit note was issued.
    It counts for the month that it fell due in, once that day is over (`due_on` before `today`); one without a
    due date, or with nothing to pay, counts nowhere. The share of a month is `in_time_count / due_count`.

    The caller commits; the session sees every company.
    """
    wanted = _added_up(session, today=today)
    stored = {
        (row.company_id, row.currency, row.month): row for row in session.execute(select(*_COLUMNS))
    }
    fresh = {
        key: figure
        for key, figure in wanted.items()
        if key not in stored or _values(figure) != _values(stored[key])
    }
    # Rows that differ are replaced: the session writes no rows by their keys in bulk.
    stale = [row.id for key, row in stored.items() if key in fresh or key not in wanted]
    for start in range(0, len(stale), _AT_ONCE):
        ids = stale[start : start + _AT_ONCE]
        session.execute(delete(MonthlyFigure).where(MonthlyFigure.id.in_(ids)))
    if fresh:
        session.execute(insert(MonthlyFigure), [_row(*one) for one in fresh.items()])
    return len(fresh.keys() | (stored.keys() - wanted.keys()))


def first_month(today: date) -> date:
    """The first day of the twelve months that end with the present one."""
    index = today.year * 12 + today.month - MONTHS
    return date(index // 12, index % 12 + 1, 1)


def _added_up(session: Session, *, today: date) -> dict[Key, Figure]:
    figures: dict[Key, Figure] = defaultdict(Figure)
    for key, cents in _by_month(session, _invoiced(today)):
        figures[key].invoiced_cents = cents
    for key, count in _by_month(session, _due(today)):
        figures[key].due_count = count
    for key, count in _by_month(session, _paid(today)):
        figures[key].in_time_count = count
    for key, count in _by_month(session, _paid_late(today)):
        figures[key].in_time_count -= count
    return figures


def _by_month(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterable[tuple[Key, int]]:
    for row in session.execute(statement):
        yield (row.company_id, row.currency, date(int(row.year), int(row.month), 1)), int(row.value)


def _invoiced(today: date) -> Select[*tuple[Any, ...]]:
    is_credit_note = Invoice.kind == InvoiceKind.CREDIT_NOTE
    signed = case((is_credit_note, -Invoice.total_cents), else_=Invoice.total_cents)
    recent = and_(Invoice.issued_on >= first_month(today), Invoice.issued_on <= today)
    return _grouped(func.sum(signed), Invoice.issued_on).where(recent)


def _due(today: date) -> Select[*tuple[Any, ...]]:
    return _grouped(func.count(Invoice.id), Invoice.due_on).where(_fell_due(today))


def _paid(today: date) -> Select[*tuple[Any, ...]]:
    return _due(today).where(Invoice.payment_state == PaymentState.PAID)


def _paid_late(today: date) -> Select[*tuple[Any, ...]]:
    """Those that are paid, but something that paid them came after the due date."""
    owner, credit = Invoice.company_id, aliased(Invoice)
    used_on = func.coalesce(Payment.received_on, credit.issued_on)
    return (
        _grouped(func.count(distinct(Invoice.id)), Invoice.due_on)
        .join(Allocation, and_(Allocation.company_id == owner, Allocation.invoice_id == Invoice.id))
        .outerjoin(Payment, and_(Payment.company_id == owner, Payment.id == Allocation.payment_id))
        .outerjoin(credit, and_(credit.company_id == owner, credit.id == Allocation.credit_note_id))
        .where(
            _fell_due(today),
            Invoice.payment_state == PaymentState.PAID,
            used_on > Invoice.due_on,
        )
    )


def _fell_due(today: date) -> ColumnElement[bool]:
    return and_(
        Invoice.kind == InvoiceKind.INVOICE,
        Invoice.payable_cents > 0,
        Invoice.due_on >= first_month(today),
        Invoice.due_on < today,
    )


def _grouped(
    value: ColumnElement[Any], day: InstrumentedAttribute[Any]
) -> Select[*tuple[Any, ...]]:
    year, month = extract("year", day).label("year"), extract("month", day).label("month")
    return select(Invoice.company_id, Invoice.currency, year, month, value.label("value")).group_by(
        Invoice.company_id, Invoice.currency, "year", "month"
    )


def _values(figure: Figure | Row[*tuple[Any, ...]]) -> dict[str, int]:
    names = ("invoiced_cents", "due_count", "in_time_count")
    return {name: getattr(figure, name) for name in names}


def _row(key: Key, figure: Figure) -> dict[str, Any]:
    company_id, currency, month = key
    return {"company_id": company_id, "currency": currency, "month": month, **_values(figure)}

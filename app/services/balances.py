"""What the home page adds up: open and overdue, by age, invoiced by month; each currency by itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Case, case, extract, func, select
from sqlalchemy.orm import Session

from app.domain.einvoice import InvoiceKind
from app.models import Invoice
from app.services.invoice_statements import UNPAID
from app.services.payments.unallocated import unallocated_payments

MAIN_CURRENCY = "EUR"


@dataclass(slots=True)
class Balance:
    """What is left to pay in one currency, in its minor units; credit is not taken off.

    `by_age` maps NOT_DUE, LATE_1_30, LATE_31_60 and LATE_OVER_60 (days past the due date) to cents;
    `credit_cents` is what credit notes still hold, as a positive amount; `overpaid_cents` what is left of payments.
    """

    currency: str
    open_cents: int = 0
    open_count: int = 0
    overdue_cents: int = 0
    overdue_count: int = 0
    credit_cents: int = 0
    overpaid_cents: int = 0
    by_age: dict[str, int] = field(default_factory=dict)


def balances(session: Session, *, today: date) -> list[Balance]:
    """One balance for each currency with something open, the main one first; one statement.

    Only unpaid documents are read: a few, however long the history.
    """
    late = age_at(today)
    is_credit = Invoice.open_cents < 0
    rows = session.execute(
        select(
            Invoice.currency,
            late.label("age"),
            is_credit.label("is_credit"),
            func.sum(Invoice.open_cents).label("cents"),
            func.count().label("number"),
        )
        .where(Invoice.kind.in_(tuple(InvoiceKind)), Invoice.payment_state.in_(UNPAID))
        .group_by(Invoice.currency, "age", "is_credit")
    )
    found: dict[str, Balance] = {}
    for row in rows:
        balance = found.setdefault(row.currency, Balance(row.currency))
        if row.is_credit:
            balance.credit_cents -= int(row.cents)
        else:
            _add(balance, row.age, int(row.cents), row.number)
    return _ordered(found.values())


def with_overpayments(session: Session, owed: Sequence[Balance]) -> list[Balance]:
    """The same balances with what is left of payments, which may be all there is of a currency; one statement.

    Whoever sees only some addresses sees no payments, and so nothing of this.
    """
    found = {one.currency: one for one in owed}
    for left in unallocated_payments(session):
        found.setdefault(left.currency, Balance(left.currency)).overpaid_cents = left.left_cents
    return _ordered(found.values())


def invoiced_by_month(
    session: Session, *, today: date, months: int = 12
) -> Mapping[str, Mapping[date, int]]:
    """Currency to first day of a month to what was invoiced less what was credited; one statement.

    Totals with tax, not what was left to pay of them: a part that was paid before was invoiced, too.
    """
    index = today.year * 12 + today.month - months
    since = date(index // 12, index % 12 + 1, 1)
    year, month = extract("year", Invoice.issued_on), extract("month", Invoice.issued_on)
    is_credit_note = Invoice.kind == InvoiceKind.CREDIT_NOTE
    signed_total = case((is_credit_note, -Invoice.total_cents), else_=Invoice.total_cents)
    rows = session.execute(
        select(
            Invoice.currency,
            year.label("year"),
            month.label("month"),
            func.sum(signed_total).label("cents"),
        )
        .where(Invoice.issued_on >= since, Invoice.issued_on <= today)
        .group_by(Invoice.currency, "year", "month")
    )
    by_currency: dict[str, dict[date, int]] = defaultdict(dict)
    for row in rows:
        by_currency[row.currency][date(int(row.year), int(row.month), 1)] = int(row.cents)
    ordered = sorted(by_currency, key=lambda code: (code != MAIN_CURRENCY, code))
    return {currency: by_currency[currency] for currency in ordered}


def _ordered(balances: Iterable[Balance]) -> list[Balance]:
    return sorted(balances, key=lambda one: (one.currency != MAIN_CURRENCY, one.currency))


def age_at(day: date) -> Case[str]:
    """How late an invoice is on that day: NOT_DUE, LATE_1_30, LATE_31_60 or LATE_OVER_60."""
    return case(
        (Invoice.due_on.is_(None) | (Invoice.due_on >= day), "NOT_DUE"),
        (Invoice.due_on >= day - timedelta(days=30), "LATE_1_30"),
        (Invoice.due_on >= day - timedelta(days=60), "LATE_31_60"),
        else_="LATE_OVER_60",
    )


def _add(balance: Balance, age: str, cents: int, number: int) -> None:
    balance.open_cents += cents
    balance.open_count += number
    balance.by_age[age] = balance.by_age.get(age, 0) + cents
    if age != "NOT_DUE":
        balance.overdue_cents += cents
        balance.overdue_count += number

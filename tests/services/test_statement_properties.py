"""Whatever was issued, paid and allocated in whatever order: statements agree with the rows, and with each other."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.services.ledger import add_invoice, in_company
from tests.services.test_allocations import pay

BEGIN = date(2025, 1, 1)
END = date(2027, 12, 31)
DAYS = st.integers(0, 40)
CURRENCIES = st.sampled_from(["EUR", "EUR", "USD"])
DOCUMENTS = st.lists(
    st.tuples(
        DAYS, st.none() | st.integers(-5, 90), CURRENCIES, st.integers(-300, 1000), st.booleans()
    ),
    max_size=7,
)
PAYMENTS = st.lists(st.tuples(DAYS, CURRENCIES, st.integers(1, 900)), max_size=5)
STEPS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6), st.integers(1, 400)),
    max_size=14,
)


def day(number):
    return BEGIN + timedelta(days=number)


@pytest.fixture
def books(session):
    """Writes documents, money and what pays what, and gives the company; undone after each example."""
    from app.domain.errors import DomainError
    from app.services.allocations import allocate, allocate_credit

    def written(company_id, documents, payments, steps):
        rows = [
            add_invoice(
                session,
                company_id,
                cents=cents,
                credit=is_credit,
                currency=currency,
                issued_on=day(on),
                due_on=None if due is None else day(on + due),
            )
            for on, due, currency, cents, is_credit in documents
        ]
        money = [
            pay(session, company_id, cents, currency=currency, received_on=day(on))
            for on, currency, cents in payments
        ]
        for is_credit, target, source, cents in steps:
            act, sources = (allocate_credit, rows) if is_credit else (allocate, money)
            if target < len(rows) and source < len(sources) and sources[source] is not rows[target]:
                try:
                    act(session, sources[source], rows[target], amount_cents=cents)
                except DomainError:
                    continue

    return written


def accounts(session, company_id, first, last):
    from app.services.statements import statement_of

    statement = statement_of(session, company_id, first=first, last=last)
    return {one.currency: one for one in statement.accounts}


def closing(found, currency):
    return found[currency].closing_cents if currency in found else 0


def opening(found, currency):
    return found[currency].opening_cents if currency in found else 0


many = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@many
@given(
    documents=DOCUMENTS, payments=PAYMENTS, steps=STEPS, cuts=st.lists(DAYS, min_size=1, max_size=3)
)
def test_a_statement_ends_where_the_next_one_begins(
    session, books, documents, payments, steps, cuts
):
    with in_company(session) as company_id:
        books(company_id, documents, payments, steps)
        ends = [*sorted({day(cut) for cut in cuts}), END]
        first, last = BEGIN, None
        for end in ends:
            found = accounts(session, company_id, first, end)
            for currency in ("EUR", "USD"):
                if last is not None:
                    assert closing(last, currency) == opening(found, currency)
            for account in found.values():
                lines = list(account.lines())
                assert len(lines) == account.count
                assert [line.movement.on for line in lines] == sorted(
                    line.movement.on for line in lines
                )
                assert all(first <= line.movement.on <= end for line in lines)
                assert account.debit_cents == sum(line.movement.debit_cents or 0 for line in lines)
                assert account.credit_cents == sum(
                    line.movement.credit_cents or 0 for line in lines
                )
                assert (lines[-1].balance_cents if lines else account.opening_cents) == (
                    account.closing_cents
                )
            first, last = end + timedelta(days=1), found
        session.rollback()


@many
@given(documents=DOCUMENTS, payments=PAYMENTS, steps=STEPS)
def test_what_is_open_less_unallocated_money_is_the_balance_of_today(
    session, books, documents, payments, steps
):
    from app.models import Allocation, Invoice, Payment

    with in_company(session) as company_id:
        books(company_id, documents, payments, steps)
        is_open, unallocated = Counter(), Counter()
        for one in session.scalars(select(Invoice)):
            is_open[one.currency] += one.open_cents
        for one in session.scalars(select(Payment)):
            unallocated[one.currency] += one.amount_cents
        for cents, currency in session.execute(
            select(Allocation.amount_cents, Payment.currency).join(
                Payment, Payment.id == Allocation.payment_id
            )
        ):
            unallocated[currency] -= cents
        found = accounts(session, company_id, day(20), END)

        for currency in ("EUR", "USD"):
            assert is_open[currency] - unallocated[currency] == closing(found, currency)
        for currency, account in found.items():
            assert account.unallocated_cents == unallocated[currency]
        session.rollback()


@many
@given(documents=DOCUMENTS, payments=PAYMENTS, steps=STEPS, on=DAYS)
def test_what_was_open_on_any_day_is_what_the_rows_of_that_day_say(
    session, books, documents, payments, steps, on
):
    """Worked out document by document, the long way round."""
    with in_company(session) as company_id:
        books(company_id, documents, payments, steps)
        found = accounts(session, company_id, BEGIN, day(on))
        by_age, credit, unallocated = the_long_way(session, day(on))

        for currency in ("EUR", "USD"):
            account = found.get(currency)
            ages = {} if account is None else account.ages
            assert {age: cents for age, cents in ages.items() if cents} == {
                age: cents for (code, age), cents in by_age.items() if code == currency and cents
            }
            assert (account.unused_credit_cents if account else 0) == credit[currency]
            assert (account.unallocated_cents if account else 0) == unallocated[currency] >= 0
        session.rollback()


def the_long_way(session, on):
    from app.models import Allocation, Invoice, Payment

    documents = {
        one.id: one for one in session.scalars(select(Invoice).where(Invoice.issued_on <= on))
    }
    money = {
        one.id: one for one in session.scalars(select(Payment).where(Payment.received_on <= on))
    }
    left = {number: one.signed_cents for number, one in documents.items()}
    unallocated = Counter()
    for one in money.values():
        unallocated[one.currency] += one.amount_cents
    for one in session.scalars(select(Allocation)):
        source = money if one.payment_id else documents
        is_there = (one.payment_id or one.credit_note_id) in source
        if not is_there or one.invoice_id not in documents:
            continue
        left[one.invoice_id] -= one.amount_cents
        if one.payment_id:
            unallocated[money[one.payment_id].currency] -= one.amount_cents
        else:
            left[one.credit_note_id] += one.amount_cents
    by_age, credit = Counter(), Counter()
    for number, cents in left.items():
        one = documents[number]
        if cents < 0:
            credit[one.currency] -= cents
        elif cents:
            by_age[one.currency, age(one.due_on, on)] += cents
    return by_age, credit, unallocated


def age(due_on, on):
    late = 0 if due_on is None else (on - due_on).days
    return (
        "NOT_DUE" if late <= 0
        else "LATE_1_30" if late <= 30
        else "LATE_31_60" if late <= 60
        else "LATE_OVER_60"
    )  # fmt: skip

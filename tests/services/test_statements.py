"""The statement of account of a company: what counts, when, in which order, and for whom."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain.statement import MovementKind
from tests import cast
from tests.services.ledger import add_invoice, in_company
from tests.services.test_allocations import pay

FIRST, LAST = date(2024, 3, 1), date(2024, 3, 31)
"""Before anybody in the demo was a customer."""


def of_march(session, company_id, currency="EUR"):
    from app.services.statements import statement_of

    statement = statement_of(session, company_id, first=FIRST, last=LAST)
    return next(one for one in statement.accounts if one.currency == currency)


def lines(account):
    return [
        (line.movement.on.day, line.movement.kind, line.balance_cents) for line in account.lines()
    ]


def test_documents_and_money_stand_in_order_between_the_balances(session):
    with in_company(session) as company_id:
        add_invoice(session, company_id, cents=500, issued_on=FIRST - timedelta(days=1))
        add_invoice(session, company_id, cents=900, issued_on=LAST + timedelta(days=1))
        pay(session, company_id, 300, received_on=LAST)
        add_invoice(session, company_id, cents=100, credit=True, issued_on=LAST)
        add_invoice(session, company_id, cents=1000, issued_on=FIRST)
        account = of_march(session, company_id)

    assert account.opening_cents == 500
    assert lines(account) == [
        (1, MovementKind.INVOICE, 1500),
        (31, MovementKind.CREDIT_NOTE, 1400),
        (31, MovementKind.PAYMENT, 1100),
    ]
    assert (account.debit_cents, account.credit_cents, account.closing_cents) == (1000, 400, 1100)


def test_of_a_document_counts_what_was_left_to_pay(session):
    with in_company(session) as company_id:
        on = {"issued_on": FIRST, "total_cents": 1000}
        add_invoice(session, company_id, cents=400, **on)
        add_invoice(session, company_id, cents=0, **on)
        account = of_march(session, company_id)

    assert [line.movement.debit_cents for line in account.lines()] == [400, 0]
    assert account.closing_cents == 400


def test_all_of_a_payment_counts_on_the_day_it_came_whatever_it_pays(session):
    from app.services.allocations import allocate

    with in_company(session) as company_id:
        invoice = add_invoice(session, company_id, cents=250, issued_on=FIRST)
        allocate(session, pay(session, company_id, 600, received_on=FIRST), invoice)
        account = of_march(session, company_id)

    assert account.closing_cents == -350
    assert (sum(account.ages.values()), account.unallocated_cents) == (0, 350)


def test_what_was_paid_after_the_period_was_still_open_in_it(session):
    from app.services.allocations import allocate, allocate_credit

    later = LAST + timedelta(days=10)
    with in_company(session) as company_id:
        invoice = add_invoice(
            session, company_id, cents=1000, issued_on=FIRST, due_on=LAST - timedelta(days=31)
        )
        note = add_invoice(session, company_id, cents=200, credit=True, issued_on=LAST)
        unborn = add_invoice(session, company_id, cents=200, issued_on=later)
        allocate(session, pay(session, company_id, 1000, received_on=later), invoice)
        allocate_credit(session, note, unborn)
        account = of_march(session, company_id)

    assert account.ages["LATE_31_60"] == 1000
    assert account.unused_credit_cents == 200
    assert account.closing_cents == 800
    assert account.unallocated_cents == 0


def test_lines_are_the_same_however_few_are_read_at_a_time(session, monkeypatch):
    from app.services import statement_lines

    with in_company(session) as company_id:
        for number in range(11):
            add_invoice(session, company_id, cents=10 + number, issued_on=FIRST)
            pay(session, company_id, 1 + number, received_on=FIRST + timedelta(days=number % 3))
        whole = list(of_march(session, company_id).lines())
        for batch in (1, 2, 11):
            monkeypatch.setattr(statement_lines, "BATCH", batch)
            assert list(of_march(session, company_id).lines()) == whole

    assert len(whole) == 22


def test_currencies_are_accounts_of_their_own_and_euros_come_first(session):
    from app.services.statements import statement_of

    with in_company(session) as company_id:
        add_invoice(session, company_id, cents=100, currency="CHF", issued_on=FIRST)
        add_invoice(session, company_id, cents=100, currency="JPY", issued_on=FIRST)
        add_invoice(session, company_id, cents=100, issued_on=FIRST)
        found = statement_of(session, company_id, first=FIRST, last=LAST).accounts

    assert [(one.currency, one.closing_cents) for one in found] == [
        ("EUR", 100),
        ("CHF", 100),
        ("JPY", 100),
    ]


def test_nothing_at_all_is_an_account_of_nothing(session):
    from app.services.statements import statement_of

    with in_company(session) as company_id:
        (account,) = statement_of(session, company_id, first=FIRST, last=LAST).accounts

    assert (account.currency, account.count, account.closing_cents) == ("EUR", 0, 0)
    assert list(account.lines()) == []


def test_it_names_the_company_and_the_issuer(session):
    from app.services.statements import statement_of

    with in_company(session, cast.MARTIN) as company_id:
        statement = statement_of(session, company_id, first=FIRST, last=LAST)

    assert (statement.company.name, statement.issuer.name) == (cast.MARTIN, cast.ISSUER)
    assert statement.company.ids
    assert statement.issuer.vat_id


def test_a_lines_reference_is_what_document_and_payment_share(session):
    with in_company(session) as company_id:
        add_invoice(session, company_id, issued_on=FIRST, structured_communication="100126005155")
        pay(session, company_id, 100, received_on=FIRST, communication="100126005155")
        pay(session, company_id, 100, received_on=FIRST, payer_name="Simon Books")
        found = [line.movement.reference for line in of_march(session, company_id).lines()]

    assert found == ["100126005155", "100126005155", "Simon Books"]


def test_somebody_of_some_addresses_gets_no_statement(session):
    from app.services.statements import StatementNeedsEveryAddress, statement_of

    with (
        in_company(session, cast.MARTIN, place="Namur") as company_id,
        pytest.raises(StatementNeedsEveryAddress),
    ):
        statement_of(session, company_id, first=FIRST, last=LAST)


def test_another_companys_rows_are_in_no_statement(session):
    from app.services.open_amounts import open_amounts
    from app.services.statement_lines import Movements, Period
    from app.services.statements import _sums

    theirs = cast.company(session, cast.PEETERS).id
    period = Period(theirs, date(2020, 1, 1), date(2030, 1, 1))
    with in_company(session, cast.MARTIN):
        assert _sums(session, period) == {}
        assert open_amounts(session, theirs, on=date(2030, 1, 1)) == {}
        assert list(Movements(session, period, "EUR")) == []


def test_an_account_manager_gets_one_company_at_a_time(app):
    from app.extensions import db
    from app.security.scope import of_portfolio
    from app.security.tenancy import open_scope

    with app.app_context():
        session = db.session()
        owners = [cast.company(session, name).id for name in (cast.MARTIN, cast.DUBOIS)]
        open_scope(session, of_portfolio(tuple(owners), user_id=1))
        for name, owner in zip((cast.MARTIN, cast.DUBOIS), owners, strict=True):
            from app.services.statements import statement_of

            (account,) = statement_of(
                session, owner, first=date(2020, 1, 1), last=date(2030, 1, 1)
            ).accounts
            is_open = sum(one.open_cents for one in cast.invoices(session, name))
            assert account.closing_cents == is_open - account.unallocated_cents
            assert account.unallocated_cents == sum(
                one.left_cents for one in _payments(session, owner)
            )


def _payments(session, owner):
    from app.models import Payment

    return session.scalars(select(Payment).where(Payment.company_id == owner))

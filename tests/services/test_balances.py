"""Sums of the home page: each currency by itself, credit apart from debt."""

from datetime import date, timedelta

from tests import cast
from tests.services.ledger import TODAY, add_invoice, in_company


def test_open_amounts_are_sorted_by_age(session):
    from app.services.balances import balances

    with in_company(session) as company_id:
        for days, cents in (
            (-1, 100),
            (0, 200),
            (1, 1000),
            (30, 2000),
            (31, 4000),
            (60, 8000),
            (61, 16000),
        ):
            add_invoice(
                session,
                company_id,
                cents=cents,
                currency="NOK",
                due_on=TODAY - timedelta(days=days),
            )
        add_invoice(session, company_id, cents=32000, currency="NOK")
        (balance,) = [one for one in balances(session, today=TODAY) if one.currency == "NOK"]

    assert balance.by_age == {
        "NOT_DUE": 100 + 200 + 32000,
        "LATE_1_30": 3000,
        "LATE_31_60": 12000,
        "LATE_OVER_60": 16000,
    }
    assert (balance.overdue_cents, balance.overdue_count) == (31000, 5)
    assert balance.open_cents == sum(balance.by_age.values())


def test_currencies_are_never_added_up_and_euros_come_first(session):
    from app.services.balances import balances, invoiced_by_month

    with in_company(session) as company_id:
        add_invoice(session, company_id, currency="CHF", cents=500, issued_on=date(2026, 11, 2))
        add_invoice(session, company_id, currency="EUR", cents=700, issued_on=date(2026, 11, 2))
        found = balances(session, today=TODAY)
        months = invoiced_by_month(session, today=TODAY)

    assert [one.currency for one in found] == ["EUR", "CHF"]
    assert found[1].open_cents == 500
    assert list(months) == ["EUR", "CHF"]
    assert months["CHF"] == {date(2026, 11, 1): 500}


def test_credit_is_told_apart_and_lowers_what_was_invoiced(session):
    from app.services.balances import balances, invoiced_by_month

    with in_company(session) as company_id:
        add_invoice(session, company_id, currency="USD", cents=900, issued_on=date(2026, 11, 3))
        add_invoice(
            session, company_id, currency="USD", cents=200, credit=True, issued_on=date(2026, 11, 4)
        )
        (balance,) = [one for one in balances(session, today=TODAY) if one.currency == "USD"]
        months = invoiced_by_month(session, today=TODAY)

    assert (balance.open_cents, balance.open_count, balance.credit_cents) == (900, 1, 200)
    assert months["USD"] == {date(2026, 11, 1): 700}


def test_what_was_paid_before_was_invoiced_all_the_same(session):
    from app.services.balances import balances, invoiced_by_month

    with in_company(session) as company_id:
        on = date(2026, 11, 3)
        for cents, total, credit in ((400, 1000, False), (0, 500, False), (100, 300, True)):
            add_invoice(
                session,
                company_id,
                currency="USD",
                cents=cents,
                total_cents=total,
                credit=credit,
                issued_on=on,
            )
        (balance,) = [one for one in balances(session, today=TODAY) if one.currency == "USD"]
        months = invoiced_by_month(session, today=TODAY)

    assert balance.open_cents == 400
    assert months["USD"] == {date(2026, 11, 1): 1000 + 500 - 300}


def test_twelve_months_are_looked_back_upon(session):
    from app.services.balances import invoiced_by_month

    with in_company(session) as company_id:
        for on in (date(2025, 11, 30), date(2025, 12, 1), TODAY, TODAY + timedelta(days=1)):
            add_invoice(session, company_id, currency="SEK", cents=100, issued_on=on)
        months = invoiced_by_month(session, today=TODAY)

    assert months["SEK"] == {date(2025, 12, 1): 100, date(2026, 11, 1): 100}


def test_somebody_of_one_address_sees_its_balance_only(session):
    from app.services.balances import balances

    with in_company(session, cast.MARTIN):
        whole = balances(session, today=TODAY)[0].open_cents
        session.rollback()
    from app.extensions import db

    db.session.remove()
    with in_company(db.session(), cast.MARTIN, place="Namur"):
        part = balances(db.session(), today=TODAY)[0].open_cents

    assert 0 < part < whole


def test_what_is_left_to_set_up_is_found_in_the_rows(session):
    from app.services.setup_checks import SetupStep, setup_of

    with in_company(session, cast.MARTIN) as company_id:
        setup = setup_of(session, company_id)

    steps = {(one.step, one.address_name) for one in setup.open_steps}
    assert (SetupStep.DELIVERY_MODE, "Namur") in steps
    assert setup.done + len(setup.open_steps) == setup.total


def test_a_company_that_may_stay_on_e_mail_is_left_in_peace(session):
    from app.services.setup_checks import SetupStep, setup_of

    with in_company(session, cast.DUBOIS) as company_id:
        setup = setup_of(session, company_id)

    assert SetupStep.DELIVERY_MODE not in {one.step for one in setup.open_steps}

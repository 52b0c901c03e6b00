"""Figures of the months: what was invoiced, and which share was paid by its due date."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.domain.clock import today
from app.domain.einvoice import InvoiceKind
from app.models import Allocation, Invoice, MonthlyFigure, Payment
from app.security.cross_company import cross_company
from app.security.scope import of_audit, of_portfolio
from app.security.tenancy import open_scope
from app.services.balances import invoiced_by_month
from app.services.monthly_figures import first_month, monthly_figures, refresh_figures
from tests import cast


@pytest.fixture
def system(app):
    """Every company at once."""
    with app.app_context(), cross_company("a test") as session:
        yield session


@pytest.fixture
def as_marc(session):
    """The portfolio of Boulangerie Martin and Atelier Dubois."""
    companies = tuple(sorted(cast.company(session, name).id for name in (cast.MARTIN, cast.DUBOIS)))
    open_scope(session, of_portfolio(companies, user_id=cast.user(session, cast.MARC).id))
    return session


def refreshed(system, *, on=None):
    count = refresh_figures(system, today=on or today())
    system.commit()
    return count


def expected_shares(system, companies, on):
    """The definition, written down once more in Python."""
    invoices = system.scalars(select(Invoice).where(Invoice.company_id.in_(companies))).all()
    of_id = {one.id: one for one in invoices}
    used = {}
    rows = system.execute(
        select(Allocation, Payment.received_on).outerjoin(
            Payment,
            (Payment.company_id == Allocation.company_id) & (Payment.id == Allocation.payment_id),
        )
    )
    for allocation, received_on in rows:
        credit = of_id.get(allocation.credit_note_id)
        day = received_on or (credit and credit.issued_on)
        if day:
            used.setdefault(allocation.invoice_id, []).append(day)
    due, in_time = {}, {}
    for one in invoices:
        counts = one.kind is InvoiceKind.INVOICE and one.payable_cents > 0 and one.due_on
        if not counts or not first_month(on) <= one.due_on < on:
            continue
        month = one.due_on.replace(day=1)
        due[month] = due.get(month, 0) + 1
        is_in_time = one.open_cents == 0 and max(used[one.id]) <= one.due_on
        in_time[month] = in_time.get(month, 0) + is_in_time
    return due, in_time


def shown(found):
    """Months that have something, as months without anything are not stored."""
    return (
        {month: count for month, count in found.due.items() if count},
        {month: count for month, count in found.in_time.items() if found.due[month]},
    )


def test_what_was_invoiced_is_what_the_home_page_of_a_company_adds_up(system, as_marc):
    refreshed(system)

    assert monthly_figures(as_marc, today=today()).invoiced == invoiced_by_month(
        as_marc, today=today()
    )


def test_the_shares_are_those_of_the_definition(system, as_marc):
    refreshed(system)
    companies = [cast.company(system, name).id for name in (cast.MARTIN, cast.DUBOIS)]

    found = monthly_figures(as_marc, today=today())
    assert shown(found) == expected_shares(system, companies, today())
    assert sum(found.due.values()) > sum(found.in_time.values()) > 0


@pytest.mark.parametrize(("days_late", "is_in_time"), [(-40, True), (0, True), (1, False)])
def test_the_day_of_the_last_money_decides(system, as_marc, days_late, is_in_time):
    martin = cast.company(system, cast.MARTIN).id
    paid = system.scalars(
        select(Invoice)
        .join(Allocation, Allocation.invoice_id == Invoice.id)
        .where(
            Invoice.company_id == martin,
            Invoice.open_cents == 0,
            Allocation.payment_id.is_not(None),
            Invoice.due_on < today(),
            Invoice.due_on >= first_month(today()),
        )
        .order_by(Invoice.due_on.desc(), Invoice.id)
    ).first()
    month = paid.due_on.replace(day=1)
    refreshed(system)
    before = monthly_figures(as_marc, today=today())
    payments = select(Allocation.payment_id).where(Allocation.invoice_id == paid.id)
    moved = update(Payment).where(Payment.id.in_(payments))
    system.execute(moved.values(received_on=paid.due_on + timedelta(days=days_late)))
    system.commit()
    refreshed(system)

    after = monthly_figures(as_marc, today=today())
    assert after.due == before.due
    assert after.in_time[month] == before.in_time[month] - (0 if is_in_time else 1)


def test_an_invoice_counts_once_its_due_date_is_over(system, as_marc):
    newest = max(one.due_on for one in cast.invoices(as_marc, cast.MARTIN) if one.due_on)
    refreshed(system, on=newest)
    before = monthly_figures(as_marc, today=newest).due.get(newest.replace(day=1), 0)
    refreshed(system, on=newest + timedelta(days=1))

    after = monthly_figures(as_marc, today=newest + timedelta(days=1))
    assert after.due[newest.replace(day=1)] > before


def test_nothing_new_is_nothing_to_write(system):
    refreshed(system)

    assert refreshed(system) == 0


def test_months_that_are_over_a_year_old_go(system):
    later = today() + timedelta(days=400)
    refreshed(system, on=later)

    months = system.scalars(select(MonthlyFigure.month)).all()
    assert all(month >= first_month(later) for month in months)


def test_everybody_sees_the_figures_of_their_companies(app, system, as_marc):
    from app.extensions import db

    refreshed(system)
    of_marc = monthly_figures(as_marc, today=today())
    db.session.rollback()
    everywhere = monthly_figures(system, today=today())
    assert sum(everywhere.due.values()) > sum(of_marc.due.values())
    with app.app_context():
        session = db.session()
        session.expunge_all()
        open_scope(session, of_audit(user_id=cast.user(app, cast.ANA).id))
        assert monthly_figures(session, today=today()) == everywhere


def test_a_year_begins_at_the_first_of_a_month():
    assert first_month(date(2026, 11, 30)) == date(2025, 12, 1)
    assert first_month(date(2026, 12, 1)) == date(2026, 1, 1)

"""Importing payments: what a dry run says, what a run does, and that doing it again does nothing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.domain.payments import PaymentOutcome
from tests import cast
from tests.payments import Entry, Part, csv_file, import_file, pay, statement
from tests.services.ledger import add_invoice

OGM = "090933755493"


def outcomes(results):
    return [one.outcome.value for one in results]


def count(session):
    from app.models import Payment

    return session.scalar(
        select(func.count(Payment.id)).where(
            Payment.source.like("C%:%") | Payment.source.in_(("CSV",))
        )
    )


@pytest.fixture
def everything(app):
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        yield session


@pytest.fixture
def portfolio(session):
    """A session of Marc, who serves Boulangerie Martin and Atelier Dubois."""
    from app.security.scope import of_portfolio
    from app.security.tenancy import open_scope

    ids = tuple(cast.company(session, name).id for name in (cast.MARTIN, cast.DUBOIS))
    open_scope(session, of_portfolio(ids, user_id=cast.user(session, cast.MARC).id))
    return session


def test_a_statement_pays_what_it_means_and_twice_is_once(everything):
    simon = cast.company(everything, cast.SIMON).id
    first = add_invoice(everything, simon, cents=10_000, structured_communication=OGM)
    second = add_invoice(everything, simon, cents=10_000, number="XX-0001")
    everything.commit()
    data = statement(
        Entry("100.00", reference="A", parts=(Part(structured=OGM),)),
        Entry("40.00", reference="B", parts=(Part(text="facture XX-0001"),)),
        Entry("77.00", reference="C", parts=(Part(text="merci"),)),
        Entry("5.00", direction="DBIT"),
    )

    planned = import_file(everything, data, dry_run=True)
    assert count(everything) == 0
    done = import_file(everything, data)

    assert outcomes(planned) == outcomes(done) == ["RECORDED"] * 3 + ["SKIPPED"]
    assert [one.owner for one in planned] == [one.owner for one in done]
    assert [one.owner and one.owner.paid_cents for one in done] == [10_000, 4_000, None, None]
    assert (first.open_cents, second.open_cents) == (0, 6_000)
    assert count(everything) == 3

    again = import_file(everything, data)
    assert outcomes(again) == ["UNCHANGED"] * 3 + ["SKIPPED"]
    assert outcomes(import_file(everything, data, dry_run=True)) == outcomes(again)
    assert (count(everything), second.open_cents) == (3, 6_000)


def test_two_halves_and_too_much_in_one_file(everything):
    from app.models import Payment

    simon = cast.company(everything, cast.SIMON).id
    invoice = add_invoice(everything, simon, cents=10_000, structured_communication=OGM)
    everything.commit()
    data = csv_file(*(f"2026-11-0{day};60,00;EUR;{OGM};Simon;R{day}" for day in (2, 3, 4)))

    planned = import_file(everything, data, dry_run=True)
    done = import_file(everything, data)

    assert [one.owner.paid_cents for one in planned] == [6_000, 4_000, 0]
    assert [one.owner for one in planned] == [one.owner for one in done]
    assert invoice.open_cents == 0
    left = select(Payment.external_reference, Payment.left_cents).where(
        Payment.company_id == simon, Payment.left_cents > 0
    )
    assert dict(everything.execute(left).all()) == {"R3": 2_000, "R4": 6_000}


def test_a_reference_with_another_amount_is_refused(everything):
    import_file(everything, csv_file("2026-11-02;60,00;EUR;;Simon;R1"))

    (result,) = import_file(everything, csv_file("2026-11-02;61,00;EUR;;Simon;R1"))

    assert (result.outcome, result.code) == (PaymentOutcome.REFUSED, "payment_reference_taken")


def test_what_comes_tomorrow_or_in_no_currency_is_refused(everything):
    tomorrow = date(2026, 11, 30) + timedelta(days=1)
    data = csv_file(f"{tomorrow};60,00;EUR;;Simon;R1", "2026-11-02;60,00;XXX;;Simon;R2")

    assert [one.code for one in import_file(everything, data)] == [
        "received_in_the_future",
        "currency_unknown",
    ]


def test_a_payment_for_a_company_out_of_sight_is_nobodys_and_names_nobody(portfolio):
    from app.models import Payment

    theirs = cast.invoice(portfolio, cast.PEETERS)
    data = csv_file(
        f"2026-11-02;60,00;EUR;{theirs.structured_communication};payer;R1",
        f"2026-11-02;60,00;EUR;{theirs.number};payer;R2",
    )

    for result in (*import_file(portfolio, data, dry_run=True), *import_file(portfolio, data)):
        assert (result.outcome, result.owner) == (PaymentOutcome.RECORDED, None)
    found = portfolio.scalars(select(Payment).where(Payment.source == "CSV")).all()
    assert [(one.company_id, one.left_cents) for one in found] == [(None, 6_000)] * 2
    assert cast.invoice(portfolio, cast.PEETERS).open_cents == theirs.open_cents


def test_a_payment_that_a_colleague_has_dealt_with_is_here_already(portfolio, app):
    from app.security.cross_company import cross_company

    theirs = cast.invoice(portfolio, cast.PEETERS)
    data = csv_file(f"2026-11-02;60,00;EUR;{theirs.number};payer;R1")
    with app.app_context(), cross_company("a test") as session:
        import_file(session, data)

    for dry_run in (True, False):
        (result,) = import_file(portfolio, data, dry_run=dry_run)
        assert (result.outcome, result.owner, result.code) == (PaymentOutcome.UNCHANGED, None, None)
    other = csv_file(f"2026-11-03;99,00;EUR;{theirs.number};payer;R1")
    for dry_run in (True, False):
        assert outcomes(import_file(portfolio, other, dry_run=dry_run)) == ["UNCHANGED"]


def test_a_manager_pays_invoices_of_the_own_portfolio(portfolio):
    invoice = cast.overdue_invoice(portfolio)
    data = csv_file(f"2026-11-02;1,00;EUR;{invoice.structured_communication};Martin;R1")

    (result,) = import_file(portfolio, data)

    assert (result.owner.company, result.owner.invoice) == (cast.MARTIN, invoice.number)
    assert cast.overdue_invoice(portfolio).open_cents == invoice.open_cents - 100


def test_employers_and_auditors_take_no_payments_in(session):
    from app.security.scope import of_audit, of_company
    from app.security.tenancy import open_scope
    from app.security.writes import NotYours

    martin = cast.company(session, cast.MARTIN).id
    for scope in (of_company(martin), of_audit(user_id=1)):
        open_scope(session, scope)
        with pytest.raises(NotYours):
            pay(session, None, 100)
        session.rollback()


def test_who_sees_some_addresses_writes_no_payments(session):
    from app.security.scope import of_company
    from app.security.tenancy import open_scope
    from app.security.writes import NotYours

    martin, namur = cast.company(session, cast.MARTIN).id, cast.address(session, "Namur").id
    open_scope(session, of_company(martin, addresses=(namur,)))
    with pytest.raises(NotYours):
        pay(session, martin, 100)


def test_an_invoice_that_came_after_its_payment_is_matched_later(everything):
    from app.services.payments.receiving import match_again

    import_file(everything, csv_file("2026-11-02;60,00;EUR;XX-0009;Simon;R1"))
    simon = cast.company(everything, cast.SIMON).id
    invoice = add_invoice(everything, simon, number="XX-0009")

    before = match_again(everything, limit=100)
    assert before == 1
    assert invoice.open_cents == 4_000
    assert match_again(everything, limit=100) == 0


def test_what_is_unallocated_is_added_up_by_currency(everything):
    from app.services.payments.unallocated import unallocated_payments

    before = {one.currency: one for one in unallocated_payments(everything)}
    import_file(everything, csv_file("2026-11-02;60,00;EUR;;a;R1", "2026-11-02;7;USD;;a;R2"))
    after = {one.currency: one for one in unallocated_payments(everything)}

    assert after["EUR"].left_cents - before["EUR"].left_cents == 6_000
    assert (after["USD"].count, after["USD"].left_cents) == (1, 700)


def test_the_few_with_something_left_are_read_from_their_own_index(app, portfolio, request):
    from app.services.payments.unallocated import unallocated_payments
    from tests.web.statements import statements

    if request.config.getoption("--db") == "postgresql":
        pytest.skip("a table this small is read whole")
    with statements(app) as seen:
        unallocated_payments(portfolio)
    (asked,) = [one for one in seen if "FROM payment" in one]
    raw = portfolio.connection().connection.driver_connection
    plan = raw.execute(f"EXPLAIN QUERY PLAN {asked}", [1] * asked.count("?")).fetchall()

    assert "ix_payment_left" in str(plan)

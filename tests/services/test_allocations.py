"""Payments and credit notes pay invoices; what is left is always what the rows say."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests import cast
from tests.services.ledger import add_invoice, in_company
from tests.services.trail import follow_trail


def pay(session, company_id, cents, **values):
    from app.services.allocations import NewPayment, record_payment

    fields = {"currency": "EUR", "received_on": date(2026, 11, 1), "source": "test"}
    return record_payment(session, NewPayment(company_id, cents, **(fields | values)))


def test_a_payment_pays_an_invoice_in_part_and_then_in_full(session):
    from app.domain.invoicing import PaymentState
    from app.services.allocations import allocate

    with in_company(session) as company_id:
        invoice = add_invoice(session, company_id, cents=1000)
        allocate(session, pay(session, company_id, 400), invoice)
        first = (invoice.open_cents, invoice.payment_state)
        allocate(session, pay(session, company_id, 900), invoice)

        assert first == (600, PaymentState.PARTLY)
        assert (invoice.open_cents, invoice.payment_state) == (0, PaymentState.PAID)


def test_what_a_payment_has_left_pays_the_next_invoice(session):
    from app.services.allocations import allocate

    with in_company(session) as company_id:
        payment = pay(session, company_id, 1500)
        invoices = [add_invoice(session, company_id, cents=1000) for _ in range(2)]
        amounts = [allocate(session, payment, invoice).amount_cents for invoice in invoices]

        assert amounts == [1000, 500]
        assert invoices[1].open_cents == 500


def test_a_credit_note_pays_an_invoice_and_is_used_up(session):
    from app.domain.invoicing import PaymentState
    from app.services.allocations import allocate_credit

    with in_company(session) as company_id:
        note = add_invoice(session, company_id, cents=300, credit=True)
        invoice = add_invoice(session, company_id, cents=1000)
        allocate_credit(session, note, invoice, amount_cents=200)
        half = (note.open_cents, note.payment_state)
        allocate_credit(session, note, invoice)

        assert half == (-100, PaymentState.PARTLY)
        assert (note.open_cents, note.payment_state) == (0, PaymentState.PAID)
        assert invoice.open_cents == 700


def test_more_than_is_left_is_refused(session):
    from app.services.allocations import AllocationTooLarge, NothingLeftToUse, allocate

    with in_company(session) as company_id:
        payment, invoice = pay(session, company_id, 500), add_invoice(session, company_id)
        with pytest.raises(AllocationTooLarge):
            allocate(session, payment, invoice, amount_cents=501)
        allocate(session, payment, invoice)
        with pytest.raises(NothingLeftToUse):
            allocate(session, payment, invoice)

        assert invoice.open_cents == 9500


def test_more_than_is_open_is_refused(session):
    from app.services.allocations import AllocationTooLarge, NothingToPay, allocate

    with in_company(session) as company_id:
        payment, invoice = (
            pay(session, company_id, 5000),
            add_invoice(session, company_id, cents=100),
        )
        with pytest.raises(AllocationTooLarge):
            allocate(session, payment, invoice, amount_cents=101)
        allocate(session, payment, invoice)
        with pytest.raises(NothingToPay):
            allocate(session, payment, invoice)


def test_credit_is_not_paid_and_an_invoice_is_no_credit(session):
    from app.services.allocations import NothingLeftToUse, NothingToPay, allocate, allocate_credit

    with in_company(session) as company_id:
        payment, note = pay(session, company_id, 100), add_invoice(session, company_id, credit=True)
        first, second = add_invoice(session, company_id), add_invoice(session, company_id)
        with pytest.raises(NothingToPay):
            allocate(session, payment, note)
        with pytest.raises(NothingLeftToUse):
            allocate_credit(session, first, second)


def test_an_amount_of_nothing_is_refused(session):
    from app.services.allocations import AmountNotPositive, allocate

    with in_company(session) as company_id:
        invoice = add_invoice(session, company_id)
        with pytest.raises(AmountNotPositive):
            allocate(session, pay(session, company_id, 100), invoice, amount_cents=0)
        with pytest.raises(AmountNotPositive):
            pay(session, company_id, 0)


def test_currencies_are_never_mixed(session):
    from app.services.allocations import CurrenciesDiffer, allocate

    with in_company(session) as company_id:
        invoice = add_invoice(session, company_id, currency="USD")
        with pytest.raises(CurrenciesDiffer):
            allocate(session, pay(session, company_id, 100), invoice)


def test_money_of_another_company_pays_nothing_here(app):
    from app.models import Invoice
    from app.security.cross_company import cross_company
    from app.services.allocations import CompaniesDiffer, allocate

    with app.app_context(), cross_company("a test") as session:
        payment = pay(session, cast.company(session, cast.PEETERS).id, 100)
        theirs = session.get_one(Invoice, cast.overdue_invoice(session).id)
        with pytest.raises(CompaniesDiffer):
            allocate(session, payment, theirs)


def test_a_payment_of_nobody_becomes_the_company_s(app):
    from app.models import Invoice
    from app.security.cross_company import cross_company
    from app.services.allocations import allocate

    with app.app_context(), cross_company("a test") as session:
        payment = pay(session, None, 100)
        invoice = session.get_one(Invoice, cast.overdue_invoice(session).id)
        allocate(session, payment, invoice)

        assert payment.company_id == invoice.company_id


def test_the_same_reference_of_a_source_is_recorded_once(session):
    from app.services.allocations import PaymentAlreadyRecorded

    with in_company(session) as company_id:
        pay(session, company_id, 100, external_reference="X-1")
        with pytest.raises(PaymentAlreadyRecorded):
            pay(session, company_id, 100, external_reference="X-1")

        assert pay(session, company_id, 100, external_reference="X-2").id


def test_a_payment_that_is_undone_was_never_there(session):
    from app.models import Payment

    with in_company(session) as company_id:
        pay(session, company_id, 500, external_reference="undone")
        session.rollback()

        assert session.scalar(select(Payment.id).where(Payment.source == "test")) is None


def test_each_step_leaves_a_trace(session):
    from app.services.allocations import allocate, allocate_credit

    trail = follow_trail(session)
    with in_company(session) as company_id:
        invoice = add_invoice(session, company_id, cents=1000)
        note = add_invoice(session, company_id, cents=100, credit=True)
        allocate(session, pay(session, company_id, 400), invoice)
        allocate_credit(session, note, invoice)
        session.flush()

    assert [event.action for event in trail] == [
        "PAYMENT_RECORDED",
        "PAYMENT_ALLOCATED",
        "CREDIT_ALLOCATED",
    ]
    assert trail[1].changes["open_cents"] == [1000, 600]
    assert trail[2].changes["credit_note"] == [None, note.number]


def test_a_document_over_nothing_is_paid():
    from app.domain.invoicing import PaymentState
    from app.services.allocations import open_projection

    assert open_projection(0) == (0, PaymentState.PAID)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 2), st.integers(1, 700)),
        max_size=12,
    )
)
def test_what_is_left_is_the_document_less_its_allocations(session, steps):
    from app.domain.errors import DomainError
    from app.models import Allocation
    from app.services.allocations import allocate, allocate_credit

    with in_company(session) as company_id:
        invoices = [add_invoice(session, company_id, cents=1000) for _ in range(4)]
        notes = [add_invoice(session, company_id, cents=500, credit=True) for _ in range(3)]
        payments = [pay(session, company_id, 800) for _ in range(3)]
        for is_credit, invoice, source, cents in steps:
            act, sources = (allocate_credit, notes) if is_credit else (allocate, payments)
            try:
                act(session, sources[source], invoices[invoice], amount_cents=cents)
            except DomainError:
                continue
        ids = [invoice.id for invoice in invoices]
        rows = session.scalars(select(Allocation).where(Allocation.invoice_id.in_(ids))).all()
        for invoice in invoices:
            paid = sum(row.amount_cents for row in rows if row.invoice_id == invoice.id)
            assert invoice.open_cents == invoice.signed_cents - paid >= 0
        for note in notes:
            used = sum(row.amount_cents for row in rows if row.credit_note_id == note.id)
            assert note.open_cents == note.signed_cents + used <= 0
        for payment in payments:
            assert sum(r.amount_cents for r in rows if r.payment_id == payment.id) <= 800
        session.rollback()


def test_two_at_once_never_pay_more_than_is_open(app):
    from threading import Barrier, Thread

    from app.domain.errors import DomainError
    from app.models import Allocation, Invoice
    from app.security.cross_company import cross_company
    from app.services.allocations import allocate

    invoice_id = cast.overdue_invoice(app).id
    start = Barrier(4)

    def pay_all(cents):
        with app.app_context(), cross_company("a test") as session:
            invoice = session.get_one(Invoice, invoice_id)
            payment = pay(session, invoice.company_id, cents)
            session.commit()
            session.get_one(Invoice, invoice_id)  # read by everybody before anybody has paid
            session.rollback()
            start.wait(timeout=30)
            try:
                allocate(session, payment, invoice)
            except DomainError:
                return
            session.commit()

    whole = cast.overdue_invoice(app).open_cents
    threads = [Thread(target=pay_all, args=(whole - 100,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    with app.app_context(), cross_company("a test") as session:
        paid = session.scalars(select(Allocation).where(Allocation.invoice_id == invoice_id)).all()
        invoice = session.get_one(Invoice, invoice_id)
        assert sorted(one.amount_cents for one in paid) == [100, whole - 100]
        assert invoice.open_cents == 0

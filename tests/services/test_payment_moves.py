"""Taking back, moving, giving and undoing: each for a reason, and what is left is always what the rows say."""

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.payments import is_true_to_the_rows, pay
from tests.services.ledger import add_invoice, in_company
from tests.services.trail import follow_trail

WHY = "Paid for the other invoice"


@pytest.fixture
def portfolio(session):
    """A session of Marc, who serves Boulangerie Martin and Atelier Dubois."""
    from app.security.scope import of_portfolio
    from app.security.tenancy import open_scope

    ids = tuple(cast.company(session, name).id for name in (cast.MARTIN, cast.DUBOIS))
    open_scope(session, of_portfolio(ids, user_id=cast.user(session, cast.MARC).id))
    return session


def test_what_is_taken_back_is_open_again_and_left_of_the_payment(session):
    from app.domain.invoicing import PaymentState
    from app.domain.payments import PaymentUse
    from app.services.allocations import allocate, take_back

    trail = follow_trail(session)
    with in_company(session) as company_id:
        invoice, payment = (
            add_invoice(session, company_id, cents=1000),
            pay(session, company_id, 700),
        )
        allocate(session, payment, invoice, amount_cents=300)
        allocate(session, payment, invoice, amount_cents=200)
        assert (payment.left_cents, payment.use) == (200, PaymentUse.PARTLY)

        amount = take_back(session, payment, invoice, reason=WHY)
        session.flush()

        assert amount == 500
        assert (invoice.open_cents, invoice.payment_state) == (1000, PaymentState.OPEN)
        assert (payment.left_cents, payment.use) == (700, PaymentUse.UNALLOCATED)
    assert trail[-1].action == "PAYMENT_TAKEN_BACK"
    assert trail[-1].changes["reason"] == [None, WHY]
    assert trail[-1].target_label == invoice.number


def test_what_pays_nothing_cannot_be_taken_back(session):
    from app.services.allocations import NothingAllocated, take_back

    with in_company(session) as company_id:
        invoice, payment = add_invoice(session, company_id), pay(session, company_id, 700)
        with pytest.raises(NothingAllocated):
            take_back(session, payment, invoice, reason=WHY)


def test_a_payment_is_moved_as_far_as_the_other_invoice_is_open(session):
    from app.services.allocations import allocate, move_allocation

    trail = follow_trail(session)
    with in_company(session) as company_id:
        first = add_invoice(session, company_id, cents=1000)
        second = add_invoice(session, company_id, cents=300)
        payment = pay(session, company_id, 1000)
        allocate(session, payment, first)

        move_allocation(session, payment, first, to=second, reason=WHY)
        session.flush()

        assert (first.open_cents, second.open_cents, payment.left_cents) == (1000, 0, 700)
    assert trail[-1].changes["invoice"] == [first.number, second.number]
    assert trail[-1].changes["amount_cents"] == [1000, 300]


def test_a_payment_is_moved_neither_onto_itself_nor_to_a_paid_invoice(session):
    from app.services.allocations import AlreadyThere, NothingToPay, allocate, move_allocation

    with in_company(session) as company_id:
        first, second = (add_invoice(session, company_id, cents=100) for _ in range(2))
        payment = pay(session, company_id, 100)
        allocate(session, payment, first)
        allocate(session, pay(session, company_id, 100), second)
        with pytest.raises(AlreadyThere):
            move_allocation(session, payment, first, to=first, reason=WHY)
        with pytest.raises(NothingToPay):
            move_allocation(session, payment, first, to=second, reason=WHY)


def test_money_of_nobody_is_given_and_taken_again_while_it_pays_nothing(portfolio):
    from app.models import Company
    from app.services.allocations import allocate
    from app.services.payments import owners

    dubois = portfolio.scalars(select(Company).where(Company.name == cast.DUBOIS)).one()
    payment, invoice = pay(portfolio, None, 500), add_invoice(portfolio, dubois.id)
    owners.give_to_company(portfolio, payment, dubois, reason=WHY)
    with pytest.raises(owners.PaymentHasCompany):
        owners.give_to_company(portfolio, payment, dubois, reason=WHY)
    allocate(portfolio, payment, invoice, amount_cents=1)
    with pytest.raises(owners.PaymentInUse):
        owners.take_from_company(portfolio, payment, reason=WHY)
    free = pay(portfolio, dubois.id, 500)
    owners.take_from_company(portfolio, free, reason=WHY)
    portfolio.commit()

    assert free.company_id is None
    with pytest.raises(owners.PaymentOfNobody):
        owners.take_from_company(portfolio, free, reason=WHY)


def test_money_is_not_given_beyond_the_portfolio(portfolio):
    from app.security.writes import NotYours
    from app.services.payments.owners import give_to_company

    peeters = cast.company(portfolio, cast.PEETERS)
    with pytest.raises(NotYours):
        give_to_company(portfolio, pay(portfolio, None, 500), peeters, reason=WHY)


def test_every_step_can_be_undone_and_done_again(portfolio):
    from app.models import Company
    from app.services.allocations import allocate, move_allocation, take_back
    from app.services.payments.owners import give_to_company, take_from_company
    from app.services.payments.undoing import undo_last_step

    dubois = portfolio.scalars(select(Company).where(Company.name == cast.DUBOIS)).one()
    first = add_invoice(portfolio, dubois.id, cents=1000)
    second = add_invoice(portfolio, dubois.id, cents=300)
    payment = pay(portfolio, None, 1000)

    def state():
        portfolio.flush()
        return payment.company_id, payment.left_cents, first.open_cents, second.open_cents

    steps = (
        lambda: give_to_company(portfolio, payment, dubois, reason=WHY),
        lambda: take_from_company(portfolio, payment, reason=WHY),
        lambda: give_to_company(portfolio, payment, dubois, reason=WHY),
        lambda: allocate(portfolio, payment, first, amount_cents=600, reason=WHY),
        lambda: move_allocation(portfolio, payment, first, to=second, reason=WHY),
        lambda: take_back(portfolio, payment, second, reason=WHY),
    )
    for step in steps:
        before = state()
        step()
        after = state()
        undo_last_step(portfolio, payment, reason="undone")
        assert state() == before
        undo_last_step(portfolio, payment, reason="undone")
        assert state() == after
    portfolio.commit()
    assert is_true_to_the_rows(portfolio, [payment], [first, second])


def test_money_that_an_allocation_made_somebodys_is_nobodys_again(portfolio):
    from app.services.allocations import allocate
    from app.services.payments.undoing import undo_last_step

    dubois = cast.company(portfolio, cast.DUBOIS).id
    payment, invoice = pay(portfolio, None, 500), add_invoice(portfolio, dubois)
    allocate(portfolio, payment, invoice, reason=WHY)
    portfolio.flush()

    undo_last_step(portfolio, payment, reason="undone")

    assert (payment.company_id, payment.left_cents, invoice.open_cents) == (None, 500, 10_000)


def test_what_changed_since_is_not_undone(session):
    from app.services.allocations import allocate
    from app.services.payments.undoing import NothingToUndo, last_step, undo_last_step

    with in_company(session) as company_id:
        invoice, payment = add_invoice(session, company_id), pay(session, company_id, 700)
        session.flush()
        assert last_step(session, payment) is None
        with pytest.raises(NothingToUndo):
            undo_last_step(session, payment, reason="undone")
        allocate(session, payment, invoice, amount_cents=300)
        allocate(session, payment, invoice, amount_cents=300)
        session.flush()
        with pytest.raises(NothingToUndo):
            undo_last_step(session, payment, reason="undone")


def in_threads(app, count, act):
    """Let `act(number, session)` run in so many threads at once; what each came to, or its refusal."""
    from threading import Barrier, Thread

    from app.domain.errors import DomainError
    from app.security.cross_company import cross_company

    start, results = Barrier(count), {}

    def run(number):
        with app.app_context(), cross_company("a test") as session:
            session.rollback()
            start.wait(timeout=60)
            try:
                act(number, session)
                session.commit()
                results[number] = "done"
            except DomainError as error:
                results[number] = error.code

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return sorted(results.values())


@pytest.fixture
def ground(app):
    """A payment and two open invoices of Librairie Simon, committed."""
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        simon = cast.company(session, cast.SIMON).id
        invoices = [add_invoice(session, simon, cents=1000) for _ in range(2)]
        payment = pay(session, simon, 1000)
        session.commit()
        return payment.id, [one.id for one in invoices]


def is_true(app, payment_id, invoice_ids):
    from app.models import Invoice, Payment
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        payment = session.get_one(Payment, payment_id)
        invoices = [session.get_one(Invoice, one) for one in invoice_ids]
        return is_true_to_the_rows(session, [payment], invoices), payment.left_cents


def test_ten_who_allocate_one_payment_at_once_give_no_more_than_there_is(app, ground):
    from app.models import Invoice, Payment
    from app.services.allocations import allocate

    payment_id, invoice_ids = ground

    def act(number, session):
        payment = session.get_one(Payment, payment_id)
        invoice = session.get_one(Invoice, invoice_ids[number % 2])
        allocate(session, payment, invoice, amount_cents=300)

    results = in_threads(app, 10, act)

    assert results.count("done") == 3
    assert set(results) == {"done", "allocation_too_large"}
    assert is_true(app, payment_id, invoice_ids) == (True, 100)


def test_ten_who_move_and_take_back_at_once_leave_no_lie(app, ground):
    from app.models import Invoice, Payment
    from app.security.cross_company import cross_company
    from app.services.allocations import allocate, move_allocation, take_back

    payment_id, invoice_ids = ground
    with app.app_context(), cross_company("a test") as session:
        payment = session.get_one(Payment, payment_id)
        allocate(session, payment, session.get_one(Invoice, invoice_ids[0]), amount_cents=400)
        session.commit()

    def act(number, session):
        payment = session.get_one(Payment, payment_id)
        first, second = (session.get_one(Invoice, one) for one in invoice_ids)
        if number % 3 == 0:
            take_back(session, payment, first, reason=WHY)
        elif number % 3 == 1:
            move_allocation(session, payment, first, to=second, reason=WHY)
        else:
            move_allocation(session, payment, second, to=first, reason=WHY)

    results = in_threads(app, 10, act)

    assert "done" in results
    assert set(results) <= {"done", "nothing_allocated"}
    assert is_true(app, payment_id, invoice_ids)[0]


def test_ten_who_import_one_statement_at_once_record_each_payment_once(app, ground):
    from app.models import Invoice, Payment
    from app.security.cross_company import cross_company
    from tests.payments import csv_file, import_file

    _payment, invoice_ids = ground
    with app.app_context(), cross_company("a test") as session:
        numbers = [session.get_one(Invoice, one).number for one in invoice_ids]
    lines = [f"2026-11-02;4,00;EUR;{numbers[one % 2]};Simon;R{one}" for one in range(6)]

    def act(number, session):
        import_file(session, csv_file(*(lines if number % 2 else reversed(lines))))

    assert in_threads(app, 10, act) == ["done"] * 10
    with app.app_context(), cross_company("a test") as session:
        payments = session.scalars(select(Payment).where(Payment.source == "CSV")).all()
        invoices = [session.get_one(Invoice, one) for one in invoice_ids]
        assert len(payments) == 6
        assert is_true_to_the_rows(session, payments, invoices)
        assert sum(one.open_cents for one in invoices) == 0
        assert (
            session.scalar(select(func.sum(Payment.left_cents)).where(Payment.source == "CSV"))
            == 400
        )

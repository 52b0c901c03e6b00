"""Money under any sequence of steps: nothing is created, nothing is lost, and no projection lies."""

from collections import Counter
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.typed_amounts import exact_cents, read_amount, read_cents
from tests import cast
from tests.payments import csv_file, is_true_to_the_rows, pay
from tests.services.ledger import add_invoice, in_company

few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["allocate", "take_back", "move", "credit", "undo"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 2),
        st.one_of(st.none(), st.integers(1, 900)),
    ),
    max_size=14,
)


@few
@given(steps=steps)
def test_no_sequence_of_steps_makes_a_projection_lie(session, steps):
    from app.domain.errors import DomainError

    with in_company(session) as company_id:
        invoices = [add_invoice(session, company_id, cents=cents) for cents in (1000, 500, 300)]
        notes = [add_invoice(session, company_id, cents=200, credit=True) for _ in range(3)]
        payments = [pay(session, company_id, cents) for cents in (800, 800, 1200)]
        for what, source, target, other, cents in steps:
            try:
                with session.begin_nested():
                    act(
                        session,
                        what,
                        (payments[source], notes[source]),
                        invoices[target],
                        invoices[other],
                        cents,
                    )
            except DomainError:
                session.expire_all()
        session.flush()

        assert is_true_to_the_rows(session, payments, invoices)
        paid = sum(one.signed_cents - one.open_cents for one in invoices)
        given_away = sum(one.amount_cents - one.left_cents for one in payments)
        credited = sum(one.open_cents - one.signed_cents for one in notes)
        assert paid == given_away + credited
        session.rollback()


def act(session, what, sources, invoice, other, cents):
    from app.services.allocations import allocate, allocate_credit, move_allocation, take_back
    from app.services.payments.undoing import undo_last_step

    payment, note = sources
    if what == "allocate":
        allocate(session, payment, invoice, amount_cents=cents)
    elif what == "take_back":
        take_back(session, payment, invoice, reason="why")
    elif what == "move":
        move_allocation(session, payment, invoice, to=other, reason="why", amount_cents=cents)
    elif what == "credit":
        allocate_credit(session, note, invoice, amount_cents=cents)
    else:
        undo_last_step(session, payment, reason="undone")


@few
@given(
    payments=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 700)), min_size=1, max_size=9),
    data=st.data(),
)
def test_the_order_and_the_number_of_imports_do_not_matter(session, payments, data):
    """Whoever comes last has what is left; what is paid, and what is left in all, is the same."""
    lines = [
        f"2026-11-02;{cents / 100:.2f};EUR;{'nothing' if to == 3 else f'QQ-000{to}'};payer;R{number}"
        for number, (to, cents) in enumerate(payments)
    ]
    shuffled = data.draw(st.permutations(lines))
    repeated = [*shuffled, *data.draw(st.lists(st.sampled_from(lines), max_size=4))]

    assert outcome_of(session, lines) == outcome_of(session, repeated)


def outcome_of(session, lines):
    from app.models import Invoice, Payment
    from app.security.scope import of_portfolio
    from app.security.tenancy import open_scope

    session.rollback()
    simon = cast.company(session, cast.SIMON).id
    open_scope(session, of_portfolio((simon,), user_id=1))
    for number in range(3):
        add_invoice(session, simon, cents=900, number=f"QQ-000{number}")
    for line in lines:
        take_in(session, csv_file(line))
    found = session.scalars(select(Invoice).where(Invoice.number.like("QQ-%"))).all()
    opened = {one.number: (one.open_cents, one.payment_state) for one in found}
    left: Counter[int | None] = Counter()
    for payment in session.scalars(select(Payment).where(Payment.source == "CSV")):
        left[payment.company_id] += payment.left_cents
    session.rollback()
    return opened, left


def take_in(session, data):
    """As a run does, without its commits."""
    from datetime import date

    from app.documents.payment_files import read_payments
    from app.services.payments.lines import Planner, identified, known_payments, write_lines

    lines = identified(read_payments(data))
    known = known_payments(session, lines)
    write_lines(session, Planner(date(2026, 11, 30)).plan(session, lines, known))


amounts = st.integers(0, 10**12)


@given(cents=amounts, mark=st.sampled_from([".", ","]))
def test_an_amount_written_with_its_decimals_is_read_back(cents, mark):
    written = f"{cents // 100}{mark}{cents % 100:02}"

    assert exact_cents(read_amount(written), "EUR") == cents


@given(
    cents=amounts,
    marks=st.sampled_from([(".", ","), (",", "."), (" ", ","), ("\u202f", ","), ("'", ".")]),
)
def test_an_amount_written_in_groups_is_read_back(cents, marks):
    thousands, decimals = marks
    written = f"{cents // 100:,}".replace(",", thousands) + f"{decimals}{cents % 100:02}"

    assert exact_cents(read_amount(written), "EUR") == cents
    assert exact_cents(read_amount(f"-{written}"), "EUR") == -cents


@given(cents=amounts, currency=st.sampled_from(["EUR", "JPY", "BHD"]))
def test_what_a_page_writes_into_a_field_is_read_back(cents, currency):
    from app.domain.money import from_cents

    for mark in (".", ","):
        assert read_cents(str(from_cents(cents, currency)).replace(".", mark), currency) == cents


@given(st.text(alphabet="0123456789.,- €", max_size=14))
def test_whatever_is_typed_is_an_amount_or_refused(text):
    from app.domain.errors import DomainError

    try:
        amount = read_amount(text)
    except DomainError:
        return
    digits = "".join(sign for sign in text if sign.isdigit())
    assert str(abs(amount)).replace(".", "").strip("0") == digits.strip("0")
    assert isinstance(amount, Decimal)

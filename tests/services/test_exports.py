"""Which rows an export holds: kept as plain values, read back as the same question, complete in every order."""

import json
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cells import Money
from app.domain.exports import Sight
from app.domain.invoicing import InvoiceTab
from app.services.exports.rows import Names, cells_of, count_invoices, pages_of_invoices
from app.services.exports.selection import Condition, InvoiceSelection, every_page
from app.services.invoice_list import InvoiceQuery
from app.services.invoice_paging import Cursor, Order, SortKey
from app.services.invoice_search import read_search
from tests import cast
from tests.services.ledger import TODAY, add_invoice, in_company

ORDERS = [Order(key, descending) for key in SortKey for descending in (True, False)]
QUERIES = st.builds(
    InvoiceQuery,
    today=st.dates(),
    tab=st.sampled_from(InvoiceTab),
    search=st.builds(read_search, st.text(st.characters(exclude_categories=["Cs"]))),
    issued_from=st.none() | st.dates(),
    issued_to=st.none() | st.dates(),
    address_id=st.none() | st.integers(1, 2**31 - 1),
    order=st.sampled_from(ORDERS),
)
CONDITIONS = st.tuples(
    st.builds(Condition, st.just("number"), st.just("sw"), st.text()),
    st.builds(Condition, st.just("company_id"), st.just("oc"), st.integers(1, 2**31 - 1)),
    st.builds(Condition, st.just("due_on"), st.just("eq"), st.just(value=True)),
)
SOME = st.none() | st.lists(st.integers(1, 9), max_size=4).map(tuple)


@given(QUERIES, CONDITIONS)
def test_what_is_stored_is_read_back_as_the_same_question(query, conditions):
    selection = InvoiceSelection(query, conditions)

    assert InvoiceSelection.from_json(json.loads(json.dumps(selection.as_json()))) == selection


def test_every_page_begins_at_the_first(martin):
    cursor = Cursor(TODAY, martin.public_id, 26)

    assert every_page(InvoiceQuery(TODAY, cursor=cursor)).query.cursor is None


@given(SOME, SOME, SOME, SOME)
def test_who_sees_less_than_somebody_saw_does_not_hold_it(mine, my_addresses, theirs, addresses):
    me, they = Sight(mine, my_addresses), Sight(theirs, addresses)

    assert Sight.from_json(json.loads(json.dumps(me.as_json()))) == me
    assert me.holds(me)
    assert Sight(None, None).holds(they)
    if me.holds(they):
        for narrow, wide in ((theirs, mine), (addresses, my_addresses)):
            assert wide is None or (narrow is not None and set(narrow) <= set(wide))


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_every_order_goes_through_every_document_once(session, order, monkeypatch):
    monkeypatch.setattr("app.services.exports.rows.ROWS_A_PAGE", 4)
    with in_company(session) as company_id:
        for n in range(11):
            add_invoice(
                session,
                company_id,
                due_on=None if n % 3 == 0 else date(2026, 10, 1 + n // 4),
                cents=100 + n // 3,
                issued_on=date(2026, 9, 1 + n // 4),
            )
        selection = every_page(InvoiceQuery(TODAY, order=order))
        pages = [list(page) for page in pages_of_invoices(session, selection)]
        rows = [row for page in pages for row in page]
        total = count_invoices(session, selection)

    assert len(pages) > 2
    assert len({row.id for row in rows}) == len(rows) == total
    values = [getattr(row, {"issued": "issued_on", "due": "due_on", "number": "number"}.get(
        order.key, "signed_cents")) for row in rows]  # fmt: skip
    dated = [one for one in values if one is not None]
    assert values[: len(dated)] == dated  # those without a due date come last
    assert all(a >= b if order.descending else a <= b for a, b in pairwise(dated))


def test_counting_stops_where_it_is_told(session):
    with in_company(session) as company_id:
        for _ in range(5):
            add_invoice(session, company_id)
        everything = every_page(InvoiceQuery(TODAY))

        assert count_invoices(session, everything, most=3) == 4
        assert count_invoices(session, everything) >= 5


def test_a_filter_that_there_is_not_is_refused(session):
    with in_company(session):
        selection = every_page(InvoiceQuery(TODAY), Condition("sealed_seed", "eq", "x"))
        with pytest.raises(ValueError, match="no filter"):
            count_invoices(session, selection)


def test_pages_are_asked_for_one_by_one(session, monkeypatch):
    monkeypatch.setattr("app.services.exports.rows.ROWS_A_PAGE", 2)
    asked = []
    with in_company(session) as company_id:
        for _ in range(6):
            add_invoice(session, company_id)
        execute = session.execute
        monkeypatch.setattr(session, "execute", lambda *a, **b: asked.append(1) or execute(*a, **b))
        pages = pages_of_invoices(session, every_page(InvoiceQuery(TODAY)))
        next(pages)

    assert len(asked) == 1


def test_totals_have_the_sign_of_their_document(session, app):
    from app.jobs.export_words import table_words

    with in_company(session) as company_id, app.test_request_context():
        note = add_invoice(
            session, company_id, cents=123456, credit=True, structured_communication="100126005155"
        )
        selection = every_page(InvoiceQuery(TODAY), Condition("number", "eq", note.number))
        [[row]] = pages_of_invoices(session, selection)
        names = Names(session)
        names.learn([row])
        company = names.company_of(row)
        cells = cells_of(row, table_words(), address=names.address_of(row), company=company)

    assert cells[0] == cast.SIMON
    assert [one.cents for one in cells if isinstance(one, Money)] == [
        -123456, 0, -123456, -123456, -123456,
    ]  # fmt: skip
    assert cells[-1] == "100/1260/05155"
    assert cells[3] == cells[-4]  # a credit note is its own state

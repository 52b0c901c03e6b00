"""The invoice list: every order pages through every document once, tabs count what they show."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote

import pytest

from tests import cast
from tests.services.ledger import TODAY, add_invoice, in_company

FORMER_TOKEN = "WyItaXNzdWVkIiwyNSwiMjAyNi0wOS0wMSIsIjI4ZTAxMDBmYzMxNDQyYmZiYmU3ODgzNWY4NTg4NWM5Il0"
"""As links were written that named a document by its public id."""


def query(**values):
    from app.services.invoice_list import InvoiceQuery

    return InvoiceQuery(TODAY, **values)


def numbers(page):
    return [row.number for row in page.rows]


def mixed(session, company_id):
    """Ties in every order, and documents without a due date."""
    for n in range(13):
        add_invoice(
            session,
            company_id,
            number=f"M-{n:02}",
            issued_on=date(2026, 9, 1) + timedelta(days=n // 4),
            due_on=None if n % 3 == 0 else date(2026, 10, 1) + timedelta(days=n // 5),
            cents=100 + n // 3,
            credit=n % 6 == 5,
        )


def walked(session, order, *, size):
    """All pages forward, and then all of them backward from the last."""
    from app.services.invoice_list import invoice_page

    asked = query(order=order)
    page = invoice_page(session, asked, size=size)
    forward, places = [page], [page.first]
    while page.next:
        page = invoice_page(session, replace(asked, cursor=page.next), size=size)
        forward.append(page)
        places.append(page.first)
    backward = [page]
    while page.previous:
        page = invoice_page(session, replace(asked, cursor=page.previous), size=size)
        backward.insert(0, page)
    return forward, backward, places


@pytest.mark.parametrize("size", [1, 3, 5, 50])
@pytest.mark.parametrize("key", ["issued", "due", "number", "amount"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_hold_each_document_once_in_order_both_ways(session, key, descending, size):
    from app.services.invoice_list import invoice_page
    from app.services.invoice_paging import Order, SortKey, value_of

    with in_company(session) as company_id:
        mixed(session, company_id)
        order = Order(SortKey(key), descending=descending)
        whole = invoice_page(session, query(order=order), size=500).rows
        forward, backward, places = walked(session, order, size=size)

    flat = [number for page in forward for number in numbers(page)]
    assert flat == [row.number for row in whole]
    assert [number for page in backward for number in numbers(page)] == flat
    assert places == list(range(1, len(flat) + 1, size))
    values = [value_of(row, order) for row in whole]
    dated = [value for value in values if value is not None]
    assert values == [*dated, *[None] * (len(values) - len(dated))]
    assert dated == sorted(dated, reverse=descending)


def test_the_first_page_has_no_way_back_even_when_newer_documents_came(session):
    from app.services.invoice_list import invoice_page

    with in_company(session) as company_id:
        mixed(session, company_id)
        first = invoice_page(session, query(), size=3)
        second = invoice_page(session, query(cursor=first.next), size=3)
        add_invoice(session, company_id, issued_on=TODAY)
        back = invoice_page(session, query(cursor=second.previous), size=3)
        start = invoice_page(session, query(cursor=back.previous), size=3)

    assert back.first == 1
    assert (start.first, start.previous) == (1, None)


def test_each_tab_counts_what_it_shows(session):
    from app.domain.invoicing import InvoiceTab
    from app.services.invoice_list import invoice_page, tab_counts

    with in_company(session, cast.MARTIN):
        counts = tab_counts(session, query())
        shown = {
            tab: len(invoice_page(session, query(tab=tab), size=500).rows) for tab in InvoiceTab
        }

    assert counts == shown
    assert counts[InvoiceTab.CREDIT_NOTES] == 3
    assert counts[InvoiceTab.OVERDUE] >= 1


def test_overdue_is_open_and_past_its_day(session):
    from app.domain.invoicing import InvoiceTab
    from app.services.invoice_list import invoice_page

    with in_company(session) as company_id:
        late = add_invoice(session, company_id, number="LATE", due_on=TODAY - timedelta(days=1))
        add_invoice(session, company_id, number="TODAY", due_on=TODAY)
        add_invoice(session, company_id, number="NEVER", due_on=None)
        add_invoice(session, company_id, number="NOTE", due_on=date(2020, 1, 1), credit=True)
        shown = numbers(invoice_page(session, query(tab=InvoiceTab.OVERDUE), size=500))

    assert late.number in shown
    assert not {"TODAY", "NEVER", "NOTE"} & set(shown)


def test_counts_stop_at_the_cap(session, monkeypatch):
    from app.domain.invoicing import InvoiceTab
    from app.services import invoice_list

    monkeypatch.setattr(invoice_list, "COUNT_CAP", 5)
    with in_company(session) as company_id:
        mixed(session, company_id)
        # Filters of its own: statements are kept by what they filter, caps and all.
        counts = invoice_list.tab_counts(session, query(issued_from=date(2026, 8, 31)))

    assert counts[InvoiceTab.ALL] == 6
    assert counts[InvoiceTab.CREDIT_NOTES] < 6


def test_filters_narrow_rows_and_counts_alike(session):
    from app.domain.invoicing import InvoiceTab
    from app.services.invoice_list import invoice_page, tab_counts

    with in_company(session, cast.MARTIN):
        namur = cast.address(session, "Namur").id
        asked = query(issued_from=date(2026, 1, 1), issued_to=date(2026, 6, 30), address_id=namur)
        rows = invoice_page(session, asked, size=500).rows
        counts = tab_counts(session, asked)

    assert rows
    assert {row.address_id for row in rows} == {namur}
    assert all(date(2026, 1, 1) <= row.issued_on <= date(2026, 6, 30) for row in rows)
    assert counts[InvoiceTab.ALL] == len(rows)


def test_somebody_of_one_address_sees_its_documents_only(session):
    from app.domain.invoicing import InvoiceTab
    from app.services.invoice_list import invoice_page, surroundings, tab_counts

    with in_company(session, cast.MARTIN, place="Namur"):
        rows = invoice_page(session, query(), size=500).rows
        around = surroundings(session, None)
        counts = tab_counts(session, query())

    assert [one.name for one in around.addresses] == ["Namur"]
    assert {row.address_id for row in rows} == {around.addresses[0].id}
    assert counts[InvoiceTab.ALL] == len(rows)


@pytest.fixture
def vault(app):
    return app.extensions["ports"].vault


def test_a_page_token_survives_an_address_and_shows_no_key(session, vault):
    from app.services.invoice_list import invoice_page
    from app.services.invoice_paging import Cursor, Order, SortKey

    with in_company(session) as company_id:
        mixed(session, company_id)
        for key in SortKey:
            order = Order(key)
            page = invoice_page(session, query(order=order), size=2)
            token = page.next.write(order, vault=vault)

            assert quote(token) == token
            assert Cursor.read(token, order, backward=False, vault=vault) == page.next
            assert page.next.write(order, vault=vault) != token


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "é",
        "W10",
        "demo.",
        "demo.bnVsbA",
        "demo.é",
        "A" * 4000,
        "demo." + "W1tb" * 500,
        FORMER_TOKEN,
    ],
)
def test_what_is_no_page_token_is_refused(token, vault):
    from app.services.invoice_paging import Cursor, Order, PageUnknown

    with pytest.raises(PageUnknown):
        Cursor.read(token, Order(), backward=False, vault=vault)


def test_a_token_that_somebody_changed_is_refused(session, vault):
    from app.services.invoice_list import invoice_page
    from app.services.invoice_paging import Cursor, Order, PageUnknown

    with in_company(session) as company_id:
        mixed(session, company_id)
        token = invoice_page(session, query(), size=2).next.write(Order(), vault=vault)
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        if place == len(token) - 1:
            continue  # its last bits may say nothing
        with pytest.raises(PageUnknown):
            Cursor.read(changed, Order(), backward=False, vault=vault)


def test_what_was_sealed_for_something_else_is_no_page_token(vault):
    from app.services.invoice_paging import Cursor, Order, PageUnknown

    token = vault.seal('["-issued",1,"2026-01-01",1]', place="second_step|sealed_seed|1")
    with pytest.raises(PageUnknown):
        Cursor.read(token, Order(), backward=False, vault=vault)


def test_a_token_of_another_order_is_refused(session, vault):
    from app.services.invoice_list import invoice_page
    from app.services.invoice_paging import Cursor, Order, PageUnknown, SortKey

    with in_company(session) as company_id:
        mixed(session, company_id)
        token = invoice_page(session, query(), size=2).next.write(Order(), vault=vault)
        with pytest.raises(PageUnknown):
            Cursor.read(token, Order(SortKey.DUE), backward=False, vault=vault)


def test_a_token_of_another_company_opens_nothing_of_it(session):
    from app.services.invoice_list import invoice_page
    from app.services.invoice_paging import Cursor

    theirs = cast.invoice(session, cast.PEETERS)
    with in_company(session, cast.MARTIN):
        cursor = Cursor(theirs.issued_on, theirs.id, 1)
        rows = invoice_page(session, query(cursor=cursor), size=500).rows

    assert theirs.number not in [row.number for row in rows]


def test_twelve_months_end_today():
    from app.services.invoice_list import year_before

    assert year_before(date(2026, 11, 22)) == date(2025, 11, 23)
    assert year_before(date(2028, 2, 29)) == date(2027, 3, 1)
    assert year_before(date(2026, 2, 28)) == date(2025, 3, 1)

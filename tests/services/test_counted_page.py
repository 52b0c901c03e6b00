"""A page that comes with its counts is the same page, and has the same counts, as each by itself."""

from datetime import date

import pytest

from tests import cast
from tests.services.ledger import TODAY, in_company

ASKED = ("all", "paid", "a period", "by due date", "a number", "part of a number", "nothing")


def query(asked):
    from app.domain.invoicing import InvoiceTab
    from app.services.invoice_list import InvoiceQuery
    from app.services.invoice_paging import Order, SortKey
    from app.services.invoice_search import read_search

    return {
        "all": InvoiceQuery(TODAY),
        "paid": InvoiceQuery(TODAY, tab=InvoiceTab.PAID),
        "a period": InvoiceQuery(TODAY, issued_from=date(2026, 1, 1)),
        "by due date": InvoiceQuery(TODAY, order=Order(SortKey.DUE, descending=False)),
        "a number": InvoiceQuery(TODAY, search=read_search("F-2")),
        "part of a number": InvoiceQuery(TODAY, search=read_search("F-2").anywhere),
        "nothing": InvoiceQuery(TODAY, issued_from=date(2199, 1, 1)),
    }[asked]


@pytest.mark.parametrize("asked", ASKED)
def test_page_and_counts_are_those_of_each_alone(session, asked):
    from app.services.invoice_list import counted_page, invoice_page, tab_counts

    with in_company(session, cast.MARTIN):
        page, counts = counted_page(session, query(asked))
        alone = invoice_page(session, query(asked))
        counted = tab_counts(session, query(asked))

    assert [row.number for row in page.rows] == [row.number for row in alone.rows]
    assert (page.first, page.previous, page.next) == (alone.first, alone.previous, alone.next)
    assert counts == counted


def test_statements_are_shared_and_rows_are_not(session):
    """The statement kept for one company asks for another's rows when another is in scope."""
    from app.domain.invoicing import InvoiceTab
    from app.services.invoice_list import counted_page

    found = {}
    for company in (cast.MARTIN, cast.PEETERS):
        with in_company(session, company) as company_id:
            page, counts = counted_page(session, query("all"))
            found[company_id] = {row.number for row in page.rows}, counts[InvoiceTab.ALL]
    (martin, of_martin), (peeters, of_peeters) = found.values()

    assert martin
    assert peeters
    assert not martin & peeters
    assert of_martin != of_peeters

"""The list in the browser: everything stands in the address, nothing in it breaks the page."""

import re

import pytest

from tests import cast
from tests.web.statements import statements


@pytest.fixture
def claire(client):
    cast.sign_in(client, cast.CLAIRE)
    return client


def url(client, query="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/invoices{query}"


def shown(page):
    """The numbers of the rows, in order."""
    return re.findall(r'<a class="key" href="[^"]+">([^<]+)</a>', page.text)


def link(page, rel):
    found = re.search(rf'<a href="([^"]+)" rel="{rel}">', page.text)
    return found and found[1].replace("&amp;", "&")


def test_every_document_is_reached_page_by_page_and_back(claire):
    page, seen, back = claire.get(url(claire)), [], []
    while True:
        seen += shown(page)
        if not link(page, "next"):
            break
        page = claire.get(link(page, "next"))
    while link(page, "prev"):
        page = claire.get(link(page, "prev"))
        back = shown(page) + back

    assert seen == [one.number for one in cast.invoices(claire, cast.MARTIN)]
    assert back == seen[: len(back)]
    assert "1 " in page.text


@pytest.mark.parametrize("tab", ["all", "open", "overdue", "paid", "credit-notes"])
def test_a_tab_shows_its_documents(claire, tab):
    page = claire.get(url(claire, f"?tab={tab}"))

    assert page.status_code == 200
    assert shown(page)


def test_an_overdue_invoice_says_so(claire):
    page = claire.get(url(claire, "?tab=overdue"))

    assert cast.overdue_invoice(claire).number in shown(page)
    assert 'class="pill bad"' in page.text


def test_what_was_asked_stays_in_every_link(claire):
    page = claire.get(url(claire, "?q=F-&order=-amount&period=12m"))
    found = re.findall(r'href="(/c/[^"]+/invoices\?[^"]*tab=[^"]*)"', page.text)
    # Beside those that lead out of the filter, and to a saved one.
    links = [one for one in found if not one.endswith("?tab=all") and "address=" not in one]

    assert links
    assert all("q=F-" in one and "order=-amount" in one and "period=12m" in one for one in links)


def test_the_sorted_column_says_so(claire):
    page = claire.get(url(claire, "?order=due"))

    assert page.text.count("aria-sort=") == 1
    assert 'aria-sort="ascending"' in page.text


def test_a_document_s_link_leads_back_to_the_filtered_list(claire):
    page = claire.get(url(claire, "?tab=paid"))
    href = re.search(r'<a class="key" href="([^"]+)"', page.text)[1].replace("&amp;", "&")

    assert "/invoices?tab=paid" in claire.get(href).text


def test_nothing_found_says_what_to_do(claire):
    page = claire.get(url(claire, "?q=nothing-has-this&period=2025"))

    assert shown(page) == []
    assert "period=2025" not in re.search(r'class="btn btn-main" href="([^"]+)"', page.text)[1]


@pytest.mark.parametrize(
    "query",
    [
        "?tab=none", "?order=colour", "?order=--due", "?period=20x6", "?period=99999", "?period=0001",
        "?from=2026-02-30", "?to=yesterday", "?address=1", "?after=x", "?before=%00", "?after=" + "A" * 3000,
        "?period=٢٠٢٦",
    ],
)  # fmt: skip
def test_an_address_that_says_nothing_is_refused_politely(claire, query):
    assert claire.get(url(claire, query)).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00", "?q=" + "x" * 5000, "?q=%ED%A0%80", "?q='%3B--", "?from=2026-06-01&to=2026-01-01",
        "?from=0001-01-01", "?to=9999-12-31", "?tab=&order=&period=&address=&q=", "?unknown=1", "?q=1&q=2",
    ],
)  # fmt: skip
def test_odd_but_possible_addresses_work(claire, query):
    assert claire.get(url(claire, query)).status_code == 200


@pytest.mark.parametrize(
    ("email", "company"), [(cast.PIETER, cast.PEETERS), (cast.LEA, cast.MARTIN)]
)
def test_a_link_to_an_address_that_its_reader_does_not_see_says_so_and_nothing_of_it(
    client, email, company
):
    theirs = cast.address(client, "Liège").public_id
    cast.sign_in(client, email, language="en")
    page = client.get(url(client, f"?address={theirs}&tab=overdue", company))
    nobodys = url(client, "?address=00000000-0000-0000-0000-000000000000&tab=overdue", company)

    assert page.status_code == 404
    assert "an address that you do not see" in page.text
    assert 'invoices?tab=all"' in page.text
    assert "Liège" not in page.text
    assert [len(client.get(nobodys).text)] == [len(page.text)]


@pytest.mark.parametrize("email", [cast.PIETER, cast.MARC, cast.ANA, cast.SOFIA])
def test_others_find_no_such_list(client, email):
    cast.sign_in(client, email)

    assert client.get(url(client)).status_code == 404


def test_somebody_of_one_address_sees_that_one_everywhere(client):
    cast.sign_in(client, cast.LEA)
    page = client.get(url(client))
    namur = cast.address(client, "Namur").id
    theirs = [one.number for one in cast.invoices(client, cast.MARTIN) if one.address_id == namur]

    assert shown(page) == theirs[:25]
    assert "Eupen" not in page.text


def test_a_viewer_reads_the_list(client):
    cast.sign_in(client, cast.VERA)

    assert shown(client.get(url(client)))


def test_what_somebody_typed_is_shown_as_text(claire):
    page = claire.get(url(claire, "?q=<script>alert(1)</script>"))

    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "query", ["", "?tab=open", "?order=due", "?q=F-2026", "?q=zzz", "?period=12m"]
)
def test_a_page_takes_three_statements_beside_the_one_of_the_person(claire, app, query):
    address = url(claire, query)
    claire.get(address)
    with statements(app) as seen:
        claire.get(address)

    of_the_person = [one for one in seen if "login_session" in one or "membership" in one]
    selects = [one for one in seen if one.lstrip().upper().startswith("SELECT")]
    settings = [one for one in selects if "set_config" in one and "FROM" not in one]
    assert settings == []
    assert len(of_the_person) == 1
    assert len(selects) <= (4 if "q=" in query else 3)

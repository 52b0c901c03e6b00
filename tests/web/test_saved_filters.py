"""Saved filters in the browser: above the list, shared by their address, managed on a page of their own."""

import re

import pytest
from sqlalchemy import select

from app.models import SavedFilter
from tests import cast
from tests.web.statements import statements


@pytest.fixture
def claire(client):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    return client, token


def url(client, path="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/invoices{path}"


def kept(client, email=cast.CLAIRE):
    owner = cast.user(client, email).id
    rows = select(SavedFilter).where(SavedFilter.user_id == owner, SavedFilter.removed_at.is_(None))
    return {one.name: one for one in cast._all(client, rows)}


def save(client, token, name, query="?tab=open&q=F-", **more):
    form = {"csrf_token": token, "name": name, **more}
    return client.post(url(client, f"/filters/new{query}"), data=form)


def of(client, name, path):
    return url(client, f"/filters/{kept(client)[name].public_id}{path}")


def test_what_the_list_shows_is_saved_under_a_name_and_stands_above_it(claire):
    client, token = claire
    page = client.get(url(client, "?tab=open&q=F-"))
    way = re.search(r'href="([^"]+/filters/new[^"]*)"', page.text)[1].replace("&amp;", "&")
    assert "Open" in client.get(way).text
    answer = client.post(way, data={"csrf_token": token, "name": "To pay"})

    assert answer.status_code == 303
    assert answer.location.endswith("/invoices?tab=open&q=F-")
    page = client.get(answer.location).text
    assert re.search(r'href="[^"]+\?tab=open&amp;q=F-" aria-current="true">To pay', page)
    assert "/filters/new" not in page


def test_the_whole_list_offers_nothing_to_save(claire):
    client, _token = claire

    assert "/filters/new" not in client.get(url(client, "?tab=all")).text


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "name-error"), ("x" * 61, "name-error"), ("NAMUR, en RETARD", "name-error")],
)
def test_a_name_that_cannot_be_is_said_beside_its_field(claire, name, says):
    client, token = claire
    answer = save(client, token, name)

    assert answer.status_code == 422
    assert says in answer.text
    assert len(kept(client)) == 1


def test_a_filter_is_renamed(claire):
    client, token = claire
    form = {"csrf_token": token, "name": "Namur"}

    assert client.post(of(client, "Namur, en retard", "/edit"), data=form).status_code == 303
    assert list(kept(client)) == ["Namur"]


def test_a_filter_is_removed_and_brought_back(claire):
    client, token = claire
    restore = of(client, "Namur, en retard", "/restore")
    path = of(client, "Namur, en retard", "/remove")
    answer = client.post(path, data={"csrf_token": token})
    assert kept(client) == {}

    assert restore in client.get(answer.location).text
    for _twice in range(2):
        assert client.post(restore, data={"csrf_token": token}).status_code == 303
    assert list(kept(client)) == ["Namur, en retard"]


def test_the_default_view_opens_the_list_and_all_documents_leads_out_of_it(claire):
    client, token = claire
    save(client, token, "To pay", is_default="y")
    answer = client.get(url(client))

    assert answer.status_code == 302
    assert answer.location.endswith("/invoices?tab=open&q=F-")
    page = client.get(answer.location).text
    everything = re.search(r'href="([^"]+\?tab=all)"', page)[1]
    assert client.get(everything).status_code == 200
    assert "F-" in page


def test_a_default_view_of_an_address_that_is_no_longer_seen_is_passed_over(claire):
    from app.security.cross_company import cross_company
    from app.services.saved_filters import FilterOwner, FilterValues, save_filter

    client, _token = claire
    lea, martin = cast.user(client, cast.LEA), cast.company(client, cast.MARTIN)
    query = f"address={cast.address(client, 'Liège').public_id}"
    with client.application.app_context(), cross_company("a test") as session:
        owner = FilterOwner(martin.id, lea.id)
        save_filter(session, owner, FilterValues("Liège before", True), query=query)
        session.commit()
    cast.sign_in(client, cast.LEA, language="en")

    assert client.get(url(client)).status_code == 200
    page = client.get(url(client, "/filters")).text
    assert "An address that you do not see" in page


def test_a_link_shows_a_colleague_with_the_same_rights_the_same_documents(claire):
    client, _token = claire
    link = url(client, f"?tab=overdue&address={cast.address(client, 'Namur').public_id}")
    shown = re.findall(r'class="key" href="[^"]+">([^<]+)<', client.get(link).text)
    for email in (cast.BRUNO, cast.LEA, cast.VERA):
        cast.sign_in(client, email)
        assert re.findall(r'class="key" href="[^"]+">([^<]+)<', client.get(link).text) == shown


def test_a_colleague_finds_no_filter_of_mine(claire):
    client, _token = claire
    edit, remove = (
        of(client, "Namur, en retard", "/edit"),
        of(client, "Namur, en retard", "/remove"),
    )
    token = cast.sign_in(client, cast.BRUNO)

    assert client.get(edit).status_code == 404
    assert client.post(remove, data={"csrf_token": token}).status_code == 404
    assert "Namur, en retard" not in client.get(url(client, "/filters")).text
    assert "Namur, en retard" in kept(client)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?tab=none", 400),
        ("?address=1", 400),
        ("?address=00000000-0000-0000-0000-000000000000", 404),
    ],
)
def test_what_is_no_filter_is_not_saved(claire, query, status):
    client, token = claire

    assert save(client, token, "Odd", query).status_code == status


def test_an_address_of_another_company_is_not_saved(claire):
    client, _token = claire
    theirs = cast.address(client, "Namur").public_id
    token = cast.sign_in(client, cast.PIETER)
    path = url(client, f"/filters/new?address={theirs}", cast.PEETERS)

    assert client.post(path, data={"csrf_token": token, "name": "Theirs"}).status_code == 404


@pytest.mark.parametrize("email", [cast.PIETER, cast.MARC, cast.ANA, cast.SOFIA])
def test_others_find_no_such_page(client, email):
    cast.sign_in(client, email)

    assert client.get(url(client, "/filters")).status_code == 404


def test_a_viewer_keeps_filters_too(client):
    token = cast.sign_in(client, cast.VERA)

    assert save(client, token, "Mine").status_code == 303
    assert list(kept(client, cast.VERA)) == ["Mine"]


def test_what_somebody_typed_is_shown_as_text(claire):
    client, token = claire
    save(client, token, "<script>alert(1)</script>")

    assert "<script>alert" not in client.get(url(client, "?tab=all")).text
    assert "<script>alert" not in client.get(url(client, "/filters")).text


def test_filters_add_no_statement_to_the_list(claire):
    client, token = claire
    counts = []
    for _look in range(2):
        client.get(url(client, "?tab=all"))
        with statements(client.application) as seen:
            client.get(url(client, "?tab=all"))
        counts.append(len(seen))
        for number in range(8):
            save(client, token, f"Filter {number}")

    assert counts[0] == counts[1]
    assert "All 9 saved filters" in client.get(url(client, "?tab=all")).text

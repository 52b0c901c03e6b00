"""Details of a company in the portal: read by everybody, changed by its administrators, told to whoever was second."""

import pytest

from tests import cast

PRINCIPAL = 2
"""Statements that say who is asking, on every page."""


def url(client, path="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/company{path}"


def details(**values):
    stored = {
        "email": "info@boulangerie-martin.example",
        "phone": "+32 4 000 10 01",
        "website": "",
        "language": "fr",
        "street": "Rue du Four 12",
        "additional_street": "",
        "postcode": "4000",
        "city": "Liège",
        "country": "BE",
    }
    return stored | values


def version(client, name=cast.MARTIN):
    return cast.company(client, name).updated_at.isoformat()


@pytest.mark.parametrize("email", [cast.CLAIRE, cast.BRUNO, cast.VERA, cast.LEA, cast.INES])
def test_everybody_of_the_company_reads_its_details(client, email):
    cast.sign_in(client, email)
    page = client.get(url(client))

    assert page.status_code == 200
    for text in ("0990.200.249", "Boulangerie Martin SRL", "Marc Manager", "marc@issuer.example"):
        assert text in page.text
    assert ("/company/edit" in page.text) == (email == cast.CLAIRE)


def test_an_administrator_changes_the_details_and_the_page_tells_who_and_what(client):
    token = cast.sign_in(client, cast.CLAIRE)
    form = details(website="www.martin.example", version=version(client), csrf_token=token)
    answer = client.post(url(client, "/edit"), data=form)

    assert (answer.status_code, answer.location) == (303, url(client))
    page = client.get(url(client)).text
    assert "https://www.martin.example" in page
    assert "Claire Dubois" in page


@pytest.mark.parametrize("email", [cast.BRUNO, cast.VERA, cast.LEA])
def test_others_are_refused_also_by_a_direct_post(client, email):
    token = cast.sign_in(client, email)
    form = details(city="Verviers", version=version(client), csrf_token=token)

    assert client.get(url(client, "/edit")).status_code == 403
    assert client.post(url(client, "/edit"), data=form).status_code == 403
    assert cast.company(client, cast.MARTIN).city == "Liège"


def test_the_company_of_others_does_not_exist(client):
    cast.sign_in(client, cast.PIETER)

    assert client.get(url(client)).status_code == 404
    assert client.get(url(client, "/edit")).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", "nobody"),
        ("phone", "call me"),
        ("website", "javascript:alert(1)"),
        ("website", "http://user:secret@martin.example"),
        ("street", "x" * 201),
        ("country", "XX"),
        ("language", "it"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field_and_nothing_typed_is_lost(
    client, field, typed
):
    token = cast.sign_in(client, cast.CLAIRE)
    form = details(city="Kept anyway", version=version(client), csrf_token=token) | {field: typed}
    answer = client.post(url(client, "/edit"), data=form)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Kept anyway" in answer.text
    assert cast.company(client, cast.MARTIN).city == "Liège"


def test_the_second_of_two_editors_is_told_and_overwrites_only_by_a_second_save(client):
    token = cast.sign_in(client, cast.CLAIRE)
    seen = version(client)
    first = details(phone="+32 4 111 11 11", version=seen, csrf_token=token)
    assert client.post(url(client, "/edit"), data=first).status_code == 303

    second = details(city="Seraing", version=seen, csrf_token=token)
    answer = client.post(url(client, "/edit"), data=second)
    assert answer.status_code == 409
    assert "Seraing" in answer.text
    assert "+32 4 111 11 11" in answer.text
    assert cast.company(client, cast.MARTIN).city == "Liège"

    again = second | {"version": version(client)}
    assert client.post(url(client, "/edit"), data=again).status_code == 303
    assert cast.company(client, cast.MARTIN).city == "Seraing"


def test_a_postcode_that_looks_wrong_is_kept_and_mentioned(client):
    token = cast.sign_in(client, cast.CLAIRE)
    form = details(postcode="40000", version=version(client), csrf_token=token)
    client.post(url(client, "/edit"), data=form)

    assert cast.company(client, cast.MARTIN).postcode == "40000"
    assert "40000" in client.get(url(client)).text


def test_names_and_numbers_cannot_be_slipped_into_the_form(client):
    token = cast.sign_in(client, cast.CLAIRE)
    form = details(phone="+32 4 2", version=version(client), csrf_token=token)
    client.post(url(client, "/edit"), data=form | {"name": "Mine", "vat_number": "BE1"})

    company = cast.company(client, cast.MARTIN)
    assert (company.name, company.vat_number) == (cast.MARTIN, "BE 0990.200.249")
    assert company.phone == "+32 4 2"


@pytest.mark.parametrize(
    ("path", "most"),
    [("", 2), ("/addresses", 2), ("/contacts", 2), ("/history", 1), ("/edit", 2)],
)
def test_a_page_asks_little_of_the_database(client, path, most):
    from tests.web.statements import statements

    cast.sign_in(client, cast.CLAIRE)
    address = url(client, path)
    client.get(address)
    with statements(client.application) as seen:
        client.get(address)

    assert len(seen) <= PRINCIPAL + most, "\n\n".join(seen)

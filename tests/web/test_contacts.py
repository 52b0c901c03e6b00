"""Contacts in the portal: added, changed, removed after a question, and brought back."""

import pytest

from tests import cast


def url(client, path="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/company/contacts{path}"


def contact(client, name):
    return next(one for one in cast.contacts(client, cast.MARTIN) if one.name == name)


def of(client, name, path=""):
    return url(client, f"/{contact(client, name).public_id}{path}")


def names(client):
    return [one.name for one in cast.contacts(client, cast.MARTIN)]


def person(token, **values):
    stored = {
        "name": "Paul Pain",
        "position": "Boulanger",
        "topic": "ORDERS",
        "email": "Paul@Boulangerie-Martin.example",
        "phone": "+32 4 000 10 09",
        "address_id": "",
        "csrf_token": token,
    }
    return stored | values


def stored(client, name, token, **values):
    row = contact(client, name)
    known = {field: getattr(row, field) or "" for field in ("name", "position", "email", "phone")}
    return (
        person(token, **known, topic=row.topic.value, version=row.updated_at.isoformat()) | values
    )


def test_a_contact_is_added_with_its_address_in_one_spelling(client):
    token = cast.sign_in(client, cast.BRUNO)
    place = cast.address(client, "Namur")
    form = person(token, address_id=str(place.public_id))
    assert client.post(url(client, "/new"), data=form).status_code == 303

    row = contact(client, "Paul Pain")
    assert (row.email, row.topic) == ("paul@boulangerie-martin.example", "ORDERS")
    assert row.address_id == place.id
    page = client.get(url(client)).text
    assert "Paul Pain" in page
    assert "Bruno Billing" in page


def test_a_contact_is_changed(client):
    token = cast.sign_in(client, cast.CLAIRE)
    form = stored(client, "Bruno Billing", token, phone="+32 4 999")
    assert client.post(of(client, "Bruno Billing", "/edit"), data=form).status_code == 303
    assert contact(client, "Bruno Billing").phone == "+32 4 999"


def test_a_contact_is_removed_after_a_question_and_comes_back_once(client):
    token = cast.sign_in(client, cast.CLAIRE)
    question = client.get(of(client, "Léa Namur", "/remove"))
    assert "Léa Namur" in question.text
    before = contact(client, "Léa Namur")
    answer = client.post(of(client, "Léa Namur", "/remove"), data={"csrf_token": token})
    assert "Léa Namur" not in names(client)

    page = client.get(answer.location).text
    restore = url(client, f"/{before.public_id}/restore")
    assert restore in page
    assert client.post(restore, data={"csrf_token": token}).status_code == 303
    assert client.post(restore, data={"csrf_token": token}).status_code == 303
    assert names(client).count("Léa Namur") == 1
    after = contact(client, "Léa Namur")
    assert (after.public_id, after.email, after.address_id, after.topic) == (
        before.public_id,
        before.email,
        before.address_id,
        before.topic,
    )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 121}),
        ("email", {"email": "", "phone": ""}),
        ("email", {"email": "paul"}),
        ("phone", {"phone": "soon"}),
        ("topic", {"topic": "GOSSIP"}),
        ("address_id", {"address_id": "5f0e8c1e-0000-4000-8000-000000000000"}),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(client, field, values):
    token = cast.sign_in(client, cast.CLAIRE)
    answer = client.post(url(client, "/new"), data=person(token, **values))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Boulanger" in answer.text


def test_the_second_of_two_editors_is_told(client):
    token = cast.sign_in(client, cast.CLAIRE)
    seen = stored(client, "Bruno Billing", token)
    path = of(client, "Bruno Billing", "/edit")
    client.post(path, data=seen | {"phone": "+32 4 999"})
    answer = client.post(path, data=seen | {"position": "Chef"})

    assert answer.status_code == 409
    assert "Chef" in answer.text
    assert "+32 4 999" in answer.text
    assert contact(client, "Bruno Billing").position == "Comptabilité"


def test_a_viewer_reads_and_is_refused_everything_else(client):
    token = cast.sign_in(client, cast.VERA)
    page = client.get(url(client))
    assert page.status_code == 200
    assert "/edit" not in page.text
    assert "/remove" not in page.text
    for path in ("/edit", "/remove", "/restore"):
        answer = client.post(of(client, "Bruno Billing", path), data=person(token))
        assert answer.status_code == 403
    assert client.post(url(client, "/new"), data=person(token)).status_code == 403


def test_somebody_limited_to_an_address_changes_the_contacts_of_it_only(client):
    token = cast.sign_in(client, cast.LEA)
    page = client.get(url(client)).text
    assert "Claire Dubois" in page
    assert of(client, "Léa Namur", "/edit") in page
    assert of(client, "Claire Dubois", "/edit") not in page
    assert client.get(of(client, "Claire Dubois", "/edit")).status_code == 403
    removal = client.post(of(client, "Claire Dubois", "/remove"), data={"csrf_token": token})
    assert removal.status_code == 403

    everywhere = client.post(url(client, "/new"), data=person(token))
    assert everywhere.status_code == 422
    elsewhere = person(token, address_id=str(cast.address(client, "Liège").public_id))
    assert client.post(url(client, "/new"), data=elsewhere).status_code == 422
    here = person(token, address_id=str(cast.address(client, "Namur").public_id))
    assert client.post(url(client, "/new"), data=here).status_code == 303


def test_the_contacts_of_others_do_not_exist(client):
    token = cast.sign_in(client, cast.PIETER)
    foreign = contact(client, "Bruno Billing").public_id
    for path in ("/edit", "/remove"):
        assert client.get(url(client, f"/{foreign}{path}", cast.PEETERS)).status_code == 404
        assert client.get(url(client, f"/{foreign}{path}")).status_code == 404
    restore = url(client, f"/{foreign}/restore", cast.PEETERS)
    client.post(restore, data={"csrf_token": token})
    assert len(names(client)) == 3

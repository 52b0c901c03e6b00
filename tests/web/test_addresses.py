"""Addresses in the portal: behind the pencil, with a trail, a way back and a word to the second of two editors."""

import re

import pytest

from tests import cast


def url(client, path="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/company/addresses{path}"


def of(client, name, path=""):
    return url(client, f"/{cast.address(client, name).public_id}{path}")


def namur(client, token, **values):
    stored = {
        "name": "Namur",
        "street": "Rue de la Meuse 5",
        "postcode": "5000",
        "city": "Namur",
        "country": "BE",
        "delivery_mode": "EMAIL",
        "billing_emails": "namur@boulangerie-martin.example",
        "buyer_reference": "MARTIN-NAMUR",
        "version": cast.address(client, "Namur").updated_at.isoformat(),
        "csrf_token": token,
    }
    return stored | values


def emails_of(client, name):
    page = client.get(of(client, name)).text
    return sorted(set(re.findall(r"[\w.]+@[\w.-]+\.example", page)) - {"clients@issuer.example"})


@pytest.mark.parametrize(
    ("email", "names", "may_edit"),
    [
        (cast.CLAIRE, ("Liège", "Namur", "Eupen"), True),
        (cast.BRUNO, ("Liège", "Namur", "Eupen"), True),
        (cast.VERA, ("Liège", "Namur", "Eupen"), False),
        (cast.LEA, ("Namur",), True),
    ],
)
def test_each_sees_the_addresses_and_the_pencils_that_are_theirs(client, email, names, may_edit):
    cast.sign_in(client, email)
    page = client.get(url(client)).text

    shown = {name for name in ("Liège", "Namur", "Eupen") if f">{name}</a></h2>" in page}
    assert shown == set(names)
    assert (page.count("/edit") == len(names)) == may_edit
    assert ("addresses/new" in page) == (may_edit and email != cast.LEA)


def test_the_delivery_mode_is_chosen_behind_the_pencil_and_can_be_undone(client):
    token = cast.sign_in(client, cast.BRUNO)
    form = namur(client, token, delivery_mode="PEPPOL_AND_EMAIL")
    answer = client.post(of(client, "Namur", "/edit"), data=form)
    assert (answer.status_code, answer.location) == (303, of(client, "Namur"))
    assert cast.address(client, "Namur").delivery_mode == "PEPPOL_AND_EMAIL"

    page = client.get(of(client, "Namur")).text
    assert "Bruno Billing" in page
    assert "PEPPOL + EMAIL" in page
    seen = {
        "version": cast.address(client, "Namur").updated_at.isoformat(),
        "csrf_token": token,
    }
    assert client.post(of(client, "Namur", "/undo"), data=seen).status_code == 303
    assert cast.address(client, "Namur").delivery_mode == "EMAIL"


def test_email_alone_is_kept_and_explained_to_a_company_that_charges_vat(client):
    cast.sign_in(client, cast.CLAIRE)
    assert 'class="note warn"' in client.get(of(client, "Namur")).text
    assert 'class="note warn"' not in client.get(of(client, "Liège")).text


def test_billing_emails_are_kept_once_each_in_small_letters(client):
    token = cast.sign_in(client, cast.CLAIRE)
    typed = "Compta@Martin.example, compta@martin.example\nanna@martin.example"
    form = namur(client, token, billing_emails=typed)
    client.post(of(client, "Namur", "/edit"), data=form)

    found = emails_of(client, "Namur")
    assert {"anna@martin.example", "compta@martin.example"} <= set(found)
    assert len([one for one in found if one.casefold() == "compta@martin.example"]) == 1


def test_each_wrong_email_is_named_and_nothing_typed_is_lost(client):
    token = cast.sign_in(client, cast.CLAIRE)
    typed = "good@martin.example wrong@martin other"
    form = namur(client, token, billing_emails=typed, street="Kept 1")
    answer = client.post(of(client, "Namur", "/edit"), data=form)

    assert answer.status_code == 422
    errors = answer.text.partition('id="billing_emails-error"')[2].partition("</div>")[0]
    assert "wrong@martin" in errors
    assert "other" in errors
    assert "good@martin" not in errors
    assert "Kept 1" in answer.text
    assert cast.address(client, "Namur").street == "Rue de la Meuse 5"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "x" * 101),
        ("name", "liège"),
        ("delivery_mode", "PIGEON"),
        ("country", "ZZ"),
        ("postcode", "1" * 21),
        ("billing_emails", " ".join(f"p{number}@martin.example" for number in range(21))),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(client, field, typed):
    token = cast.sign_in(client, cast.CLAIRE)
    answer = client.post(of(client, "Namur", "/edit"), data=namur(client, token) | {field: typed})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_the_second_of_two_editors_is_told_who_was_quicker(client):
    token = cast.sign_in(client, cast.CLAIRE)
    seen = namur(client, token)
    client.post(of(client, "Namur", "/edit"), data=seen | {"delivery_mode": "PEPPOL"})
    answer = client.post(of(client, "Namur", "/edit"), data=seen | {"street": "Rue Neuve 1"})

    assert answer.status_code == 409
    assert "Rue Neuve 1" in answer.text
    assert "PEPPOL" in answer.text
    assert cast.address(client, "Namur").street == "Rue de la Meuse 5"
    assert cast.address(client, "Namur").delivery_mode == "PEPPOL"


def test_an_address_is_added_made_the_default_archived_and_restored(client):
    token = cast.sign_in(client, cast.CLAIRE)
    form = namur(client, token, name="Dinant", is_default="y", buyer_reference="")
    assert client.post(url(client, "/new"), data=form).status_code == 303
    assert cast.address(client, "Dinant").is_default
    assert not cast.address(client, "Liège").is_default

    only_token = {"csrf_token": token}
    client.post(of(client, "Dinant", "/archive"), data=only_token)
    assert cast.address(client, "Dinant").archived_at is None

    client.post(of(client, "Liège", "/default"), data=only_token)
    assert "Dinant" in client.get(of(client, "Dinant", "/archive")).text
    assert client.post(of(client, "Dinant", "/archive"), data=only_token).status_code == 303
    assert cast.address(client, "Dinant").archived_at is not None
    assert client.post(of(client, "Dinant", "/restore"), data=only_token).status_code == 303
    assert cast.address(client, "Dinant").archived_at is None


def test_the_only_address_stays(client):
    token = cast.sign_in(client, cast.PIETER)
    path = f"/{cast.address(client, 'Leuven').public_id}/archive"
    client.post(url(client, path, cast.PEETERS), data={"csrf_token": token})

    assert cast.address(client, "Leuven").archived_at is None


POSTS = ("/edit", "/undo", "/default", "/archive", "/restore")


def test_a_viewer_is_refused_also_by_a_direct_post(client):
    token = cast.sign_in(client, cast.VERA)
    for path in POSTS:
        assert client.post(of(client, "Namur", path), data=namur(client, token)).status_code == 403
    assert client.post(url(client, "/new"), data=namur(client, token)).status_code == 403


def test_somebody_limited_to_an_address_edits_it_and_nothing_else(client):
    token = cast.sign_in(client, cast.LEA)
    for path in ("/default", "/archive", "/restore"):
        assert client.post(of(client, "Namur", path), data=namur(client, token)).status_code == 403
    assert client.get(of(client, "Namur", "/archive")).status_code == 403
    assert client.get(url(client, "/new")).status_code == 403
    assert client.post(url(client, "/new"), data=namur(client, token)).status_code == 403
    assert client.get(of(client, "Liège", "/edit")).status_code == 404

    form = namur(client, token, billing_emails="lea@boulangerie-martin.example")
    assert client.post(of(client, "Namur", "/edit"), data=form).status_code == 303
    assert emails_of(client, "Namur").count("lea@boulangerie-martin.example") == 1


def test_the_addresses_of_others_do_not_exist(client):
    token = cast.sign_in(client, cast.PIETER)
    own = f"/c/{cast.company_id(client, cast.PEETERS)}/company/addresses"
    foreign = cast.address(client, "Namur").public_id
    for path in ("", "/edit", "/archive"):
        assert client.get(f"{own}/{foreign}{path}").status_code == 404
        assert client.get(of(client, "Namur", path)).status_code == 404
    for path in POSTS:
        answer = client.post(f"{own}/{foreign}{path}", data=namur(client, token))
        assert answer.status_code == 404

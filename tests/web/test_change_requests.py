"""Asking for a change in the portal: warned of check digits, seen by the whole company, withdrawn."""

import re

import pytest
from sqlalchemy import select

from app.models import ChangeRequest
from tests import cast
from tests.mails import last_mail

NEW = {"vat_number": "BE 0990.700.788", "enterprise_number": "0990.700.788"}


def url(client, path="/changes/new", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/company{path}"


def form(token, **values):
    stored = {"vat_number": "BE 0990.200.249", "enterprise_number": "0990.200.249"}
    return {"csrf_token": token, "reason": "A deed of last week."} | stored | values


def requests(client):
    return cast._all(client, select(ChangeRequest).order_by(ChangeRequest.id))


@pytest.fixture
def claire(client):
    return client, cast.sign_in(client, cast.CLAIRE, language="en")


def test_an_administrator_asks_and_the_manager_gets_a_mail(claire, run_jobs):
    client, token = claire
    page = client.get(url(client)).text
    assert 'value="0990.200.249"' in page
    assert 'id="name"' not in page  # a change of the name waits already
    answer = client.post(url(client), data=form(token, **NEW))

    assert answer.status_code == 303
    assert {one.new_value for one in requests(client)[1:]} == set(NEW.values())
    page = client.get(answer.location).text
    assert "BE 0990.700.788" in page
    run_jobs()
    mail = last_mail(client, cast.MARC)
    assert "BE 0990.200.249 → BE 0990.700.788" in mail.text
    assert "A deed of last week." in mail.text


def test_wrong_check_digits_are_said_before_it_is_sent(claire):
    client, token = claire
    typed = form(token, vat_number="BE 0990.700.792")
    answer = client.post(url(client), data=typed)
    assert answer.status_code == 422
    assert "check digits look wrong" in answer.text
    assert len(requests(client)) == 1

    confirmed = re.search(r'name="confirmed" value="([^"]*)"', answer.text)[1]
    other = form(token, vat_number="BE 0990.700.793", confirmed=confirmed)
    assert client.post(url(client), data=other).status_code == 422
    assert client.post(url(client), data=typed | {"confirmed": confirmed}).status_code == 303
    assert requests(client)[1].new_value == "BE 0990.700.792"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "Change at least one"),
        (NEW | {"reason": ""}, "reason-error"),
        (NEW | {"enterprise_number": ""}, "enterprise_number-error"),
        (NEW | {"vat_number": "1" * 41}, "vat_number-error"),
    ],
)
def test_what_cannot_be_is_said_on_the_form(claire, values, says):
    client, token = claire
    answer = client.post(url(client), data=form(token, **values))

    assert answer.status_code == 422
    assert says in answer.text
    assert len(requests(client)) == 1


def test_the_request_and_its_values_are_in_the_history(claire):
    client, token = claire
    client.post(url(client), data=form(token, **NEW))
    page = client.get(url(client, "/history")).text

    assert "A change was asked for: VAT number" in page
    assert "BE 0990.700.788" in page


def test_who_asked_withdraws_it(claire):
    client, token = claire
    path = url(client, f"/changes/{requests(client)[0].public_id}/withdraw")
    assert path in client.get(url(client, "")).text
    assert client.post(path, data={"csrf_token": token}).status_code == 303

    assert requests(client)[0].state == "WITHDRAWN"
    assert "Withdrawn" in client.get(url(client, "/changes")).text
    assert path not in client.get(url(client, "")).text


@pytest.mark.parametrize("email", [cast.BRUNO, cast.VERA])
def test_other_roles_see_what_was_asked_for_and_ask_for_nothing(client, email):
    token = cast.sign_in(client, email)
    page = client.get(url(client, "")).text
    withdraw = url(client, f"/changes/{requests(client)[0].public_id}/withdraw")

    assert "Boulangerie Martin et Filles SRL" in page
    assert "/changes/new" not in page
    assert withdraw not in page
    assert client.get(url(client)).status_code == 403
    assert client.post(url(client), data=form(token, **NEW)).status_code == 403
    assert client.post(withdraw, data={"csrf_token": token}).status_code == 403


def test_somebody_limited_to_an_address_sees_nothing_of_it(client):
    cast.sign_in(client, cast.LEA)

    assert "Boulangerie Martin et Filles SRL" not in client.get(url(client, "")).text
    assert client.get(url(client)).status_code == 403
    assert client.get(url(client, "/changes")).status_code == 403


@pytest.fixture
def limited_administrator(app):
    """Claire, limited to Namur."""
    from app.models import Membership, MembershipAddress
    from app.security.cross_company import cross_company

    company, namur = cast.company(app, cast.MARTIN), cast.address(app, "Namur")
    with app.app_context(), cross_company("a test") as session:
        number = cast.membership(app, cast.CLAIRE, cast.MARTIN).id
        session.get_one(Membership, number).limited_to_addresses = True
        ids = {"company_id": company.id, "membership_id": number, "address_id": namur.id}
        session.add(MembershipAddress(**ids))
        session.commit()


def test_an_administrator_limited_to_an_address_does_not_ask_for_the_whole(
    limited_administrator, claire
):
    client, token = claire
    withdraw = url(client, f"/changes/{requests(client)[0].public_id}/withdraw")

    assert client.get(url(client)).status_code == 403
    assert client.post(withdraw, data={"csrf_token": token}).status_code == 403
    assert "/changes/new" not in client.get(url(client, "")).text


def test_others_find_nothing_of_it(client):
    token = cast.sign_in(client, cast.PIETER)
    theirs = requests(client)[0].public_id

    assert client.get(url(client)).status_code == 404
    for company in (cast.MARTIN, cast.PEETERS):
        path = url(client, f"/changes/{theirs}/withdraw", company)
        assert client.post(path, data={"csrf_token": token}).status_code == 404
    assert requests(client)[0].state == "OPEN"


def test_what_somebody_typed_is_shown_as_text(claire):
    client, token = claire
    typed = form(
        token, vat_number="<script>alert(1)</script>", confirmed="<script>alert(1)</script>"
    )
    client.post(url(client), data=typed)

    for path in ("", "/changes/new", "/history"):
        assert "<script>alert" not in client.get(url(client, path)).text

"""Access of the people of a company, in the portal: seen by all, changed and taken back by administrators."""

import re
from datetime import timedelta

import pytest

from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.roles import EmployerRole
from app.security.cross_company import cross_company
from tests import cast
from tests.access import NEW, alter, invitation_form, of, people, row_of, stored, url
from tests.invitations import invitations
from tests.mails import mails
from tests.web.backoffice.trail import events
from tests.web.signing_in import sign_in as sign_in_by_form

PAUL = "paul@boulangerie-martin.example"

# --- seeing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [cast.CLAIRE, cast.BRUNO, cast.VERA])
def test_everybody_of_the_company_reads_who_has_access_and_who_is_invited(client, who):
    cast.sign_in(client, who, language="en")
    page = client.get(url(client)).text

    for email in (cast.CLAIRE, cast.BRUNO, cast.VERA, cast.LEA, cast.INES, PAUL):
        assert email in page
    assert "Administrator of the company" in page
    assert "your own addresses" not in page


def test_only_administrators_find_something_to_do(client):
    cast.sign_in(client, cast.CLAIRE, language="en")
    assert "Add user access" in client.get(url(client)).text

    cast.sign_in(client, cast.VERA, language="en")
    page = client.get(url(client)).text
    assert "Add user access" not in page
    assert "/edit" not in page
    assert "/remove" not in page
    assert "/resend" not in page


@pytest.mark.parametrize("who", [cast.BRUNO, cast.VERA, cast.LEA])
@pytest.mark.parametrize("path", ["/add", "edit", "remove"])
def test_who_is_no_administrator_changes_nothing(client, who, path):
    token = cast.sign_in(client, who)
    address = url(client, path) if path.startswith("/") else of(client, cast.VERA, f"/{path}")

    assert client.get(address).status_code == 403
    assert client.post(address, data=invitation_form(token)).status_code == 403


@pytest.mark.parametrize("path", ["", "/add"])
def test_another_company_does_not_exist(client, path):
    token = cast.sign_in(client, cast.PIETER)

    assert client.get(url(client, path)).status_code == 404
    assert client.post(url(client, "/add"), data=invitation_form(token)).status_code == 404


def test_people_of_another_company_cannot_be_reached_through_ones_own(client):
    token = cast.sign_in(client, cast.PIETER)
    own = url(client, company=cast.PEETERS)
    vera, paul = row_of(client, cast.VERA).public_id, invitations(client, PAUL)[0].public_id

    for path in (f"/{vera}/edit", f"/{vera}/remove", f"/invitations/{paul}/revoke"):
        assert client.get(own + path).status_code == 404
        assert client.post(own + path, data={"csrf_token": token}).status_code == 404
    assert cast.user(client, cast.VERA).id in people(client)


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get(url(client)).location.startswith("/login")


def test_who_is_limited_to_addresses_sees_nobody_beyond_them(client):
    cast.sign_in(client, cast.LEA, language="en")
    page = client.get(url(client)).text

    assert "You see the people who have access to your own addresses" in page
    assert cast.LEA in page
    for email in (cast.CLAIRE, cast.BRUNO, cast.VERA, cast.INES, PAUL):
        assert email not in page


def test_when_somebody_was_last_here_is_written_and_shown(client, app):
    from tests.web.statements import statements

    cast.sign_in(client, cast.VERA)
    home = f"/c/{cast.company_id(client, cast.MARTIN)}/"
    assert row_of(client, cast.VERA).last_seen_at is None
    before = row_of(client, cast.VERA).updated_at
    client.get(home)
    seen = row_of(client, cast.VERA)
    assert now() - seen.last_seen_at < timedelta(seconds=30)
    assert seen.updated_at == before, "the access itself did not change"

    with statements(app) as again:
        client.get(home)
    assert [one for one in again if one.startswith("UPDATE")] == []
    alter(app, cast.VERA, last_seen_at=now() - timedelta(minutes=2))
    with statements(app) as later:
        client.get(home)
    assert len([one for one in later if one.startswith("UPDATE membership")]) == 1
    assert cast.membership(client, cast.INES, cast.MARTIN).last_seen_at is None


def test_access_that_is_over_is_said_to_be(client, app):
    alter(app, cast.VERA, expires_on=today() - timedelta(days=1))
    cast.sign_in(client, cast.CLAIRE, language="en")

    assert "Ended on" in client.get(url(client)).text


# --- changing and removing ---------------------------------------------------------------------


def test_access_is_changed_and_the_trail_says_from_what(client, app):
    token = cast.sign_in(client, cast.CLAIRE)
    eupen, until = cast.address(app, "Eupen"), today() + timedelta(days=9)
    form = stored(
        client,
        cast.VERA,
        token,
        role="EMPLOYER_BILLING",
        reach="some",
        addresses=str(eupen.public_id),
        expires_on=until.isoformat(),
    )
    assert client.post(of(client, cast.VERA, "/edit"), data=form).status_code == 303

    row = row_of(client, cast.VERA)
    assert (row.role, row.expires_on) == (EmployerRole.EMPLOYER_BILLING, until)
    assert row.limited_to_addresses
    assert events(app, AuditAction.MEMBERSHIP_CHANGED)[0].changes["addresses"] == [[], ["Eupen"]]
    assert "Vera Viewer" in client.get(url(client)).text


def test_the_second_of_two_who_change_access_is_told(client):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    path = of(client, cast.VERA, "/edit")
    seen = stored(client, cast.VERA, token)
    client.post(path, data=seen | {"role": "EMPLOYER_BILLING"})
    late = client.post(path, data=seen | {"expires_on": "2030-01-01"})

    assert late.status_code == 409
    assert 'value="2030-01-01"' in late.text
    assert row_of(client, cast.VERA).expires_on is None
    version = re.search(r'name="version" value="([^"]+)"', late.text)[1]
    again = seen | {"expires_on": "2030-01-01", "version": version}
    assert client.post(path, data=again).status_code == 303


def test_whoever_is_removed_is_out_at_the_next_request(client, app):
    vera, home = app.test_client(), f"/c/{cast.company_id(app, cast.MARTIN)}/"
    cast.sign_in(vera, cast.VERA)
    assert vera.get(home).status_code == 200
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    path = of(client, cast.VERA, "/remove")
    assert "Vera Viewer" in client.get(path).text
    assert client.post(path, data={"csrf_token": token}).status_code == 303

    assert vera.get(home).status_code == 404
    assert vera.get("/account").status_code == 200
    assert client.post(path, data={"csrf_token": token}).status_code == 404
    event = events(app, AuditAction.MEMBERSHIP_REMOVED)[0]
    assert event.changes["email"] == [cast.VERA, None]


def test_the_last_administrator_cannot_leave(client):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    answer = client.post(of(client, cast.CLAIRE, "/remove"), data={"csrf_token": token})

    assert answer.status_code == 422
    assert "the last administrator" in answer.text
    assert client.get(url(client)).status_code == 200


@pytest.mark.parametrize(
    "values", [{"role": "EMPLOYER_BILLING"}, {"expires_on": "2030-01-01"}, {"reach": "some"}]
)
def test_the_last_administrator_cannot_be_made_less(client, values):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    place = str(cast.address(client, "Eupen").public_id)
    form = stored(client, cast.CLAIRE, token, addresses=place, **values)
    answer = client.post(of(client, cast.CLAIRE, "/edit"), data=form)

    assert answer.status_code == 422
    assert "the last administrator" in answer.text


def test_an_administrator_who_is_not_the_last_may_leave(client, app):
    alter(app, cast.VERA, role=EmployerRole.EMPLOYER_ADMIN)
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    assert "Remove your own access?" in client.get(of(client, cast.CLAIRE, "/remove")).text
    answer = client.post(of(client, cast.CLAIRE, "/remove"), data={"csrf_token": token})

    assert answer.location == "/account"
    page = client.get("/account").text
    assert "You no longer have access to" in page
    assert client.get(url(client)).status_code == 404


def test_all_other_administrators_are_told_when_somebody_becomes_one(client, app, run_jobs):
    token = cast.sign_in(client, cast.CLAIRE)
    form = stored(client, cast.VERA, token, role="EMPLOYER_ADMIN")
    client.post(of(client, cast.VERA, "/edit"), data=form)
    run_jobs()

    told = mails(app, cast.CLAIRE)
    assert len(told) == 1
    assert cast.VERA in told[0].text
    assert mails(app, cast.VERA) == []


def test_acts_on_access_ask_for_a_fresh_sign_in(client, app):
    from sqlalchemy import update

    from app.models import LoginSession

    token = cast.sign_in(client, cast.CLAIRE)
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(LoginSession).values(authenticated_at=now() - timedelta(minutes=11)))
        session.commit()

    assert client.get(url(client)).status_code == 200, "looking needs none"
    assert client.get(url(client, "/add")).status_code == 302
    answer = client.post(url(client, "/add"), data=invitation_form(token))
    assert answer.status_code == 403
    assert NEW in answer.text
    assert invitations(client, NEW) == []
    answer = client.post(of(client, cast.VERA, "/remove"), data={"csrf_token": token})
    assert answer.status_code == 403
    form = invitation_form(token, confirm_password=cast.PASSWORD)
    assert client.post(url(client, "/add"), data=form).status_code == 303
    assert len(invitations(client, NEW)) == 1


def test_a_removed_person_who_signs_in_again_is_told_that_nothing_is_open(client, app):
    token = cast.sign_in(client, cast.CLAIRE)
    client.post(of(client, cast.VERA, "/remove"), data={"csrf_token": token})
    vera = app.test_client()
    answer = sign_in_by_form(vera, cast.VERA, follow_redirects=True)

    assert answer.status_code == 200
    assert cast.MARTIN not in answer.text

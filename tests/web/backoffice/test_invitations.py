"""Invitations as account managers send them, also to a company that has no administrator yet."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.domain.access import InvitationState
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.roles import EmployerRole
from app.models import LoginSession, PortalUser
from app.security.cross_company import cross_company
from tests import cast
from tests.invitations import PASSWORD, invitations
from tests.mails import last_mail, link_in, mails
from tests.web.backoffice.trail import events
from tests.web.signing_in import form_token

NEW = "first@atelier-dubois.example"
PAUL = "paul@boulangerie-martin.example"


def form(app, company=cast.DUBOIS, **values):
    given = {"company": str(cast.company_id(app, company)), "emails": NEW, "language": ""}
    return given | {"role": "EMPLOYER_ADMIN", "expires_on": ""} | values


def invite(app, browser, **values):
    return browser.post("/backoffice/invitations/add", form(app, **values))


def test_a_new_first_administrator_is_invited_and_gets_in(app, marc, run_jobs, client):
    answer = invite(app, marc)
    assert answer.status_code == 303, answer.text
    invitation = invitations(app, NEW)[0]
    assert invitation.role is EmployerRole.EMPLOYER_ADMIN
    assert invitation.invited_by_id == cast.user(app, cast.MARC).id
    assert invitation.language == cast.company(app, cast.DUBOIS).language
    run_jobs()
    link = link_in(last_mail(app, NEW))
    said = {"first_name": "First", "last_name": "Boss", "language": "fr", "password": PASSWORD}
    client.post(link, data=said | {"csrf_token": form_token(client, link)})

    assert cast.membership(app, NEW, cast.DUBOIS).role is EmployerRole.EMPLOYER_ADMIN


def test_several_people_are_invited_and_who_has_access_is_named(app, marc):
    typed = f"{cast.INES}, one@x.example\ntwo@x.example"
    answer = invite(app, marc, emails=typed, role="EMPLOYER_VIEWER")
    page = marc.get(answer.location).text

    assert f"because they have access already: {cast.INES}" in page
    assert len(invitations(app, "one@x.example")) == 1
    assert len(invitations(app, "two@x.example")) == 1


@pytest.mark.parametrize(
    ("field", "values"),
    [("emails", {"emails": ""}), ("emails", {"emails": "nonsense"}), ("role", {"role": ""})],
)
def test_what_cannot_be_right_is_said_beside_its_field(app, marc, field, values):
    answer = invite(app, marc, **values)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_company_of_somebody_else_is_not_invited_to(app, marc):
    assert invite(app, marc, company=cast.PEETERS).status_code == 422
    assert invitations(app, NEW) == []


def test_no_form_offers_a_list_of_people(marc):
    page = marc.get("/backoffice/invitations/add").text

    assert cast.PIETER not in page
    assert marc.get("/backoffice/invitations/lookup/invited_by?q=a").status_code == 404


def test_it_is_sent_again_and_revoked(app, marc, run_jobs):
    key = invitations(app, PAUL)[0].public_id
    shown = marc.get(f"/backoffice/invitations/show/{key}").text
    assert "Send again" in shown
    assert marc.post(f"/backoffice/invitations/action/resend/{key}").status_code == 303
    run_jobs()
    assert len(mails(app, PAUL)) == 1

    asked = marc.post(f"/backoffice/invitations/action/revoke/{key}")
    assert "no longer work" in asked.text
    marc.post(f"/backoffice/invitations/action/revoke/{key}", {"confirmed": "1"})
    assert invitations(app, PAUL)[0].state is InvitationState.REVOKED
    assert "Send again" not in marc.get(f"/backoffice/invitations/show/{key}").text
    assert events(app, AuditAction.INVITATION_REVOKED)[0].actor_name == "Marc Manager"


def test_other_staff_do_not_invite(app, ana, sofia, browser):
    key = invitations(app, PAUL)[0].public_id
    assert ana.get("/backoffice/invitations/list/").status_code == 200
    assert PAUL in ana.get("/backoffice/invitations/list/").text
    for who in (ana, sofia):
        assert invite(app, who).status_code == 403
        assert who.post(f"/backoffice/invitations/action/resend/{key}").status_code == 403
    assert sofia.get("/backoffice/invitations/list/").status_code == 403
    nora = browser(cast.NORA)
    assert PAUL not in nora.get("/backoffice/invitations/list/").text
    assert nora.get(f"/backoffice/invitations/show/{key}").status_code == 404


def test_inviting_asks_for_a_fresh_sign_in(app, marc):
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(LoginSession).values(authenticated_at=now() - timedelta(minutes=11)))
        session.commit()
    key = cast.membership(app, cast.VERA, cast.MARTIN).public_id

    assert invite(app, marc).status_code == 403
    assert marc.post(f"/backoffice/memberships/delete/{key}").status_code == 403
    assert invitations(app, NEW) == []
    assert cast.membership(app, cast.VERA, cast.MARTIN)


def test_nobody_is_made_before_they_say_yes(app, marc):
    invite(app, marc)
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        found = session.query(PortalUser).filter(PortalUser.username == NEW).count()
    assert found == 0

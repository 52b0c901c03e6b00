"""Invitations in the portal: one or many people invited by administrators, sent again, revoked."""

import re
from datetime import timedelta

import pytest

from app.domain.access import InvitationState
from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.mail import MailState
from app.domain.roles import EmployerRole
from app.models import OutgoingMail
from app.security.cross_company import cross_company
from tests import cast
from tests.access import NEW, alter, invitation_form, of, url
from tests.invitations import change_invitation, invitations, invited
from tests.mails import mails
from tests.web.backoffice.trail import events

PAUL = "paul@boulangerie-martin.example"

# --- inviting ----------------------------------------------------------------------------------


def test_many_people_are_invited_at_once(client, app, run_jobs):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    typed = f"One <one@x.example>, two@x.example\n{NEW.upper()}; two@x.example"
    until = today() + timedelta(days=30)
    form = invitation_form(
        token, emails=typed, role="EMPLOYER_BILLING", expires_on=until.isoformat(), language="nl"
    )
    answer = client.post(url(client, "/add"), data=form)

    assert answer.status_code == 303, answer.text
    for email in ("one@x.example", "two@x.example", NEW):
        invitation = invitations(client, email)[0]
        assert invitation.state is InvitationState.PENDING
        assert invitation.role is EmployerRole.EMPLOYER_BILLING
        assert invitation.access_until == until
        assert invitation.invited_by_id == cast.user(client, cast.CLAIRE).id
    run_jobs()
    sent = mails(app, NEW)
    assert len(sent) == 1
    assert sent[0].language == "nl"
    assert "Claire Dubois" in sent[0].text
    page = client.get(answer.location).text
    assert "3 invitations are on their way." in page
    assert NEW in page
    assert [one.target_label for one in events(app, AuditAction.INVITATION_SENT)].count(NEW) == 1


def test_the_invitation_is_in_the_language_of_the_company_unless_another_is_chosen(client):
    cast.sign_in(client, cast.PIETER)
    page = client.get(url(client, "/add", cast.PEETERS)).text

    assert re.search(r'<option value="nl" selected>', page)


def test_addresses_that_are_wrong_are_named_and_nobody_is_invited(client):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    typed = "good@x.example, anne, bob@x\n<script>alert(1)</script>"
    answer = client.post(url(client, "/add"), data=invitation_form(token, emails=typed))

    assert answer.status_code == 422
    assert "“anne” is not an e-mail address" in answer.text
    assert "“bob@x” is not an e-mail address" in answer.text
    assert "good@x.example, anne, bob@x" in answer.text, "what was typed is kept"
    assert "<script>alert" not in answer.text
    assert invitations(client, "good@x.example") == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("emails", {"emails": " "}),
        ("emails", {"emails": " ".join(f"p{n}@x.example" for n in range(51))}),
        ("role", {"role": "PLATFORM_ADMIN"}),
        ("addresses", {"reach": "some"}),
        ("addresses", {"reach": "some", "addresses": "5f0e8c1e-0000-4000-8000-000000000000"}),
        ("expires_on", {"expires_on": "soon"}),
        ("expires_on", {"expires_on": "2020-01-01"}),
        ("language", {"language": "xx"}),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(client, field, values):
    token = cast.sign_in(client, cast.CLAIRE)
    answer = client.post(url(client, "/add"), data=invitation_form(token, **values))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert invitations(client, NEW) == []


def test_who_has_access_or_an_invitation_is_named_and_the_others_are_invited(client):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    form = invitation_form(token, emails=f"{cast.VERA} {PAUL} {NEW}")
    page = client.get(client.post(url(client, "/add"), data=form).location).text

    assert f"because they have access already: {cast.VERA}" in page
    assert f"because an invitation waits already: {PAUL}" in page
    assert len(invitations(client, NEW)) == 1
    assert len(invitations(client, PAUL)) == 1


def test_when_nobody_is_left_to_invite_the_form_says_so(client):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    form = invitation_form(token, emails=f"{cast.VERA} {PAUL}")
    answer = client.post(url(client, "/add"), data=form)

    assert answer.status_code == 422
    assert "Everybody you named has access already" in answer.text


def test_somebody_with_an_account_elsewhere_is_invited_like_anybody_else(client, app, run_jobs):
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    pages = []
    for email in (cast.PIETER, NEW):
        answer = client.post(url(client, "/add"), data=invitation_form(token, emails=email))
        pages.append(client.get(answer.location).text.replace(email, "…"))
        run_jobs()
        assert len(mails(app, email)) == 1

    assert "Pieter Peeters" not in "".join(pages)
    sent = [mails(app, email)[0].text for email in (cast.PIETER, NEW)]
    sent = [re.sub(r"/invitation/\S+", "", one) for one in sent]
    assert sent[0].replace(cast.PIETER, "") == sent[1].replace(NEW, "")


def test_somebody_whose_access_is_over_is_invited_anew(client, app):
    alter(app, cast.VERA, expires_on=today() - timedelta(days=1))
    token = cast.sign_in(client, cast.CLAIRE)
    client.post(url(client, "/add"), data=invitation_form(token, emails=cast.VERA))

    assert len(invitations(client, cast.VERA)) == 1


def test_an_invitation_to_some_addresses_names_only_those_of_the_company(client, app):
    token = cast.sign_in(client, cast.CLAIRE)
    eupen, foreign = cast.address(app, "Eupen"), cast.invoice(app, cast.PEETERS).address_id
    with app.app_context(), cross_company("a test") as session:
        from app.models import Address

        elsewhere = str(session.get_one(Address, foreign).public_id)
    form = invitation_form(token, reach="some", addresses=[str(eupen.public_id), elsewhere])
    assert client.post(url(client, "/add"), data=form).status_code == 422

    form = invitation_form(token, reach="some", addresses=[str(eupen.public_id)])
    assert client.post(url(client, "/add"), data=form).status_code == 303
    assert "Eupen" in client.get(url(client)).text


def test_too_many_invitations_are_slowed_down_with_what_was_typed_kept(client, app):
    from app.services.throttle_rules import Throttled, Together, most

    token = cast.sign_in(client, cast.CLAIRE, language="en")
    allowed = most(Throttled.INVITATION, Together.ACCOUNT_AND_NETWORK)
    for start in range(0, allowed, 50):
        typed = " ".join(f"p{n}@x.example" for n in range(start, start + 50))
        form = invitation_form(token, emails=typed)
        assert client.post(url(client, "/add"), data=form).status_code == 303
    answers = [client.post(url(client, "/add"), data=invitation_form(token)) for _ in range(2)]

    assert [one.status_code for one in answers] == [429, 429]
    assert "You can try again" in answers[0].text
    assert NEW in answers[0].text
    assert invitations(client, NEW) == []
    assert len(events(app, AuditAction.INVITATIONS_THROTTLED)) == 1


def test_an_administrator_of_some_addresses_invites_to_those_only(client, app):
    alter(app, cast.LEA, role=EmployerRole.EMPLOYER_ADMIN)
    token = cast.sign_in(client, cast.LEA)
    namur, eupen = (str(cast.address(app, name).public_id) for name in ("Namur", "Eupen"))
    page = client.get(url(client, "/add")).text
    assert "Namur" in page
    assert "Eupen" not in page
    assert 'value="all"' not in page

    for wrong in ({"reach": "all"}, {"reach": "some", "addresses": eupen}):
        form = invitation_form(token, **wrong)
        assert client.post(url(client, "/add"), data=form).status_code == 422
    assert invitations(client, NEW) == []
    form = invitation_form(token, reach="some", addresses=namur)
    assert client.post(url(client, "/add"), data=form).status_code == 303
    assert invitations(client, NEW)[0].limited_to_addresses
    assert NEW in client.get(url(client)).text


def test_an_administrator_of_some_addresses_answers_for_nobody_beyond_them(client, app):
    alter(app, cast.LEA, role=EmployerRole.EMPLOYER_ADMIN)
    token = cast.sign_in(client, cast.LEA)
    paul = invitations(client, PAUL)[0].public_id
    paths = [of(client, cast.VERA, "/edit"), of(client, cast.VERA, "/remove")]
    paths += [url(client, f"/invitations/{paul}/{verb}") for verb in ("revoke", "resend")]

    for path in paths:
        assert client.post(path, data={"csrf_token": token}).status_code == 404
    for path in ("/edit", "/remove"):
        answer = client.post(of(client, cast.LEA, path), data={"csrf_token": token})
        assert answer.status_code == 403, "nor for their own access"


# --- invitations that wait ---------------------------------------------------------------------


def test_sending_again_makes_a_new_link_and_the_former_one_opens_nothing(client, app, run_jobs):
    first = invited(app, run_jobs, NEW)
    change_invitation(app, NEW, expires_at=now() + timedelta(hours=1))
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    path = url(client, f"/invitations/{invitations(app, NEW)[0].public_id}/resend")
    answer = client.post(path, data={"csrf_token": token})
    assert answer.status_code == 303
    run_jobs()

    sent = mails(app, NEW)
    assert len(sent) == 2
    visitor = app.test_client()
    assert visitor.get(first).status_code == 410
    row = invitations(app, NEW)[0]
    assert row.expires_at > now() + timedelta(days=6)
    assert row.sent_count == 2
    assert events(app, AuditAction.INVITATION_RESENT)[0].target_label == NEW


def test_nobody_is_flooded_with_one_invitation(client, app):
    from app.services.throttle_rules import Throttled, Together, most

    token = cast.sign_in(client, cast.CLAIRE, language="en")
    client.post(url(client, "/add"), data=invitation_form(token))
    (waiting,) = invitations(client, NEW)
    path = url(client, f"/invitations/{waiting.public_id}/resend")
    allowed = most(Throttled.INVITATION_MAIL, Together.ACCOUNT)
    answers = [client.post(path, data={"csrf_token": token}) for _ in range(allowed)]

    assert [one.status_code for one in answers] == [303] * (allowed - 1) + [429]
    assert invitations(client, NEW)[0].sent_count == allowed


def test_an_expired_invitation_is_shown_and_can_be_sent_again(client, app, run_jobs):
    from app.services.invitations import expire_invitations

    invited(app, run_jobs, NEW)
    change_invitation(app, NEW, expires_at=now() - timedelta(hours=1))
    with app.app_context(), cross_company("a test") as session:
        assert expire_invitations(session) == 1
        assert expire_invitations(session) == 0
        session.commit()
    assert events(app, AuditAction.INVITATION_EXPIRED)[0].target_label == NEW
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    assert "Nobody answered in time" in client.get(url(client)).text

    path = url(client, f"/invitations/{invitations(app, NEW)[0].public_id}/resend")
    client.post(path, data={"csrf_token": token})
    assert invitations(app, NEW)[0].state is InvitationState.PENDING
    assert invitations(app, NEW)[0].ended_at is None


def test_somebody_is_invited_anew_once_the_first_invitation_is_over(client, app, run_jobs):
    invited(app, run_jobs, NEW)
    change_invitation(app, NEW, expires_at=now() - timedelta(hours=1))
    token = cast.sign_in(client, cast.CLAIRE)
    client.post(url(client, "/add"), data=invitation_form(token))

    states = [one.state for one in invitations(app, NEW)]
    assert states == [InvitationState.EXPIRED, InvitationState.PENDING]


def test_a_revoked_invitation_opens_nothing(client, app, run_jobs):
    link = invited(app, run_jobs, NEW)
    token = cast.sign_in(client, cast.CLAIRE, language="en")
    path = url(client, f"/invitations/{invitations(app, NEW)[0].public_id}/revoke")
    assert NEW in client.get(path).text
    assert client.post(path, data={"csrf_token": token}).status_code == 303

    assert app.test_client().get(link).status_code == 410
    assert f"{NEW}</span>" not in client.get(url(client)).text
    again = client.post(path, data={"csrf_token": token})
    assert "accepted or revoked meanwhile" in client.get(again.location).text
    assert len(events(app, AuditAction.INVITATION_REVOKED)) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MailState.BOUNCED, "The mail came back."),
        (MailState.FAILED, "could not be delivered. Check the address"),
        (MailState.DEFERRED, "we keep trying"),
        (MailState.QUEUED, "on its way"),
        (MailState.SENT, "Sent on"),
    ],
)
def test_what_became_of_the_mail_is_said_in_plain_words(client, app, run_jobs, state, words):
    invited(app, run_jobs, NEW)
    with app.app_context(), cross_company("a test") as session:
        key = invitations(app, NEW)[0].mail_id
        session.get_one(OutgoingMail, key).state = state
        session.commit()
    cast.sign_in(client, cast.CLAIRE, language="en")

    assert words in client.get(url(client)).text

"""Access of the people of a company, in the portal: seen by all, given and changed by administrators."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.access import InvitationState
from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.mail import MailState
from app.domain.roles import EmployerRole
from app.models import Membership, OutgoingMail
from app.security.cross_company import cross_company
from tests import cast
from tests.invitations import change_invitation, invitations, invited
from tests.mails import mails
from tests.web.backoffice.trail import events
from tests.web.signing_in import sign_in as sign_in_by_form

PAUL = "paul@boulangerie-martin.example"
NEW = "neu@boulangerie-martin.example"


def url(client, path="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/company/access{path}"


def invitation_form(token, **values):
    given = {"emails": NEW, "role": "EMPLOYER_VIEWER", "reach": "all", "language": "fr"}
    return given | {"csrf_token": token} | values


def row_of(client, who):
    return cast.membership(client, who, cast.MARTIN)


def of(client, who, path=""):
    return url(client, f"/{row_of(client, who).public_id}{path}")


def stored(client, who, token, **values):
    """The form of somebody's access as its page shows it, with some answers changed."""
    page = client.get(of(client, who, "/edit")).text
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    role = re.search(r'name="role" value="(\w+)" checked', page)[1]
    kept = {"role": role, "reach": "all", "expires_on": "", "version": version}
    return kept | {"csrf_token": token} | values


def people(client):
    owner = cast.company(client, cast.MARTIN).id
    return {
        one.user_id for one in cast._all(client, select(Membership).filter_by(company_id=owner))
    }


def alter(app, who, **values):
    key = row_of(app, who).id
    with app.app_context(), cross_company("a test") as session:
        for name, value in values.items():
            setattr(session.get_one(Membership, key), name, value)
        session.commit()


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

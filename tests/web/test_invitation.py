"""Answering an invitation: somebody new, somebody known, somebody else, and links that open nothing."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from app.domain.access import InvitationState, SignInMethod
from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.roles import EmployerRole
from app.models import LoginSession, Membership, PortalUser, Token
from app.security.cross_company import cross_company
from tests import cast
from tests.invitations import PASSWORD, change_invitation, invitations, invited
from tests.mails import last_mail, mails
from tests.web.backoffice.trail import events
from tests.web.signing_in import form_token
from tests.web.signing_in import sign_in as sign_in_by_form

NEW = "neu@boulangerie-martin.example"


@pytest.fixture
def link(app, run_jobs):
    return invited(app, run_jobs, NEW)


def person(client, link, **values):
    said = {
        "first_name": "Neu",
        "last_name": "Person",
        "language": "en",
        "password": PASSWORD,
        "csrf_token": form_token(client, link),
    }
    return said | values


def home(app, company=cast.MARTIN):
    return f"/c/{cast.company_id(app, company)}/"


def count(app, kind, *where):
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        return session.scalar(select(func.count(kind.id)).where(*where))


# --- somebody new --------------------------------------------------------------------------------


def test_somebody_new_chooses_a_password_and_is_in(client, app, link):
    page = client.get(link, headers={"Accept-Language": "en"}).text
    assert cast.MARTIN in page
    assert "Claire Dubois" in page
    assert "Viewer" in page
    answer = client.post(link, data=person(client, link))

    assert answer.status_code == 303, answer.text
    assert answer.location == home(app)
    first_page = client.get(answer.location)
    assert first_page.status_code == 200
    assert "You have access to" in first_page.text
    user = cast.user(app, NEW)
    assert (user.name, user.language, user.staff_role) == ("Neu Person", "en", None)
    row = cast.membership(app, NEW, cast.MARTIN)
    assert row.role is EmployerRole.EMPLOYER_VIEWER
    assert row.invited_by_id == cast.user(app, cast.CLAIRE).id
    settled = invitations(app, NEW)[0]
    assert settled.state is InvitationState.ACCEPTED
    assert settled.accepted_by_id == user.id
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        login = select(LoginSession).where(LoginSession.user_id == user.id)
        assert session.scalars(login).one().method is SignInMethod.INVITATION
    assert sign_in_by_form(app.test_client(), NEW, PASSWORD).location


def test_the_trail_names_the_person_who_accepted(client, app, link):
    client.post(link, data=person(client, link))
    user = cast.user(app, NEW)

    for action in (AuditAction.INVITATION_ACCEPTED, AuditAction.MEMBERSHIP_CREATED):
        event = events(app, action)[0]
        assert (event.actor_id, event.actor_name) == (user.id, "Neu Person")
        assert event.company_id == cast.company(app, cast.MARTIN).id


def test_what_the_invitation_promised_is_what_they_get(client, app, run_jobs):
    until = today() + timedelta(days=20)
    place = cast.address(app, "Eupen")
    link = invited(
        app,
        run_jobs,
        NEW,
        role=EmployerRole.EMPLOYER_BILLING,
        access_until=until,
        addresses=[place.public_id],
    )
    assert "Eupen" in client.get(link).text
    client.post(link, data=person(client, link))

    row = cast.membership(app, NEW, cast.MARTIN)
    assert (row.role, row.expires_on) == (EmployerRole.EMPLOYER_BILLING, until)
    assert row.limited_to_addresses
    page = client.get(f"{home(app)}company/addresses").text
    assert "Eupen" in page
    assert "Namur" not in page


def test_looking_uses_nothing_up(client, app, link):
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200

    assert client.post(link, data=person(client, link)).status_code == 303


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("password", {"password": "short"}),
        ("password", {"password": ""}),
        ("password", {"password": "boulangerie martin srl"}),
        ("password", {"password": NEW}),
        ("first_name", {"first_name": " "}),
        ("first_name", {"first_name": "Visit www.prize.example"}),
        ("last_name", {"last_name": "x" * 65}),
        ("last_name", {"last_name": "a\r\nBcc: b@x.be"}),
        ("language", {"language": "xx"}),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(client, app, link, field, values):
    answer = client.post(link, data=person(client, link, **values))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="Neu"' in answer.text or field == "first_name"
    assert PASSWORD not in answer.text
    assert count(app, PortalUser, PortalUser.username == NEW) == 0
    assert client.post(link, data=person(client, link)).status_code == 303, "nothing was used up"


def test_what_is_posted_for_the_address_counts_for_nothing(client, app, link):
    client.post(link, data=person(client, link, email="other@x.example"))

    assert count(app, PortalUser, PortalUser.username == "other@x.example") == 0
    assert cast.user(app, NEW).email == NEW


def test_of_ten_who_accept_at_once_one_wins(app, link):
    from app.domain.actors import SYSTEM
    from app.domain.errors import DomainError
    from app.services.invitation_acceptance import NewPerson, accept_as_new

    secret, together, outcomes = link.rsplit("/", 1)[1], Barrier(10), []

    def accept():
        with app.app_context(), cross_company("a test") as session:
            together.wait(10)
            try:
                accept_as_new(
                    session, secret, NewPerson("Neu", "Person", "fr", PASSWORD), actor=SYSTEM
                )
                session.commit()
                outcomes.append("in")
            except DomainError as error:
                session.rollback()
                outcomes.append(error.code)

    threads = [Thread(target=accept) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("in") == 1, outcomes
    assert set(outcomes) <= {"in", "link_dead", "email_taken"}
    assert count(app, Membership, Membership.user_id == cast.user(app, NEW).id) == 1


# --- somebody known ------------------------------------------------------------------------------


def test_somebody_known_signs_in_and_joins_without_a_second_password(client, app, run_jobs):
    link = invited(app, run_jobs, cast.PIETER)
    page = client.get(link).text
    assert f"/login?next={link}" in page
    assert 'type="password"' not in page
    assert f'value="{cast.PIETER}"' in client.get(f"/login?next={link}").text, "asked once"
    answer = sign_in_by_form(client, cast.PIETER, next=link)
    assert answer.location == link
    page = client.get(link).text
    assert "Pieter Peeters" in page
    token = form_token(client, link)
    answer = client.post(f"{link}/join", data={"csrf_token": token})

    assert answer.status_code == 303
    assert answer.location == home(app)
    assert client.get(answer.location).status_code == 200
    assert client.get(home(app, cast.PEETERS)).status_code == 200
    assert count(app, PortalUser, PortalUser.username == cast.PIETER) == 1
    assert client.post(f"{link}/join", data={"csrf_token": token}).status_code == 410


def test_nobody_gets_a_second_account_for_an_address_that_signs_in(client, app, run_jobs):
    link = invited(app, run_jobs, cast.PIETER)
    token = form_token(client)
    form = {"first_name": "P", "last_name": "P", "language": "fr", "password": PASSWORD}
    answer = client.post(link, data=form | {"csrf_token": token})

    assert answer.location == link
    assert sign_in_by_form(app.test_client(), cast.PIETER, PASSWORD).status_code == 422


def test_addresses_are_compared_in_one_spelling(client, app):
    from app.services.invitation_emails import addresses_in

    assert addresses_in("PIETER@Brouwerij-Peeters.EXAMPLE").right == (cast.PIETER,)


def test_somebody_else_is_told_so_and_may_sign_out_first(client, app, link):
    token = cast.sign_in(client, cast.VERA, language="en")
    page = client.get(link).text
    assert cast.VERA in page
    assert NEW in page
    refused = client.post(f"{link}/join", data={"csrf_token": token})
    assert refused.location == link
    assert "for another e-mail address" in client.get(link).text
    assert invitations(app, NEW)[0].state is InvitationState.PENDING
    assert client.post(link, data=person(client, link)).location == link
    assert count(app, PortalUser, PortalUser.username == NEW) == 0

    answer = client.post(f"{link}/switch", data={"csrf_token": token})
    assert answer.location == link
    assert client.get("/account").status_code == 302
    assert client.post(link, data=person(client, link)).status_code == 303


def test_a_visitor_who_presses_join_is_led_to_the_invitation(client, app, run_jobs):
    link = invited(app, run_jobs, cast.PIETER)
    answer = client.post(f"{link}/join", data={"csrf_token": form_token(client)})

    assert answer.location == link
    assert invitations(app, cast.PIETER)[0].state is InvitationState.PENDING


def test_staff_are_told_that_they_need_none(client, app, run_jobs):
    link = invited(app, run_jobs, cast.NORA)
    token = cast.sign_in(client, cast.NORA, language="en")
    assert "need no invitation" in client.get(link).text
    client.post(f"{link}/join", data={"csrf_token": token})

    assert count(app, Membership, Membership.user_id == cast.user(app, cast.NORA).id) == 0


def test_access_that_is_over_begins_anew_as_the_invitation_says(client, app, run_jobs):
    key = cast.membership(app, cast.VERA, cast.MARTIN).id
    with app.app_context(), cross_company("a test") as session:
        session.get_one(Membership, key).expires_on = today() - timedelta(days=1)
        session.commit()
    link = invited(app, run_jobs, cast.VERA, role=EmployerRole.EMPLOYER_BILLING)
    token = cast.sign_in(client, cast.VERA)
    assert client.get(home(app)).status_code == 404
    client.post(f"{link}/join", data={"csrf_token": token})

    row = cast.membership(app, cast.VERA, cast.MARTIN)
    assert (row.id, row.expires_on, row.role) == (key, None, EmployerRole.EMPLOYER_BILLING)
    assert client.get(home(app)).status_code == 200


def test_access_that_is_open_by_now_stays_as_it_is(client, app, run_jobs):
    """An old invitation may not make less of somebody who was given more meanwhile."""
    key = cast.membership(app, cast.CLAIRE, cast.MARTIN).id
    with app.app_context(), cross_company("a test") as session:
        session.get_one(Membership, key).expires_on = today() - timedelta(days=1)
        session.commit()
    link = invited(app, run_jobs, cast.CLAIRE)
    with app.app_context(), cross_company("a test") as session:
        session.get_one(Membership, key).expires_on = None
        session.commit()
    token = cast.sign_in(client, cast.CLAIRE)
    answer = client.post(f"{link}/join", data={"csrf_token": token})

    assert answer.location == home(app)
    assert cast.membership(app, cast.CLAIRE, cast.MARTIN).role is EmployerRole.EMPLOYER_ADMIN
    assert invitations(app, cast.CLAIRE)[0].state is InvitationState.ACCEPTED


def test_all_administrators_are_told_when_one_accepts(client, app, run_jobs):
    link = invited(app, run_jobs, NEW, role=EmployerRole.EMPLOYER_ADMIN)
    client.post(link, data=person(client, link))
    run_jobs()

    told = last_mail(app, cast.CLAIRE)
    assert NEW in told.text
    assert len(mails(app, NEW)) == 1, "the new one knows"


# --- links that open nothing ---------------------------------------------------------------------


@pytest.mark.parametrize("why", ["unknown", "expired", "revoked", "used", "access over"])
def test_a_link_that_opens_nothing_says_what_to_do(client, app, link, why):
    token = form_token(client)
    if why == "unknown":
        link = "/invitation/" + "a" * 43
    if why == "expired":
        change_invitation(app, NEW, expires_at=now() - timedelta(seconds=1))
    if why == "revoked":
        change_invitation(app, NEW, state=InvitationState.REVOKED)
    if why == "access over":
        change_invitation(app, NEW, access_until=today() - timedelta(days=1))
    if why == "used":
        with app.app_context(), cross_company("a test") as session:
            session.execute(update(Token).values(used_at=now()))
            session.commit()

    for answer in (
        client.get(link, headers={"Accept-Language": "en"}),
        client.post(link, data={"csrf_token": token}),
    ):
        assert answer.status_code == 410
        assert cast.MARTIN not in answer.text
    assert "ask who invited you" in client.get(link, headers={"Accept-Language": "en"}).text
    assert count(app, PortalUser, PortalUser.username == NEW) == 0


def test_guesses_leave_no_trace_of_work_across_companies(client, app):
    before = len(events(app, AuditAction.CROSS_COMPANY_OPENED))
    for guess in ("a" * 43, "%00", "é", "x" * 2000):
        assert client.get(f"/invitation/{guess}").status_code == 410

    assert len(events(app, AuditAction.CROSS_COMPANY_OPENED)) == before


def test_no_other_site_and_no_cache_gets_to_see_the_link(client, link, caplog):
    from app.views.request_log import masked

    answer = client.get(link)

    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    secret = link.rsplit("/", 1)[1]
    assert secret not in masked(caplog.text)


def test_the_link_of_a_mail_is_of_the_public_address_whatever_the_host_says(client, app, run_jobs):
    token = cast.sign_in(client, cast.CLAIRE)
    form = {"emails": NEW, "role": "EMPLOYER_VIEWER", "reach": "all", "language": "fr"}
    client.post(
        f"{home(app)}company/access/add",
        data=form | {"csrf_token": token},
        headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    )
    run_jobs()

    links = mails(app, NEW)[0].links
    public_url = str(app.extensions["settings"].public_url).rstrip("/")
    assert links
    assert all(one.startswith(public_url) for one in links if "/invitation/" in one)
    assert "evil.example" not in mails(app, NEW)[0].text


def test_the_form_needs_its_token(client, app, link):
    said = person(client, link)
    for path in (link, f"{link}/join", f"{link}/switch"):
        assert client.post(path, data=said | {"csrf_token": "none"}).status_code == 400
    assert count(app, PortalUser, PortalUser.username == NEW) == 0

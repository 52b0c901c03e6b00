"""Answering requests for a new password: in whichever order, however often, whatever happened meanwhile."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.services.throttle_rules import RULES, Throttled, Together, most
from tests.cast import CLAIRE
from tests.services.trail import follow_trail

KEY = "a-key-that-only-these-tests-know"
GOOD = "correct horse battery"


@pytest.fixture
def session(app):
    """One that may read mails, as a worker's may."""
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        yield session


def visitor():
    from app.domain.actors import Actor

    return Actor(None, "visitor", ip="192.0.2.1", request_id="r1")


def asked(session, email=CLAIRE):
    """The link that a request has left behind."""
    from app.models import Token
    from app.services.password_reset import request_reset

    before = set(session.scalars(select(Token.id)))
    request_reset(session, email, secret_key=KEY, actor=visitor())
    return session.scalars(select(Token).where(Token.id.not_in(before))).one()


def answer(session, link_id):
    from app.services.password_reset import answer_reset_request

    answer_reset_request(session, link_id, secret_key=KEY, request_id="r1")
    session.flush()


def mails(session):
    """What was written about passwords: the demo has other mails on their way."""
    from app.domain.mail import MailKind
    from app.models import OutgoingMail

    of_demo = (MailKind.INVITATION, MailKind.CHANGE_REQUESTED)
    written = select(OutgoingMail).where(OutgoingMail.kind.not_in(of_demo))
    return session.scalars(written.order_by(OutgoingMail.id)).all()


def opens(session, link):
    from app.services.password_reset import find_link
    from app.services.tokens import LinkDead, secret_of

    try:
        return find_link(session, secret_of(link, secret_key=KEY)) is link
    except LinkDead:
        return False


def test_an_answer_given_twice_is_one_mail(session):
    link = asked(session)
    answer(session, link.public_id)
    answer(session, link.public_id)

    (mail,) = mails(session)
    assert (mail.token_id, mail.to_email, mail.user_id) == (link.id, CLAIRE, link.user_id)
    assert opens(session, link)


def test_an_answer_to_nothing_is_nothing(session):
    answer(session, uuid4())

    assert mails(session) == []


def test_the_newer_of_two_requests_wins_in_whichever_order_they_are_answered(session):
    older, newer = asked(session), asked(session)
    older_id = older.public_id
    answer(session, newer.public_id)
    answer(session, older_id)

    assert [mail.token_id for mail in mails(session)] == [newer.id]
    assert opens(session, newer)


def test_a_link_lives_from_its_answer_on(session):
    from app.domain.clock import now

    link = asked(session)
    link.expires_at = now() - timedelta(minutes=1)  # no worker was there for a while
    session.flush()
    answer(session, link.public_id)

    assert opens(session, link)


def test_the_answer_is_recorded_for_the_person_under_the_same_request(session):
    from app.domain.audit import AuditAction

    events = follow_trail(session)
    answer(session, asked(session).public_id)

    (first, second) = [one for one in events if one.action == AuditAction.PASSWORD_RESET_REQUESTED]
    assert (first.target_id, first.ip, first.request_id) == (None, "192.0.2.1", "r1")
    assert (second.target_label, second.request_id) == ("Claire Dubois", "r1")


def test_who_was_sent_enough_keeps_the_latest_link(session):
    links = []
    for _ in range(most(Throttled.RESET_MAIL, Together.ACCOUNT) + 2):
        links.append(asked(session))
        answer(session, links[-1].public_id)

    sent = [link for link in links if link in session]
    assert len(sent) == len(mails(session)) == most(Throttled.RESET_MAIL, Together.ACCOUNT)
    assert opens(session, sent[-1])


def test_nobody_is_without_a_link_while_no_more_are_sent():
    from app.domain.tokens import LIFETIMES, TokenPurpose

    (rule,) = RULES[Throttled.RESET_MAIL]
    assert rule.window <= LIFETIMES[TokenPurpose.RESET_PASSWORD]


def test_a_first_password_is_asked_for_by_a_link_of_its_own_which_a_reset_replaces(session):
    from app.domain.mail import MailKind
    from app.models import Token
    from app.services.password_reset import send_password_link
    from app.services.users import create_user

    person = create_user(session, email="new@issuer.example", first_name="New", last_name="One")
    send_password_link(session, person, secret_key=KEY, by="Sofia Admin")
    (first,) = session.scalars(select(Token).where(Token.user_id == person.id))
    assert first.expires_at - first.created_at == timedelta(days=7)

    link = asked(session, person.email)
    answer(session, link.public_id)
    session.refresh(first)
    assert not opens(session, first)
    assert opens(session, link)
    assert [mail.kind for mail in mails(session)] == [
        MailKind.FIRST_PASSWORD,
        MailKind.RESET_PASSWORD,
    ]


def test_an_invitation_outlives_a_new_password_and_nothing_else_does(session):
    from app.domain.tokens import TokenPurpose
    from app.models import Token
    from app.services.tokens import issue_token
    from app.services.users import disable_user, find_user, set_password

    claire = find_user(session, CLAIRE)
    for purpose in TokenPurpose:
        issue_token(session, purpose, email=CLAIRE, user_id=claire.id, secret_key=KEY)
    alive = select(Token.purpose).where(Token.user_id == claire.id, Token.revoked_at.is_(None))

    set_password(session, claire, GOOD)
    assert session.scalars(alive).all() == [TokenPurpose.INVITATION]
    disable_user(session, claire)
    assert session.scalars(alive).all() == []


@pytest.mark.parametrize(("had_one", "was_here"), [(True, False), (False, True), (False, False)])
def test_people_are_told_of_a_new_password_unless_they_begin_with_it(session, had_one, was_here):
    from app.domain.mail import MailKind
    from app.services.sessions import start_session
    from app.services.users import create_user, set_password

    person = create_user(
        session,
        email="new@issuer.example",
        first_name="New",
        last_name="One",
        password="another good passphrase" if had_one else None,
    )
    if was_here:  # by a provider
        start_session(session, person.id, ip=None, user_agent=None)
    set_password(session, person, GOOD)

    told = [mail.kind for mail in mails(session)]
    assert told == [MailKind.PASSWORD_CHANGED] * (had_one or was_here)


def test_an_administrators_change_of_the_address_tells_the_old_one(session):
    from app.domain.mail import MailKind
    from app.services.users import find_user
    from app.services.users_admin import UserValues, change_user

    claire = find_user(session, CLAIRE)
    change_user(session, claire, UserValues("c@new.example", "Claire", "Dubois", "fr"))

    (mail,) = mails(session)
    assert (mail.kind, mail.to_email) == (MailKind.EMAIL_CHANGED, CLAIRE)

"""Another e-mail address: nothing changes until its own reader says so, once, and the old reader hears of it."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.domain.jobs import Task
from app.models import Job
from app.security.tenancy import CHECKED
from tests import cast
from tests.cast import CLAIRE, PIETER

KEY = "a-key-that-only-tests-know-0123456789"
NEW = "claire.dubois@elsewhere.example"


@pytest.fixture
def claire(session):
    return cast.user(session, CLAIRE)


@pytest.fixture
def ask(session, claire):
    from app.services.email_change import request_email_change

    return lambda typed=NEW, user=claire: request_email_change(
        session, user.id, typed, secret_key=KEY
    )


def secret_for(session, address=NEW):
    """What the newest link to an address carries."""
    from app.models import Token
    from app.services.tokens import secret_of

    wanted = select(Token).where(Token.email == address).order_by(Token.id.desc()).limit(1)
    return secret_of(session.scalars(wanted).one(), secret_key=KEY)


def confirm(session, secret, **given):
    from app.services.email_change import confirm_email_change, find_email_change

    confirm_email_change(session, find_email_change(session, secret), **given)


def written(app):
    from app.models import OutgoingMail
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test reads what was written") as session:
        kinds = ("CONFIRM_EMAIL", "EMAIL_CHANGED")
        wanted = select(OutgoingMail).where(OutgoingMail.kind.in_(kinds))
        rows = session.scalars(wanted.order_by(OutgoingMail.id))
        return [(row.kind.value, row.to_email, row.context, row.token_id) for row in rows]


def email_of(session, user):
    from app.models import PortalUser

    wanted = select(PortalUser.email, PortalUser.username).where(PortalUser.id == user.id)
    return tuple(session.execute(wanted).one())


def test_asking_changes_nothing_and_writes_to_the_new_address(session, claire, ask, app):
    assert ask(f"  {NEW.upper()} ") == NEW
    session.commit()

    assert email_of(session, claire) == (CLAIRE, CLAIRE)
    ((kind, to, context, token_id),) = written(app)
    assert (kind, to, context) == ("CONFIRM_EMAIL", NEW, {"new_email": NEW})
    assert token_id


def test_the_new_address_is_the_one_to_sign_in_with_once_it_is_confirmed(session, claire, ask, app):
    ask()
    confirm(session, secret_for(session))
    session.commit()

    assert email_of(session, claire) == (NEW, NEW)
    _asked, (kind, to, context, token_id) = written(app)
    assert (kind, to, token_id) == ("EMAIL_CHANGED", CLAIRE, None)
    assert context["new_email"] == NEW


def test_a_link_works_once(session, ask):
    from app.services.tokens import LinkDead

    ask()
    secret = secret_for(session)
    confirm(session, secret)

    with pytest.raises(LinkDead):
        confirm(session, secret)


@pytest.mark.parametrize("kills", ["asked again", "sent again", "cancelled", "password", "late"])
def test_a_link_is_dead_after(kills, session, claire, ask):
    from app.domain.clock import now
    from app.models import PortalUser, Token
    from app.services.email_change import (
        cancel_email_change,
        pending_email,
        resend_email_change,
    )
    from app.services.tokens import LinkDead
    from app.services.users import set_password

    ask()
    secret = secret_for(session)
    match kills:
        case "asked again":
            ask("another@elsewhere.example")
        case "sent again":
            assert resend_email_change(session, claire.id, secret_key=KEY) == NEW
        case "cancelled":
            cancel_email_change(session, claire.id)
        case "password":
            set_password(session, session.get_one(PortalUser, claire.id), "an entirely new one 9")
        case "late":
            session.execute(update(Token).values(expires_at=now() - timedelta(seconds=1)))

    with pytest.raises(LinkDead):
        confirm(session, secret)
    if kills not in {"asked again", "sent again"}:
        assert pending_email(session, claire.id) is None


def test_a_disabled_person_confirms_nothing(session, claire, ask):
    from app.models import PortalUser
    from app.services.tokens import LinkDead

    ask()
    session.execute(update(PortalUser).where(PortalUser.id == claire.id).values(active=False))

    with pytest.raises(LinkDead):
        confirm(session, secret_for(session))


def test_an_address_of_somebody_else_is_answered_like_any_other_until_its_reader_confirms(
    session, claire, ask, app
):
    from app.services.users import EmailTaken

    assert ask(PIETER) == PIETER
    session.commit()
    assert [(kind, to) for kind, to, *_ in written(app)] == [("CONFIRM_EMAIL", PIETER)]

    with pytest.raises(EmailTaken):
        confirm(session, secret_for(session, PIETER))
    session.rollback()
    assert email_of(session, claire) == (CLAIRE, CLAIRE)


def test_of_two_people_who_ask_for_one_address_the_first_to_confirm_gets_it(session, claire, ask):
    from app.services.users import EmailTaken

    pieter = cast.user(session, PIETER)
    ask()
    first = secret_for(session)
    ask(NEW, pieter)
    second = secret_for(session)
    session.commit()

    confirm(session, second)
    session.commit()
    with pytest.raises(EmailTaken):
        confirm(session, first)
    session.rollback()
    assert email_of(session, pieter) == (NEW, NEW)
    wanted = select(Job.arguments).where(Job.task == Task.TELL_ADMINISTRATORS)
    told_of = [
        (one["user"], one["change"]) for one in session.scalars(wanted, execution_options=CHECKED)
    ]
    assert told_of == [(pieter.id, "EMAIL_CHANGED")], "who administers a company with him is told"
    assert email_of(session, claire) == (CLAIRE, CLAIRE)


def outcome_of(app, secret):
    """Confirm in a session of one's own, as another host would."""
    from app.domain.errors import DomainError
    from app.extensions import db

    with app.app_context():
        session = db.session()
        try:
            confirm(session, secret)
        except DomainError as error:
            session.rollback()
            return error.code
        session.commit()
        return "confirmed"


def test_of_ten_who_use_one_link_at_once_one_does(session, ask, app):
    ask()
    secret = secret_for(session)
    session.commit()

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(lambda _: outcome_of(app, secret), range(10)))

    assert sorted(outcomes) == ["confirmed", *["link_dead"] * 9]
    assert [kind for kind, *_ in written(app)] == ["CONFIRM_EMAIL", "EMAIL_CHANGED"]


def test_of_ten_people_who_take_one_address_at_once_one_gets_it(session, app):
    from app.services.email_change import request_email_change

    secrets = []
    for email in cast.EVERYBODY:
        user = cast.user(session, email)
        request_email_change(session, user.id, NEW, secret_key=KEY)
        secrets.append(secret_for(session))
    session.commit()

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(lambda secret: outcome_of(app, secret), secrets))

    assert sorted(outcomes) == ["confirmed", *["email_taken"] * 9]


def test_it_ends_every_session_but_the_one_that_confirms_and_every_other_link(
    session, claire, ask, app
):
    from app.domain.tokens import TokenPurpose
    from app.models import LoginSession
    from app.services.sessions import start_session
    from app.services.tokens import LinkDead, find_token, issue_token, secret_of

    kept, _ = start_session(session, claire.id, ip=None, user_agent=None)
    start_session(session, claire.id, ip=None, user_agent=None)
    ask()
    purpose = TokenPurpose.RESET_PASSWORD
    other = issue_token(session, purpose, email=CLAIRE, user_id=claire.id, secret_key=KEY)
    confirm(session, secret_for(session), keep_session_id=kept.id)

    is_open = LoginSession.ended_at.is_(None)
    assert session.scalars(select(LoginSession.id).where(is_open)).all() == [kept.id]
    with pytest.raises(LinkDead):
        find_token(session, [purpose], secret_of(other, secret_key=KEY))


def test_a_link_for_a_password_does_not_confirm_an_address(session, claire):
    from app.domain.tokens import TokenPurpose
    from app.services.tokens import LinkDead, issue_token, secret_of

    purpose = TokenPurpose.RESET_PASSWORD
    token = issue_token(session, purpose, email=CLAIRE, user_id=claire.id, secret_key=KEY)

    with pytest.raises(LinkDead):
        confirm(session, secret_of(token, secret_key=KEY))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "claire",
        "claire@x",
        "claire@x.example, other@x.example",
        "claire@x.example\r\nBcc: everybody@evil.example",
        "<claire@x.example>",
        f"{'x' * 120}@elsewhere.example",
        "claire@x.example\0",
    ],
)
def test_what_is_no_address_is_refused(typed, ask, session, app):
    from app.services.users import EmailMalformed

    if typed.endswith("\0"):
        assert ask(typed) == "claire@x.example"  # what nobody sees is left out
        return
    with pytest.raises(EmailMalformed):
        ask(typed)


def test_the_address_one_has_is_not_asked_for_again(ask):
    from app.services.email_change import EmailUnchanged

    with pytest.raises(EmailUnchanged):
        ask(CLAIRE.upper())


def test_there_is_nothing_to_send_again_before_one_has_asked(session, claire):
    from app.services.email_change import NothingToConfirm, resend_email_change

    with pytest.raises(NothingToConfirm):
        resend_email_change(session, claire.id, secret_key=KEY)


def test_the_trail_tells_who_asked_and_who_confirmed(session, ask, app):
    from app.models import AuditEvent
    from app.security.cross_company import cross_company

    ask()
    confirm(session, secret_for(session), ip="192.0.2.7", request_id="r")
    session.commit()

    with cross_company("a test looks at the trail") as trail:
        wanted = select(AuditEvent).where(AuditEvent.action.startswith("EMAIL_CHANGE"))
        asked, changed = trail.scalars(wanted.order_by(AuditEvent.id))
        assert (asked.action, changed.action) == ("EMAIL_CHANGE_REQUESTED", "EMAIL_CHANGED")
        assert changed.changes == {"email": [CLAIRE, NEW]}
        assert (changed.actor_name, changed.ip) == ("Claire Dubois", "192.0.2.7")


def test_the_log_holds_no_secret_and_no_address(session, ask, caplog):
    caplog.set_level(logging.DEBUG)
    ask()
    secret = secret_for(session)
    confirm(session, secret)

    assert secret not in caplog.text
    assert NEW not in caplog.text

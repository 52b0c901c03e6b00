"""Browsers: the first sign-in is told to nobody, a new browser to its person, a known one to nobody again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import CLAIRE, PIETER

PHONE, DESK = "p" * 43, "d" * 43
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def sign_in(session):
    """Start a session of somebody in a browser; gives whether they were told."""
    from app.services.devices import note_device
    from app.services.sessions import start_session
    from app.services.users import find_user

    def begin(email, device, user_agent=FIREFOX):
        user = find_user(session, email)
        login, _ = start_session(session, user.id, ip="192.0.2.7", user_agent=user_agent)
        return note_device(session, login, device, request_id="r")

    return begin


def mails(app):
    from app.models import OutgoingMail
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test reads what was written") as session:
        wanted = select(OutgoingMail).where(OutgoingMail.kind == "NEW_DEVICE")
        found = list(session.scalars(wanted))
        session.expunge_all()
        return found


def test_the_very_first_sign_in_is_told_to_nobody(sign_in):
    assert sign_in(CLAIRE, DESK) is False


def test_a_browser_never_used_before_is_told_once(sign_in):
    sign_in(CLAIRE, DESK)

    assert sign_in(CLAIRE, PHONE) is True
    assert sign_in(CLAIRE, PHONE) is False
    assert sign_in(CLAIRE, DESK) is False


def test_the_mail_says_which_browser_where_from_and_when(sign_in, session, app):
    sign_in(CLAIRE, DESK)
    sign_in(CLAIRE, PHONE)
    session.commit()

    (mail,) = mails(app)
    assert (mail.kind, mail.to_email, mail.language) == ("NEW_DEVICE", CLAIRE, "fr")
    assert mail.context["device"] == "Firefox · Windows"
    assert mail.context["ip"] == "192.0.2.7"
    assert mail.context["at"]


def test_a_browser_that_somebody_else_used_is_new_all_the_same(sign_in):
    sign_in(CLAIRE, DESK)
    sign_in(PIETER, PHONE)

    assert sign_in(PIETER, DESK) is True


def test_it_is_in_the_trail(sign_in, session, app):
    from app.models import AuditEvent
    from app.security.cross_company import cross_company

    sign_in(CLAIRE, DESK)
    sign_in(CLAIRE, PHONE)
    session.commit()

    with cross_company("a test looks at the trail") as trail:
        wanted = select(AuditEvent).where(AuditEvent.action == "NEW_DEVICE_SEEN")
        (event,) = trail.scalars(wanted)
        assert (event.actor_name, event.target_label, event.ip) == (
            "Claire Dubois",
            "Claire Dubois",
            "192.0.2.7",
        )
        assert event.changes == {"device": [None, "Firefox · Windows"]}


def test_what_a_browser_says_of_itself_reaches_no_mail(sign_in, session, app):
    sign_in(CLAIRE, DESK)
    sign_in(CLAIRE, PHONE, "evil\r\nBcc: everybody@evil.example <script>")
    session.commit()

    (mail,) = mails(app)
    assert mail.context["device"] == ""


def test_the_table_holds_no_secret_of_a_browser(sign_in, session):
    from app.models import LoginSession

    sign_in(CLAIRE, DESK)

    (row,) = session.scalars(select(LoginSession))
    assert len(row.device_sha256) == 64
    assert DESK not in str(vars(row))


def test_purging_forgets_neither_known_browsers_nor_that_somebody_was_here(sign_in, session):
    """A person who was away for years and is then signed in by somebody else must be told."""
    from app.domain.clock import now
    from app.models import LoginSession
    from app.services.sessions import REMEMBERED, purge_sessions

    for device in (DESK, DESK, PHONE):
        sign_in(CLAIRE, device)
    age(session, now() - timedelta(days=100))
    assert purge_sessions(session) == 1  # the earlier one of two in one browser
    assert sign_in(CLAIRE, DESK) is False

    age(session, now() - REMEMBERED - timedelta(days=1))
    purge_sessions(session)
    assert len(session.scalars(select(LoginSession.id)).all()) == 1
    assert sign_in(CLAIRE, PHONE) is True


def age(session, expires_at):
    from sqlalchemy import update

    from app.models import LoginSession

    session.execute(update(LoginSession).values(expires_at=expires_at))

"""Sending a mail again: a new link for the old one, and only where there still is something to open."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.mail import MailKind, MailState
from app.domain.roles import EmployerRole, Role
from app.domain.tokens import TokenPurpose
from app.models import AuditEvent, Invitation, OutgoingMail, PortalUser, Token
from app.services.tokens import LinkDead, find_token, issue_token
from tests import cast
from tests.mails import last_mail, link_in, mails

NEWCOMER = "zoe@elsewhere.example"


@pytest.fixture
def work(app):
    """A session that sees everything, as the back-office's commits."""
    from app.security.cross_company import cross_company

    sofia = Actor(cast.user(app, cast.SOFIA).id, "Sofia Admin", Role.PLATFORM_ADMIN)
    with app.app_context(), cross_company("tests", actor=sofia) as session:
        yield session


@pytest.fixture
def sent(app, work, run_jobs):
    """A mail that was sent, with a link where its kind has one."""

    def sending(kind, *, purpose=None, context=None, email=cast.CLAIRE):
        from app.services.mail import write_mail

        user = cast.user(app, cast.CLAIRE)
        token = purpose and issue_token(
            work, purpose, email=email, user_id=user.id, secret_key=app.secret_key
        )
        mail = write_mail(
            work,
            kind,
            to=email,
            language="en",
            context=context,
            token=token,
            user_id=user.id,
        )
        work.commit()
        run_jobs()
        work.refresh(mail)
        assert mail.state is MailState.SENT
        return mail

    return sending


@pytest.fixture
def resend(app, work, run_jobs):
    def sending(mail):
        from app.services.mail_resend import resend_mail

        resend_mail(work, mail, secret_key=app.secret_key)
        work.commit()
        run_jobs()

    return sending


def opens(work, purpose, mail):
    secret = link_in(mail).rpartition("/")[2]
    try:
        find_token(work, (purpose,), secret)
    except LinkDead:
        return False
    return True


def test_a_notice_is_written_again_as_it_was(app, work, sent, resend):
    mail = sent(MailKind.NEW_DEVICE, context={"device": "Firefox", "ip": "192.0.2.7"})
    resend(mail)

    latest, first = mails(app, cast.CLAIRE)
    assert latest.text == first.text
    again = work.scalars(select(OutgoingMail).where(OutgoingMail.resend_of_id == mail.id)).one()
    assert (again.state, again.context) == (MailState.SENT, mail.context)
    assert again.message_id != mail.message_id
    label = select(AuditEvent).where(AuditEvent.action == AuditAction.MAIL_RESENT.value)
    assert [event.actor_name for event in work.scalars(label)] == ["Sofia Admin"]


def test_a_link_is_a_new_one_and_the_former_opens_nothing(app, work, sent, resend):
    mail = sent(MailKind.RESET_PASSWORD, purpose=TokenPurpose.RESET_PASSWORD)
    resend(mail)

    latest, first = mails(app, cast.CLAIRE)
    assert link_in(latest) != link_in(first)
    assert opens(work, TokenPurpose.RESET_PASSWORD, latest)
    assert not opens(work, TokenPurpose.RESET_PASSWORD, first)
    assert "Sofia Admin" in latest.text
    again = work.scalars(select(OutgoingMail).where(OutgoingMail.resend_of_id == mail.id)).one()
    assert again.token_id != mail.token_id


def test_an_expired_link_is_replaced(app, work, sent, resend):
    mail = sent(
        MailKind.CONFIRM_EMAIL,
        purpose=TokenPurpose.CONFIRM_EMAIL,
        context={"new_email": NEWCOMER},
        email=NEWCOMER,
    )
    work.execute(
        update(Token).where(Token.id == mail.token_id).values(expires_at=now() - timedelta(days=1))
    )
    resend(mail)

    assert opens(work, TokenPurpose.CONFIRM_EMAIL, last_mail(app, NEWCOMER))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (MailKind.RESET_PASSWORD, {"used_at": now()}),
        (MailKind.CONFIRM_EMAIL, {"used_at": now()}),
        (MailKind.CONFIRM_EMAIL, {"revoked_at": now()}),
    ],
    ids=["reset used", "confirmed", "cancelled"],
)
def test_what_is_settled_is_not_sent_again(app, work, sent, resend, kind, values):
    from app.services.mail_resend import MailOutOfDate

    context = {"new_email": cast.CLAIRE} if kind is MailKind.CONFIRM_EMAIL else None
    mail = sent(kind, purpose=TokenPurpose(kind.value), context=context)
    work.execute(update(Token).where(Token.id == mail.token_id).values(**values))

    with pytest.raises(MailOutOfDate):
        resend(mail)


def test_a_link_for_a_password_goes_to_no_address_that_the_person_has_left(work, sent, resend):
    from app.services.mail_resend import MailOutOfDate

    mail = sent(MailKind.RESET_PASSWORD, purpose=TokenPurpose.RESET_PASSWORD)
    work.execute(
        update(PortalUser)
        .where(PortalUser.username == cast.CLAIRE)
        .values(username=NEWCOMER, email=NEWCOMER)
    )

    with pytest.raises(MailOutOfDate):
        resend(mail)


@pytest.mark.parametrize("state", [MailState.QUEUED, MailState.SENDING, MailState.DEFERRED])
def test_what_is_on_its_way_is_left_alone(work, sent, resend, state):
    from app.services.mail_resend import MailOnItsWay

    mail = sent(MailKind.PASSWORD_CHANGED)
    mail.state = state

    with pytest.raises(MailOnItsWay):
        resend(mail)


def test_an_invitation_is_sent_again_by_its_own_rules(app, work, run_jobs, resend):
    from app.services.invitations import Inviter, Terms, invite

    company = cast.company(app, cast.MARTIN)
    terms = Terms(EmployerRole.EMPLOYER_VIEWER, access_until=today() + timedelta(days=30))
    invite(
        work,
        work.merge(company),
        [NEWCOMER],
        terms,
        by=Inviter(None, "Claire Dubois"),
        secret_key=app.secret_key,
    )
    work.commit()
    run_jobs()
    invitation = work.scalars(select(Invitation).where(Invitation.email == NEWCOMER)).one()
    first = work.get(OutgoingMail, invitation.mail_id)

    resend(first)

    latest, before = mails(app, NEWCOMER)
    assert opens(work, TokenPurpose.INVITATION, latest)
    assert not opens(work, TokenPurpose.INVITATION, before)
    work.refresh(invitation)
    assert work.get(OutgoingMail, invitation.mail_id).resend_of_id == first.id
    assert isinstance(invitation.access_until, date)

    from app.services.mail_resend import MailOutOfDate

    with pytest.raises(MailOutOfDate):  # the latest one is the one to send again
        resend(first)

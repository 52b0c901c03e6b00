"""What becomes of a mail: sent once, tried again, failed with a reason, and never sent where nobody needs it."""

import logging
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.jobs import FailedForGood, Postponed, Task
from app.domain.mail import MailKind, MailState
from app.domain.tokens import TokenPurpose
from app.integrations.mail import SmtpMailer
from app.models import AuditEvent, OutgoingMail, Token
from settings.mail import mail_config
from tests import cast
from tests.integrations.mail_server import HOST, mail_server
from tests.mails import last_mail, link_in, mails

CLAIRE = cast.CLAIRE


@pytest.fixture
def server(app, tmp_path, monkeypatch, run_jobs):
    """A mail server that the application sends to, instead of its outbox."""
    run_jobs()  # what the cast has left goes to the outbox
    with mail_server(tmp_path, tls="none") as running:
        beside = Flask("beside")
        beside.config.update(mail_config(f"smtp://{HOST}:{running.port}?tls=none"))
        mailer = SmtpMailer(beside, hello_name="portal.example", timeout_s=5)
        monkeypatch.setitem(
            app.extensions, "ports", replace(app.extensions["ports"], mailer=mailer)
        )
        yield running


@pytest.fixture
def write(app, session):
    """Writes a mail and commits; its id."""

    def writing(kind=MailKind.PASSWORD_CHANGED, **given):
        from app.services.mail import write_mail

        mail = write_mail(session, kind, **{"to": CLAIRE, "language": "en"} | given)
        mail_id = mail.public_id
        session.commit()
        return mail_id

    return writing


@pytest.fixture
def write_link(session, write, app):
    """Writes a mail with a link for a new password; the ids of mail and link."""

    def writing():
        from app.services.tokens import issue_token

        user = cast.user(app, CLAIRE)
        token = issue_token(
            session,
            TokenPurpose.RESET_PASSWORD,
            email=CLAIRE,
            user_id=user.id,
            secret_key=app.secret_key,
        )
        return write(MailKind.RESET_PASSWORD, token=token, user_id=user.id), token.id

    return writing


@pytest.fixture
def send(app):
    """One attempt, as a worker makes it."""

    def sending(mail_id, company_id=None):
        from app.jobs.mail import send_mail
        from app.jobs.work import Work

        with app.app_context():
            send_mail(Work(1, Task.SEND_MAIL, {"mail": str(mail_id)}, company_id, attempt=1))

    return sending


def row(app, mail_id):
    return cast._one(app, select(OutgoingMail).where(OutgoingMail.public_id == mail_id))


def events(app, action):
    return cast._all(app, select(AuditEvent).where(AuditEvent.action == action.value))


def change(app, statement):
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        session.execute(statement)
        session.commit()


def test_a_mail_is_sent_after_the_commit_and_its_evidence_kept(app, server, write, run_jobs):
    mail_id = write()
    assert row(app, mail_id).state is MailState.QUEUED
    assert server.mails == []

    run_jobs()

    found = row(app, mail_id)
    assert (found.state, found.attempts, found.maybe_twice) == (MailState.SENT, 1, False)
    assert found.sent_at is not None
    assert found.message_id == f"<{mail_id}@localhost>"
    assert [mail["Message-ID"] for mail in server.mails] == [found.message_id]


def test_a_mail_that_is_rolled_back_is_not_sent(app, session, server, run_jobs):
    from app.services.mail import write_mail

    write_mail(session, MailKind.PASSWORD_CHANGED, to=CLAIRE, language="en")
    session.rollback()

    run_jobs()

    assert server.mails == []


def test_a_key_is_mailed_once(session, server, write, run_jobs):
    from app.services.mail import write_mail

    write(key="changed 1")
    again = write_mail(
        session, MailKind.PASSWORD_CHANGED, to=CLAIRE, language="en", key="changed 1"
    )
    session.commit()
    run_jobs()

    assert again is None
    assert len(server.mails) == 1


def test_a_second_run_of_the_job_sends_nothing(server, write, send):
    mail_id = write()
    send(mail_id)
    send(mail_id)

    assert len(server.mails) == 1


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_what_the_server_puts_off_is_sent_later_under_the_same_name(
    app, server, write, send, command
):
    server.answers[command] = ["451 4.7.1 come back"]
    mail_id = write()

    with pytest.raises(Postponed):
        send(mail_id)
    first = row(app, mail_id)
    assert (first.state, first.last_error) == (MailState.DEFERRED, "mail_not_taken_now")

    send(mail_id)
    second = row(app, mail_id)
    assert (second.state, second.attempts, second.last_error) == (MailState.SENT, 2, None)
    assert (second.message_id, second.maybe_twice) == (first.message_id, False)
    assert [mail["Message-ID"] for mail in server.mails] == [first.message_id]


def test_what_the_server_refuses_has_failed_and_the_trail_says_so(app, server, write, send):
    from app.fab.sentences import SENTENCES

    server.answers["RCPT"] = ["550 5.1.1 nobody of this name"]
    mail_id = write()

    with pytest.raises(FailedForGood):
        send(mail_id)

    found = row(app, mail_id)
    assert (found.state, found.last_error) == (MailState.FAILED, "mail_recipient_refused")
    assert found.last_error in SENTENCES
    (event,) = events(app, AuditAction.MAIL_FAILED)
    assert event.target_id == found.id


def test_what_failed_is_sent_once_a_person_has_put_it_right_and_starts_the_job_again(
    app, server, write, send
):
    server.answers["DATA"] = ["554 5.7.1 we do not know your address yet"]
    mail_id = write()
    with pytest.raises(FailedForGood):
        send(mail_id)

    send(mail_id)

    assert row(app, mail_id).state is MailState.SENT
    assert len(server.mails) == 1


def test_a_mail_that_may_have_arrived_says_so(app, server, write, send):
    server.cuts_after_data = True
    mail_id = write()

    with pytest.raises(Postponed):
        send(mail_id)
    send(mail_id)

    found = row(app, mail_id)
    assert (found.state, found.maybe_twice) == (MailState.SENT, True)
    assert {mail["Message-ID"] for mail in server.mails} == {found.message_id}


def test_a_mail_found_half_sent_after_a_crash_is_sent_once_more_and_says_so(
    app, server, write, send
):
    mail_id = write()
    change(
        app,
        update(OutgoingMail)
        .where(OutgoingMail.public_id == mail_id)
        .values(state=MailState.SENDING, attempts=1, message_id="<kept@localhost>"),
    )

    send(mail_id)

    found = row(app, mail_id)
    assert (found.state, found.maybe_twice, found.attempts) == (MailState.SENT, True, 2)
    assert [mail["Message-ID"] for mail in server.mails] == ["<kept@localhost>"]


def test_after_two_days_nobody_waits_for_it_any_more(app, server, write, send):
    server.answers["RCPT"] = ["450 4.2.2 the mailbox is full"]
    mail_id = write()
    change(
        app,
        update(OutgoingMail)
        .where(OutgoingMail.public_id == mail_id)
        .values(written_at=now() - timedelta(days=2, minutes=1)),
    )

    with pytest.raises(FailedForGood):
        send(mail_id)

    assert row(app, mail_id).state is MailState.FAILED


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"used_at": now()}, 0),
        ({"revoked_at": now()}, 0),
        ({"expires_at": now() - timedelta(seconds=1)}, 1),
    ],
    ids=["used", "replaced", "expired"],
)
def test_a_mail_whose_link_is_dead_is_not_sent(app, server, write_link, send, values, told):
    mail_id, token_id = write_link()
    change(app, update(Token).where(Token.id == token_id).values(**values))

    send(mail_id)

    found = row(app, mail_id)
    assert (found.state, found.last_error) == (MailState.FAILED, "mail_link_dead")
    assert server.mails == []
    assert len(events(app, AuditAction.MAIL_FAILED)) == told


def test_the_link_is_in_the_mail_and_nowhere_else(app, write_link, run_jobs, caplog):
    with caplog.at_level(logging.DEBUG):
        mail_id, _token_id = write_link()
        run_jobs()

    mail = last_mail(app, CLAIRE)
    secret = link_in(mail).rpartition("/")[2]
    found = row(app, mail_id)
    assert secret in mail.text
    assert secret in mail.html
    assert secret not in caplog.text
    assert CLAIRE not in caplog.text
    assert secret not in repr(vars(found))
    assert all(secret not in repr(event.changes) for event in cast._all(app, select(AuditEvent)))


def test_links_lead_to_the_portals_own_address_whatever_host_was_asked(app, write_link, run_jobs):
    write_link()
    with app.test_request_context(headers={"Host": "evil.example"}):
        run_jobs()

    assert "evil.example" not in last_mail(app, CLAIRE).html
    assert last_mail(app, CLAIRE).links[0].startswith("http://localhost:8080/reset/")


@pytest.mark.parametrize("break_", ["\r\nBcc: all@evil.example", "\n\n<p>body</p>", "\u2028"])
def test_a_name_with_a_line_break_in_it_is_refused_rather_than_sent(
    app, server, write, send, break_
):
    context = {"company": f"Martin{break_}", "email": "x@y.example"}
    mail_id = write(MailKind.ADMINISTRATOR_ADDED, context=context)

    with pytest.raises(FailedForGood):
        send(mail_id)

    assert row(app, mail_id).last_error == "mail_header_unsafe"
    assert server.mails == []


def test_an_address_with_a_line_break_in_it_is_refused(app, server, write, send):
    mail_id = write(to="claire@b.example\r\nBcc: all@evil.example")

    with pytest.raises(FailedForGood):
        send(mail_id)

    assert server.mails == []
    assert row(app, mail_id).state is MailState.FAILED


def test_what_is_attached_comes_from_the_archive(app, server, write, send):
    data = b"%PDF-1.7 an invoice"
    sha256 = app.extensions["ports"].blobs.put(data, media_type="application/pdf")
    attached = {"sha256": sha256, "filename": "2026-1.pdf", "media_type": "application/pdf"}
    send(write(attachments=[attached]))

    (part,) = server.mails[0].iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("2026-1.pdf", data)


def test_a_mail_without_what_belongs_to_it_is_not_sent(app, server, write, send):
    lost = {"sha256": "0" * 64, "filename": "2026-1.pdf", "media_type": "application/pdf"}
    mail_id = write(attachments=[lost])

    with pytest.raises(FailedForGood):
        send(mail_id)

    assert row(app, mail_id).last_error == "blob_missing"
    assert server.mails == []


def test_a_mail_of_a_company_is_sent_in_the_scope_of_that_company(app, server, write, run_jobs):
    company = cast.company(app, cast.MARTIN)
    mail_id = write(
        MailKind.ADMINISTRATOR_ADDED,
        context={"company": company.name, "email": "x@y.example"},
        company_id=company.id,
    )

    run_jobs()

    assert row(app, mail_id).state is MailState.SENT
    assert "job: send_mail" not in {
        event.target_label for event in events(app, AuditAction.CROSS_COMPANY_OPENED)
    }


def test_a_mail_of_nobodys_crosses_no_company_either(app, server, write, run_jobs):
    mail_id = write(MailKind.PASSWORD_CHANGED)

    run_jobs()

    assert row(app, mail_id).state is MailState.SENT
    assert "job: send_mail" not in {
        event.target_label for event in events(app, AuditAction.CROSS_COMPANY_OPENED)
    }


def test_a_job_whose_mail_is_gone_is_done(server, send):
    send(uuid4())

    assert server.mails == []


def test_the_outbox_keeps_one_mail_however_often_it_is_sent(app, write, send):
    mail_id = write()
    send(mail_id)
    change(
        app,
        update(OutgoingMail)
        .where(OutgoingMail.public_id == mail_id)
        .values(state=MailState.SENDING),
    )
    send(mail_id)

    assert len(mails(app, CLAIRE)) == 1

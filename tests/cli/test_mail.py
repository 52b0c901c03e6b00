"""`flask mail`: the log, mails that came back, and a try of the settings."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.audit import AuditAction
from app.domain.mail import MailKind, MailState
from app.integrations.mail import SmtpMailer
from app.models import AuditEvent, OutgoingMail
from settings.mail import mail_config
from tests import cast
from tests.integrations.bounce_samples import notice
from tests.integrations.mail_server import HOST, mail_server
from tests.mails import last_mail


@pytest.fixture
def flask(app):
    def run(*args, stdin=None):
        return app.test_cli_runner().invoke(args=["mail", *args], input=stdin)

    return run


@pytest.fixture
def sent(app, session, run_jobs):
    """A mail that was sent; its row."""

    def sending(to=cast.CLAIRE):
        from app.services.mail import write_mail

        written = write_mail(session, MailKind.PASSWORD_CHANGED, to=to, language="fr")
        mail_id = written.id
        session.commit()
        run_jobs()
        return row(app, mail_id)

    return sending


def row(app, mail_id):
    return cast._one(app, select(OutgoingMail).where(OutgoingMail.id == mail_id))


def bounce_events(app):
    action = AuditAction.MAIL_BOUNCED.value
    return cast._all(app, select(AuditEvent).where(AuditEvent.action == action))


@pytest.mark.parametrize("quoted", [True, False], ids=["by message-id", "by address"])
def test_a_mail_that_comes_back_is_marked_once(app, flask, sent, quoted):
    mail = sent()
    data = notice(
        message_id=mail.message_id,
        address=mail.to_email,
        returned="message/rfc822" if quoted else None,
    )

    for _again in range(2):
        result = flask("bounced", "-", stdin=data)
        assert result.exit_code == 0, result.output
        assert result.output == f"PASSWORD_CHANGED to {cast.CLAIRE}: BOUNCED\n"

    found = row(app, mail.id)
    assert (found.state, found.last_error) == (MailState.BOUNCED, "mail_returned")
    assert found.bounced_at is not None
    (event,) = bounce_events(app)
    assert (event.target_id, event.actor_name) == (mail.id, "command line")
    assert event.changes == {"status": [None, "5.1.1"]}


def test_the_latest_mail_to_the_address_is_meant_where_the_notice_quotes_none(app, flask, sent):
    before, latest = sent(), sent()
    sent(to=cast.PIETER)

    flask("bounced", "-", stdin=notice(address=cast.CLAIRE, returned=None))

    assert row(app, latest.id).state is MailState.BOUNCED
    assert row(app, before.id).state is MailState.SENT


def test_a_delay_changes_nothing(app, flask, sent):
    mail = sent()

    flask("bounced", "-", stdin=notice(message_id=mail.message_id, action="delayed"))

    assert row(app, mail.id).state is MailState.SENT
    assert bounce_events(app) == []


def test_a_notice_about_a_mail_of_others_is_refused(flask, sent):
    sent()
    result = flask("bounced", "-", stdin=notice(address=cast.CLAIRE))

    assert result.exit_code == 1
    assert "not ours" in result.output


def test_what_is_no_notice_is_refused_in_words(flask, tmp_path):
    (tmp_path / "reply.eml").write_bytes(b"Subject: Re: your mail\n\nThank you.\n")
    result = flask("bounced", str(tmp_path / "reply.eml"))

    assert result.exit_code == 1
    assert "not a notice" in result.output


def test_the_log_tells_what_became_of_mails(flask, sent):
    sent()
    sent(to=cast.PIETER)

    lines = flask("list", "--state", "sent", "--limit", "2").output.splitlines()
    assert [line.split("\t")[1:4] for line in lines] == [
        ["PASSWORD_CHANGED", cast.PIETER, "SENT"],
        ["PASSWORD_CHANGED", cast.CLAIRE, "SENT"],
    ]
    assert flask("list", "--state", "failed").output == ""
    assert len(flask("list", "--limit", "1").output.splitlines()) == 1


def test_a_test_mail_is_sent_at_once_and_says_where_it_went(app, flask):
    result = flask("send-test", " Ops@Issuer.example ", "--language", "nl")

    assert result.exit_code == 0, result.output
    assert result.output == "Sent to ops@issuer.example: /dev/outbox.\n"
    assert last_mail(app, "ops@issuer.example").language == "nl"


def test_a_test_mail_tells_in_words_what_the_server_answered(app, flask, tmp_path, monkeypatch):
    with mail_server(tmp_path, tls="none") as server:
        server.answers["RCPT"] = ["550 5.1.1 nobody"]
        beside = Flask("beside")
        beside.config.update(mail_config(f"smtp://{HOST}:{server.port}?tls=none"))
        mailer = SmtpMailer(beside, hello_name="portal.example")
        outside = replace(app.extensions["ports"], mailer=mailer)
        monkeypatch.setitem(app.extensions, "ports", outside)

        result = flask("send-test", "nobody@issuer.example")

    assert result.exit_code == 1
    assert "FAILED: The mail server does not take mail for this address." in result.output


def test_a_test_mail_goes_to_an_address(flask):
    assert flask("send-test", "nobody").exit_code == 1

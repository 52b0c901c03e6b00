"""Handing mail to a server: encrypted, signed in, one recipient, and each of its answers understood."""

import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from flask import Flask

from app.domain.mail import MailAttachment, MailMessage
from app.domain.ports import MailDelayed, MailRefused
from app.integrations.mail import SmtpMailer
from settings.mail import mail_config
from tests.integrations.mail_server import HOST, PASSWORD, USER, mail_server

MESSAGE = MailMessage(
    message_id="<one@portal.example>",
    to="claire@boulangerie-martin.example",
    sender_name="Société Générale, “Titres” & Co",
    sender_email="factures@issuer.example",
    reply_to="clients@issuer.example",
    subject="Votre accès à l'été · " + "une très longue ligne " * 6,
    language="fr",
    text="Bonjour Zoë,\n.\nune ligne\n",
    html="<p>Bonjour Zoë " + "x" * 3000 + "</p>",
    at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
)


@pytest.fixture
def server(tmp_path):
    with mail_server(tmp_path) as running:
        yield running


def send(server, message=MESSAGE, *, scheme="smtp", query="", password=PASSWORD, trust=None):
    sign_in = f"{USER}:{quote(password, safe='')}@" if password else ""
    app = Flask("mail")
    app.config.update(mail_config(f"{scheme}://{sign_in}{HOST}:{server.port}{query}"))
    with app.app_context():
        trust = trust or server.trust
        SmtpMailer(app, hello_name="portal.example", trust=trust, timeout_s=5).send(message)


def test_a_mail_arrives_whole_over_starttls_and_a_sign_in(server):
    send(server)

    (mail,) = server.mails
    assert mail["From"].addresses[0].display_name == MESSAGE.sender_name
    assert mail["From"].addresses[0].addr_spec == "factures@issuer.example"
    assert mail["To"] == "claire@boulangerie-martin.example"
    assert mail["Reply-To"] == "clients@issuer.example"
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Message-ID"] == "<one@portal.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert mail["Date"].datetime == MESSAGE.at
    assert mail["Cc"] is None
    assert mail["Bcc"] is None
    assert server.envelopes == [("factures@issuer.example", [MESSAGE.to])]
    assert server.hellos[-1] == "portal.example"


def test_text_and_html_are_two_forms_of_one_mail(server):
    send(server)

    (mail,) = server.mails
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == MESSAGE.text
    assert mail.get_body(("html",)).get_content().strip() == MESSAGE.html
    assert max(len(line) for line in mail.as_bytes().splitlines()) < 998


def test_what_is_attached_arrives_byte_for_byte(server):
    data = bytes(range(256)) * 40
    attached = MailAttachment("Facture été 2026.pdf", "application/pdf", data)

    send(server, replace(MESSAGE, attachments=(attached,)))

    (part,) = server.mails[0].iter_attachments()
    assert part.get_filename() == "Facture été 2026.pdf"
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == data


def test_smtps_is_encrypted_from_the_first_byte(tmp_path):
    with mail_server(tmp_path, tls="smtps") as server:
        send(server, scheme="smtps")

        assert len(server.mails) == 1


def test_a_server_on_this_machine_may_speak_in_the_clear(tmp_path):
    with mail_server(tmp_path, tls="none") as server:
        send(server, query="?tls=none", password="")

        assert len(server.mails) == 1


def test_without_encryption_nothing_is_said(tmp_path):
    with mail_server(tmp_path, tls="none") as server:
        with pytest.raises(MailDelayed) as caught:
            send(server)

        assert caught.value.reason == "mail_server_not_trusted"
        assert server.mails == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_trusts_gets_neither_password_nor_mail(tmp_path, scheme):
    tls = "starttls" if scheme == "smtp" else "smtps"
    with mail_server(tmp_path, tls=tls) as server:
        with pytest.raises(MailDelayed) as caught:
            send(server, scheme=scheme, trust=ssl.create_default_context())

        assert caught.value.reason == "mail_server_not_trusted"
        assert server.mails == []


def test_a_wrong_password_is_the_settings_fault_and_not_the_mails(server):
    with pytest.raises(MailDelayed) as caught:
        send(server, password="another")

    assert caught.value.reason == "mail_sign_in_refused"


@pytest.mark.parametrize(
    ("command", "answer", "reason"),
    [
        ("RCPT", "550 5.1.1 no such mailbox", "mail_recipient_refused"),
        ("DATA", "554 5.7.1 looks like spam", "mail_content_refused"),
    ],
)
def test_5xx_is_for_good(server, command, answer, reason):
    server.answers[command] = [answer]

    with pytest.raises(MailRefused) as caught:
        send(server)

    assert caught.value.reason == reason


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_4xx_is_for_now(server, command):
    server.answers[command] = ["451 4.7.1 greylisted, come back"]

    with pytest.raises(MailDelayed) as caught:
        send(server)
    assert (caught.value.reason, caught.value.may_have_arrived) == ("mail_not_taken_now", False)

    send(server)
    assert len(server.mails) == 1


def test_a_connection_that_ends_before_the_answer_leaves_it_open_whether_the_mail_arrived(server):
    server.cuts_after_data = True

    with pytest.raises(MailDelayed) as caught:
        send(server)

    assert (caught.value.reason, caught.value.may_have_arrived) == ("mail_connection_lost", True)


def test_where_nobody_listens_it_is_tried_later(server):
    with socket.socket() as closed:
        closed.bind((HOST, 0))
        server.port = closed.getsockname()[1]

        with pytest.raises(MailDelayed) as caught:
            send(server)

    assert (caught.value.reason, caught.value.may_have_arrived) == (
        "mail_server_unreachable",
        False,
    )


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x00", "\x85", "\u2028"])
@pytest.mark.parametrize(
    "field",
    ["to", "sender_name", "sender_email", "reply_to", "subject", "message_id", "language"],
)
def test_no_field_becomes_a_header_of_its_own(server, field, break_):
    hostile = f"{getattr(MESSAGE, field)}{break_}Bcc: everybody@elsewhere.example"

    with pytest.raises(MailRefused):
        send(server, replace(MESSAGE, **{field: hostile}))

    assert server.mails == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "Claire <claire@b.example>",
        "a@b.example> RCPT TO:<c@d.example",
        '"a b"@b.example',
        "a b@c.example",
        "zoë@b.example",
        f"a@{'x' * 64}.example",
    ],
)
def test_a_mail_goes_to_one_plain_address_or_to_nobody(server, address):
    with pytest.raises(MailRefused) as caught:
        send(server, replace(MESSAGE, to=address))

    assert caught.value.reason == "mail_recipient_refused"
    assert server.mails == []


def test_a_domain_with_accents_is_written_as_servers_know_it(server):
    send(server, replace(MESSAGE, to="info@été.example"))

    assert server.envelopes[0][1] == ["info@xn--t-9fab.example"]


def test_a_file_name_cannot_bring_a_header(server):
    hostile = MailAttachment("a.pdf\r\nX-Evil: 1", "application/pdf", b"x")

    with pytest.raises(MailRefused):
        send(server, replace(MESSAGE, attachments=(hostile,)))

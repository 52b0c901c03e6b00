"""The outbox of the demo: what it would have sent, shown safely, and nowhere but in a demo without a mail server."""

import re
from dataclasses import replace

import pytest

from app.domain.clock import now
from app.domain.mail import MailAttachment, MailMessage
from tests.cast import CLAIRE, MARC

PDF = MailAttachment("Facture été.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
HOSTILE = '<script>alert(1)</script><a href="https://portal.example/reset/abc?a=1&amp;b=2">Go</a>'


@pytest.fixture
def put(app):
    """Puts a mail into the outbox."""

    def putting(number=1, **given):
        message = MailMessage(
            message_id=f"<{number}@localhost>",
            to=CLAIRE,
            sender_name="Titres Demo SA",
            sender_email="factures@issuer.example",
            reply_to="",
            subject=f"Mail {number} <b>",
            language="fr",
            text=f"Bonjour {number}\nhttps://portal.example/reset/abc?a=1&b=2\n",
            html=f"<html><head></head><body>{HOSTILE}</body></html>",
            at=now(),
        )
        with app.app_context():
            app.extensions["ports"].mailer.send(replace(message, **given))

    return putting


def page_of(client):
    """The address of the newest mail's page."""
    return re.search(r'href="(/dev/outbox/[0-9a-f]{64})"', client.get("/dev/outbox").text)[1]


def test_it_is_empty_and_says_what_fills_it(client):
    page = client.get("/dev/outbox", headers={"Accept-Language": "en"})

    assert page.status_code == 200
    assert "No mail yet" in page.text
    assert client.get("/dev/outbox.json").json == []


def test_the_json_has_exactly_what_was_promised(client, put):
    put(attachments=(PDF,))

    (mail,) = client.get("/dev/outbox.json").json
    assert set(mail) == {
        *("to", "subject", "language", "text", "html", "links", "attachments", "at"),
    }
    assert (mail["to"], mail["subject"], mail["language"]) == (CLAIRE, "Mail 1 <b>", "fr")
    assert mail["text"].startswith("Bonjour 1\n")
    assert HOSTILE in mail["html"]
    assert mail["links"] == ["https://portal.example/reset/abc?a=1&b=2"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", mail["at"])
    (attached,) = mail["attachments"]
    assert set(attached) == {"name", "media_type", "size", "url"}
    assert attached["name"] == PDF.filename
    assert (attached["media_type"], attached["size"]) == (PDF.media_type, len(PDF.data))
    assert client.get(attached["url"]).data == PDF.data


def test_the_newest_is_first(client, put):
    for number in (1, 2, 3):
        put(number)

    subjects = [mail["subject"] for mail in client.get("/dev/outbox.json").json]
    assert subjects == ["Mail 3 <b>", "Mail 2 <b>", "Mail 1 <b>"]
    page = client.get("/dev/outbox").text
    assert page.index("Mail 3 &lt;b&gt;") < page.index("Mail 1 &lt;b&gt;")


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(client, put):
    put()
    url = page_of(client)

    page = client.get(url)
    (frame,) = re.findall(r"<iframe[^>]*>", page.text)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert f'src="{url}/html"' in frame
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<script>alert" not in page.text
    assert 'href="https://portal.example/reset/abc?a=1&amp;b=2"' in page.text

    inside = client.get(f"{url}/html")
    policy = inside.headers["Content-Security-Policy"]
    assert policy.startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'"
    )
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert inside.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_blank">' in inside.text
    assert inside.content_type == "text/html; charset=utf-8"


def test_an_attachment_is_a_download_whatever_it_calls_itself(client, put):
    put(attachments=(MailAttachment("a.html", "text/html", b"<script>alert(1)</script>"),))

    answer = client.get(f"{page_of(client)}/attachments/0")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert client.get(f"{page_of(client)}/attachments/1").status_code == 404


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fsecret_key", "0" * 64, "secret_key", "x'--"])
def test_it_reads_no_other_file(client, name):
    assert client.get(f"/dev/outbox/{name}").status_code == 404
    assert client.get(f"/dev/outbox/{name}/html").status_code == 404


def addresses(client):
    return ["/dev/outbox", "/dev/outbox.json", page_of(client), f"{page_of(client)}/html"]


def test_where_mail_is_sent_there_is_no_outbox(app, client, put, monkeypatch):
    from app.integrations.mail import SmtpMailer

    put()
    asked = addresses(client)
    smtp = SmtpMailer(app, hello_name="portal.example")
    monkeypatch.setitem(app.extensions, "ports", replace(app.extensions["ports"], mailer=smtp))

    assert {client.get(url).status_code for url in asked} == {404}


def test_in_production_there_is_no_outbox(app, client, put, monkeypatch):
    put()
    asked = addresses(client)
    settings = app.extensions["settings"].model_copy(update={"app_env": "production"})
    monkeypatch.setitem(app.extensions, "settings", settings)

    assert {client.get(url).status_code for url in asked} == {404}


def test_it_is_the_same_for_whoever_is_signed_in(client, put):
    from tests.cast import sign_in

    put()
    sign_in(client, MARC)

    assert client.get(page_of(client)).status_code == 200

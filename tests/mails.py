"""Reading the mails that the product sent: they are in the outbox once `run_jobs()` has run."""

from flask import Flask
from flask.testing import FlaskClient

from app.integrations.mail import OutboxMailer, StoredMail


def mails(where: Flask | FlaskClient, to: str | None = None) -> list[StoredMail]:
    """What was sent, the newest first; to one address, or to all of them."""
    app = where.application if isinstance(where, FlaskClient) else where
    mailer = app.extensions["ports"].mailer
    assert isinstance(mailer, OutboxMailer)
    return [one for one in mailer.mails() if to in (None, one.to)]


def last_mail(where: Flask | FlaskClient, to: str) -> StoredMail:
    """The newest mail to somebody; there must be one."""
    found = mails(where, to)
    assert found, f"no mail to {to}; run_jobs() sends what was written"
    return found[0]


def link_in(mail: StoredMail) -> str:
    """The path of the mail's own link, the one with a secret, as a browser of the tests asks for it."""
    secret = [link for link in mail.links if len(link.rsplit("/", 1)[-1]) >= 40]
    assert len(secret) == 1, f"{mail.subject!r} has these links: {mail.links}"
    return "/" + secret[0].split("/", 3)[3]

"""How mail leaves: over SMTP, or not at all, to a page that shows what would have been sent."""

from pathlib import Path

from flask import Flask

from app.domain.ports import Mailer
from app.integrations.mail.outbox import OutboxMailer, StoredMail
from app.integrations.mail.smtp import SmtpMailer

__all__ = ["OutboxMailer", "SmtpMailer", "StoredMail", "mailer_for"]


def mailer_for(app: Flask, *, outbox_folder: Path, hello_name: str) -> Mailer:
    """The mailer that the application's MAIL_* keys ask for; `hello_name` is how we name ourselves to a server."""
    if app.config["MAIL_SUPPRESS_SEND"]:
        return OutboxMailer(app, outbox_folder)
    return SmtpMailer(app, hello_name=hello_name)

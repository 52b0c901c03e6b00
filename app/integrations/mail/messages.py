"""A mail as Flask-Mail builds it, from ours: checked first, so that nothing typed becomes a header."""

import unicodedata
from collections.abc import Iterator
from email.charset import QP, Charset
from email.mime.text import MIMEText

import flask_mail

from app.domain.mail import MailMessage
from app.domain.ports import MailRefused
from app.domain.typed_text import is_email_address

_BREAKS = frozenset({"Cc", "Zl", "Zp", "Cs"})


class BuiltMessage(flask_mail.Message):
    """Flask-Mail's message with our Message-ID, and lines that every server takes."""

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        # Quoted-printable: Flask-Mail's own eight bits are not for every relay, and HTML has lines that
        # are longer than the 998 octets of RFC 5321, 4.5.3.1.6.
        encoding = Charset("utf-8")
        encoding.body_encoding = QP
        return MIMEText(text or "", subtype, encoding)  # type: ignore[arg-type]  # takes a Charset too


def build_message(message: MailMessage) -> BuiltMessage:
    """The message for one recipient.

    Raises MailRefused where a header would hold a line break, or an address is none.
    """
    for text in _in_headers(message):
        if any(unicodedata.category(character) in _BREAKS for character in text):
            raise MailRefused("mail_header_unsafe")
    built = BuiltMessage(
        subject=message.subject,
        recipients=[checked_address(message.to, "mail_recipient_refused")],
        body=message.text,
        html=message.html,
        sender=checked_address(message.sender_email, "mail_sender_refused"),
        date=message.at.timestamp(),
        extra_headers={
            "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's absence assistant answers
            "X-Auto-Response-Suppress": "All",  # the same for Exchange
            "Content-Language": message.language,
        },
    )
    built.sender = (message.sender_name, str(built.sender))
    if message.reply_to:
        built.reply_to = checked_address(message.reply_to, "mail_sender_refused")
    built.msgId = message.message_id
    for one in message.attachments:
        built.attach(one.filename, one.media_type, one.data)
    return built


def checked_address(address: str, reason: str) -> str:
    """One bare address as servers take it, its domain in ASCII.

    Raises MailRefused(reason) for anything else, also for a local part that is not ASCII: few servers take those.
    """
    if not is_email_address(address):
        raise MailRefused(reason)
    local, _at, domain = address.rpartition("@")
    try:
        local.encode("ascii")
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise MailRefused(reason) from None


def _in_headers(message: MailMessage) -> Iterator[str]:
    yield from (message.to, message.sender_name, message.sender_email, message.reply_to)
    yield from (message.subject, message.message_id, message.language)
    for one in message.attachments:
        yield from (one.filename, one.media_type)

"""The outbox: mail that goes nowhere, kept as files that a page shows. For the demo and for tests."""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from html import unescape
from pathlib import Path

import flask_mail
from flask import Flask

from app.domain.mail import MailAttachment, MailMessage
from app.integrations.mail.messages import build_message

_HREF = re.compile(r"""<a\b[^>]*?\bhref="(https?:[^"]+)\"""", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail of the outbox, read back from the bytes that a server would have got. `id` names its file."""

    id: str
    to: str
    sender: str
    subject: str
    language: str
    text: str
    html: str
    at: datetime
    attachments: tuple[MailAttachment, ...]
    raw: bytes

    @property
    def links(self) -> tuple[str, ...]:
        """Where its HTML and its text lead, each once, in order."""
        found = [unescape(one) for one in _HREF.findall(self.html)] + _URL.findall(self.text)
        return tuple(dict.fromkeys(found))


class OutboxMailer:
    """A Mailer (app.domain.ports) that sends nothing. The same mail twice is one file: named by its Message-ID."""

    def __init__(self, app: Flask, folder: Path) -> None:
        flask_mail.Mail(app)
        self._folder = folder

    def send(self, message: MailMessage) -> None:
        """Raises MailRefused, as for a mail that would be handed over."""
        data = build_message(message).as_bytes()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # links in it open accounts
        name = hashlib.sha256(message.message_id.encode()).hexdigest()
        waiting = self._folder / f"{name}.part"
        waiting.write_bytes(data)
        written_at = (
            time.time_ns()
        )  # the file system's own clock does not tell apart what comes quickly
        os.utime(waiting, ns=(written_at, written_at))
        waiting.replace(self._path(name))

    def mails(self) -> list[StoredMail]:
        """All of them, the newest first."""
        found = [_read(path) for path in self._newest_first()]
        return [mail for mail in found if mail is not None]

    def find(self, mail_id: str) -> StoredMail | None:
        return _read(self._path(mail_id)) if _NAME.fullmatch(mail_id) else None

    def clear(self) -> None:
        for path in self._newest_first():
            path.unlink(missing_ok=True)

    def _newest_first(self) -> list[Path]:
        ages = [(path.stat().st_mtime_ns, path) for path in self._folder.glob("*.eml")]
        return [path for _age, path in sorted(ages, reverse=True)]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.eml"


def _read(path: Path) -> StoredMail | None:
    """None where somebody has emptied the outbox meanwhile."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    parsed = message_from_bytes(raw, policy=policy.default)
    return StoredMail(
        id=path.stem,
        to=parseaddr(parsed["To"])[1],
        sender=str(parsed["From"]),
        subject=str(parsed["Subject"]),
        language=str(parsed["Content-Language"]),
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
        at=parsed["Date"].datetime,
        attachments=tuple(_attachments(parsed)),
        raw=raw,
    )


def _body(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def _attachments(parsed: EmailMessage) -> Iterator[MailAttachment]:
    for part in parsed.iter_attachments():
        if part.get_content_disposition() == "attachment":
            data = part.get_payload(decode=True)
            yield MailAttachment(part.get_filename() or "", part.get_content_type(), bytes(data))

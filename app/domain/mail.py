"""The mails that the product writes, and the states that one goes through."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MailKind(StrEnum):
    """What a mail is about; its templates bear the same name in lower case."""

    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - the name of a mail
    FIRST_PASSWORD = "FIRST_PASSWORD"  # noqa: S105 - the name of a mail
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - the name of a mail
    CONFIRM_EMAIL = "CONFIRM_EMAIL"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    INVITATION = "INVITATION"
    ADMINISTRATOR_ADDED = "ADMINISTRATOR_ADDED"
    ADMINISTRATOR_CHANGED = "ADMINISTRATOR_CHANGED"
    CHANGE_REQUESTED = "CHANGE_REQUESTED"
    CHANGE_ACCEPTED = "CHANGE_ACCEPTED"
    CHANGE_REFUSED = "CHANGE_REFUSED"
    NEW_DEVICE = "NEW_DEVICE"
    SECOND_STEP_ENABLED = "SECOND_STEP_ENABLED"
    SECOND_STEP_DISABLED = "SECOND_STEP_DISABLED"
    RECOVERY_CODES_MADE = "RECOVERY_CODES_MADE"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    IDENTITY_UNLINKED = "IDENTITY_UNLINKED"
    EXPORT_READY = "EXPORT_READY"
    EXPORT_FAILED = "EXPORT_FAILED"
    TEST = "TEST"


class MailState(StrEnum):
    """SENDING is stored before the mail server is asked: what is found in it again was possibly sent already."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    DEFERRED = "DEFERRED"
    FAILED = "FAILED"
    BOUNCED = "BOUNCED"


@dataclass(frozen=True, slots=True)
class MailAttachment:
    filename: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A mail as it is handed over: to one person, with its text once plain and once in HTML.

    `message_id` has its angle brackets, and is the same at each attempt. `reply_to` is an address or empty.
    """

    message_id: str
    to: str
    sender_name: str
    sender_email: str
    reply_to: str
    subject: str
    language: str
    text: str
    html: str
    at: datetime
    attachments: tuple[MailAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail server's notice about a mail of ours: `is_final` when it will not be delivered any more.

    `message_id` is the mail's, with its angle brackets, or empty where the notice does not quote it. `status` is
    the reason as RFC 3463 numbers it (5.1.1: no such mailbox), or empty.
    """

    message_id: str
    recipient: str
    status: str
    is_final: bool

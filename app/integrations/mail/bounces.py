"""Notices that a mail could not be delivered, as mail servers write them (RFC 3464)."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from typing import ClassVar

from app.domain.errors import DomainError
from app.domain.mail import Bounce

_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
LONGEST_NOTICE = 5 * 1024 * 1024
"""In bytes; a notice may carry the mail that it is about."""


class BounceUnreadable(DomainError):
    """It is not a delivery status notification. A person may read it; we do not guess."""

    code: ClassVar[str] = "bounce_unreadable"


def read_bounce(data: bytes) -> Bounce:
    """What a notice says about the one recipient that each of our mails has.

    Raises:
        BounceUnreadable
    """
    # compat32: the newer policy stumbles over what servers put into these parts.
    notice = message_from_bytes(data[:LONGEST_NOTICE], policy=policy.compat32)
    parts = list(notice.walk())
    fields = next(_recipients(parts), None)
    if notice.get_content_type() != "multipart/report" or fields is None:
        raise BounceUnreadable
    status = _STATUS.match(str(fields.get("Status", "")).strip())
    action = str(fields.get("Action", "")).strip().lower()
    return Bounce(
        message_id=_message_id(parts),
        recipient=_address(fields.get("Original-Recipient") or fields.get("Final-Recipient")),
        status=status[0] if status else "",
        is_final=action == "failed",
    )


def _recipients(parts: list[Message]) -> Iterator[Message]:
    """The blocks of a message/delivery-status that speak of a recipient; its first block speaks of the mail."""
    for part in parts:
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                if isinstance(block, Message) and block.get("Final-Recipient"):
                    yield block


def _message_id(parts: list[Message]) -> str:
    """Of the mail that comes back whole, or by its head alone."""
    for part in parts:
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            returned = next(iter(part.get_payload()), None)
        elif part.get_content_type() == "text/rfc822-headers":
            returned = message_from_bytes(bytes(part.get_payload(decode=True) or b""))
        else:
            continue
        if isinstance(returned, Message) and (found := returned.get("Message-ID")):
            return str(found).strip()
    return ""


def _address(field: object) -> str:
    """`rfc822; somebody@example.org` without its type."""
    return str(field or "").rpartition(";")[2].strip().strip("<>").lower()

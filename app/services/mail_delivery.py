"""What becomes of a mail: taken up, handed over, delayed or failed; its state is stored before anybody is asked."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.mail import MailState
from app.domain.mail_contents import CONTENTS
from app.models import OutgoingMail, Token
from app.services.audit import record

GIVE_UP_AFTER = timedelta(days=2)
"""A server that cannot take a mail for so long will not; nobody still waits for it either."""
TO_SEND = frozenset({MailState.QUEUED, MailState.SENDING, MailState.DEFERRED, MailState.FAILED})
"""What an attempt may find; FAILED where a person put the cause right and started the dead job again."""


class MailLinkDead(DomainError):
    """The mail is about a link that opens nothing any more: used, replaced or expired before it was sent."""

    code = "mail_link_dead"

    def __init__(self, *, has_expired: bool) -> None:
        super().__init__()
        self.has_expired = has_expired


def find_mail(session: Session, public_id: UUID) -> OutgoingMail | None:
    """The mail, kept from others until the caller commits."""
    statement = select(OutgoingMail).where(OutgoingMail.public_id == public_id).with_for_update()
    return session.scalars(statement).one_or_none()


def token_to_send(session: Session, mail: OutgoingMail) -> Token | None:
    """The token whose link the mail carries; None for a mail that has no link.

    Raises:
        MailLinkDead
    """
    if CONTENTS[mail.kind].purpose is None:
        return None
    token = session.get(Token, mail.token_id) if mail.token_id is not None else None
    if token is None or token.used_at or token.revoked_at:
        raise MailLinkDead(has_expired=False)
    if token.expires_at <= now():
        raise MailLinkDead(has_expired=True)
    return token


def prepare_sending(mail: OutgoingMail, *, host: str) -> None:
    """Say that the mail server is about to be asked; found so again, the mail may have been sent already.

    The Message-ID is the same at each attempt, so that mail programs show one mail.
    """
    mail.maybe_twice = mail.maybe_twice or mail.state is MailState.SENDING
    mail.state = MailState.SENDING
    mail.message_id = mail.message_id or f"<{mail.public_id}@{host}>"
    mail.attempts += 1
    mail.attempted_at = now()


def record_sent(mail: OutgoingMail) -> None:
    mail.state = MailState.SENT
    mail.sent_at = now()
    mail.last_error = None


def record_delay(mail: OutgoingMail, reason: str, *, may_have_arrived: bool) -> None:
    mail.maybe_twice = mail.maybe_twice or may_have_arrived
    mail.state = MailState.DEFERRED
    mail.last_error = reason


def record_failure(
    session: Session, mail: OutgoingMail, reason: str, *, is_told: bool = True
) -> None:
    """Say that it will never arrive, in the trail too unless nobody would miss it."""
    mail.state = MailState.FAILED
    mail.last_error = reason
    if is_told:
        record(session, AuditAction.MAIL_FAILED, target=mail)

"""Mails that come back: marked, and told in the trail."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.mail import Bounce, MailState
from app.models import OutgoingMail
from app.services.audit import record

LATEST = timedelta(days=7)
"""How long servers try before they give up (RFC 5321, 4.5.4.1, says four or five days): older mail is not meant."""


class BounceUnknown(DomainError):
    """No mail of ours is meant."""

    code = "bounce_unknown"


def record_bounce(session: Session, bounce: Bounce) -> OutgoingMail:
    """Mark the mail that came back, once; a notice of a mere delay changes nothing.

    By its Message-ID, which nobody can guess; a notice that quotes none means the latest mail to that address.

    Raises:
        BounceUnknown
    """
    mail = _mail_of(session, bounce)
    if mail is None:
        raise BounceUnknown(recipient=bounce.recipient)
    if bounce.is_final and mail.state is not MailState.BOUNCED:
        mail.state = MailState.BOUNCED
        mail.bounced_at = now()
        mail.last_error = "mail_returned"
        record(
            session,
            AuditAction.MAIL_BOUNCED,
            target=mail,
            changes={"status": (None, bounce.status)} if bounce.status else None,
        )
    return mail


def _mail_of(session: Session, bounce: Bounce) -> OutgoingMail | None:
    if bounce.message_id:
        by_id = select(OutgoingMail).where(OutgoingMail.message_id == bounce.message_id)
        return session.scalar(by_id.with_for_update())
    latest = (
        select(OutgoingMail)
        .where(
            OutgoingMail.to_email == bounce.recipient,
            OutgoingMail.state.in_((MailState.SENT, MailState.BOUNCED)),
            OutgoingMail.sent_at > now() - LATEST,
        )
        .order_by(OutgoingMail.sent_at.desc())
        .limit(1)
    )
    return session.scalar(latest.with_for_update())

"""What went wrong and waits for a person: jobs that were given up, mails that did not arrive."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.jobs import JobState
from app.domain.mail import MailState
from app.models import Job, OutgoingMail

LOOKED_BACK = timedelta(days=30)
"""A mail that failed before is nobody's worry any more."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Counts of what the session's scope holds."""

    dead_jobs: int
    lost_mails: int


def attention(session: Session) -> Attention:
    """Jobs given up, and mails of the last 30 days that failed or came back."""
    dead = select(func.count(Job.id)).where(Job.state == JobState.DEAD)
    lost = select(func.count(OutgoingMail.id)).where(
        OutgoingMail.state.in_((MailState.FAILED, MailState.BOUNCED)),
        OutgoingMail.written_at > now() - LOOKED_BACK,
    )
    return Attention(session.scalar(dead) or 0, session.scalar(lost) or 0)

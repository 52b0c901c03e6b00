"""What waits for a person, counted in one statement: requests, payments, documents, mails, jobs, companies."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.change_requests import ChangeState
from app.domain.clock import now
from app.domain.jobs import JobState
from app.domain.mail import MailState
from app.models import ChangeRequest, Company, ImportBatch, Job, OutgoingMail, Payment, Portfolio

LOOKED_BACK = timedelta(days=30)
"""A mail that failed before, or a document that was refused, is nobody's worry any more."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Counts of what the session's scope holds; 0 for what whoever asks does not work with."""

    companies: int
    dead_jobs: int
    lost_mails: int
    unserved: int = 0
    refused_documents: int = 0
    open_changes: int = 0
    unallocated: int = 0


def attention(session: Session, *, is_business: bool, is_everywhere: bool) -> Attention:
    """Jobs given up, and mails of the last 30 days that failed or came back, for everybody.

    `is_business`: change requests, payments with something left, and documents that imports of the last 30 days
    refused, for whoever works with customers. `is_everywhere`: companies that nobody serves, which only a scope of
    all companies knows.
    """
    since = now() - LOOKED_BACK
    counts = {
        "companies": select(func.count(Company.id)),
        "dead_jobs": select(func.count(Job.id)).where(Job.state == JobState.DEAD),
        "lost_mails": select(func.count(OutgoingMail.id)).where(
            OutgoingMail.state.in_((MailState.FAILED, MailState.BOUNCED)),
            OutgoingMail.written_at > since,
        ),
    }
    if is_everywhere:
        served = select(Portfolio.id).where(Portfolio.company_id == Company.id).exists()
        counts["unserved"] = select(func.count(Company.id)).where(~served)
    if is_business:
        counts["open_changes"] = select(func.count(ChangeRequest.id)).where(
            ChangeRequest.state == ChangeState.OPEN
        )
        counts["unallocated"] = select(func.count(Payment.id)).where(Payment.left_cents > 0)
        counts["refused_documents"] = select(
            func.coalesce(func.sum(ImportBatch.refused_count), 0)
        ).where(ImportBatch.started_at > since)
    columns = (count.scalar_subquery().label(name) for name, count in counts.items())
    row = session.execute(select(*columns)).one()
    return Attention(**{name: int(count) for name, count in row._mapping.items()})  # noqa: SLF001 - SQLAlchemy's own way

"""What people do about work outside requests: look at it, start it again, cancel it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.jobs import JobState
from app.models import Job
from app.queue.engine import announce
from app.services.audit import record

STARTED_AGAIN = frozenset({JobState.WAITING, JobState.DEAD, JobState.CANCELLED})
CANCELLED = frozenset({JobState.WAITING, JobState.DEAD})
PURGED_AT_ONCE = 1000
"""Rows deleted in one statement: what else is written at that time waits no longer than for these."""


class JobUnknown(DomainError):
    """There is no such job, or it is not for these eyes."""

    code: ClassVar[str] = "job_unknown"


class JobRunning(DomainError):
    """A worker has it in hand: it ends, or is put off, by itself."""

    code: ClassVar[str] = "job_running"


class JobEnded(DomainError):
    """It was done, or cancelled, already."""

    code: ClassVar[str] = "job_ended"


def start_job_again(session: Session, job: Job) -> None:
    """Have a job done anew from now on, its attempts counted from the beginning; one that waits need not wait.

    Its key stays: what it did already is not done twice.

    Raises:
        JobRunning, JobEnded
    """
    at = now()
    _move(session, job, STARTED_AGAIN, state=JobState.WAITING, run_at=at, attempts=0)
    announce(session, job.id, at)


def cancel_job(session: Session, job: Job) -> None:
    """Have a job left undone; it can be started again.

    Raises:
        JobRunning, JobEnded
    """
    _move(session, job, CANCELLED, state=JobState.CANCELLED)


def find_job(session: Session, job_id: int) -> Job:
    """Raises JobUnknown."""
    job = session.scalar(select(Job).where(Job.id == job_id))
    if job is None:
        raise JobUnknown
    return job


def list_jobs(session: Session, states: Sequence[JobState], *, limit: int) -> Sequence[Job]:
    """The newest jobs in one of these states."""
    statement = select(Job).where(Job.state.in_(states)).order_by(Job.id.desc()).limit(limit)
    return session.scalars(statement).all()


def count_jobs(session: Session) -> Mapping[JobState, int]:
    """How many jobs are in each state; states without jobs are left out."""
    statement = select(Job.state, func.count(Job.id)).group_by(Job.state)
    return dict(session.execute(statement).all())


def purge_jobs(session: Session, *, older_than: timedelta = timedelta(days=90)) -> int:
    """Delete some of the jobs that were done or cancelled long ago; how many. Call it until it returns 0.

    Their keys are forgotten with them. Dead ones wait for a person, however long.
    """
    ended = Job.state.in_((JobState.DONE, JobState.CANCELLED))
    old = select(Job.id).where(ended, Job.run_at < now() - older_than).limit(PURGED_AT_ONCE)
    statement = delete(Job).where(Job.id.in_(old)).execution_options(synchronize_session=False)
    return session.execute(statement).rowcount  # type: ignore[attr-defined,no-any-return]


def _move(session: Session, job: Job, expected: frozenset[JobState], **values: object) -> None:
    """One statement compares and writes: a worker, or somebody else, may be at it."""
    before = job.state
    moved = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state.in_(expected))
        .values(**values, finished_at=None)
        .execution_options(synchronize_session=False)
    )
    session.refresh(job)
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise JobRunning if job.state is JobState.RUNNING else JobEnded
    action = (
        AuditAction.JOB_CANCELLED if job.state is JobState.CANCELLED else AuditAction.JOB_REQUEUED
    )
    record(session, action, target=job, changes={"state": (before, job.state)})

"""The ledger of jobs: claimed under a lease, then finished, put off or given up by whoever still holds it.

Each change is one short transaction of its own, as the role that works across companies. A lease is a time and a
random token: whoever writes how a job went names the token, so that a worker that slept past its lease cannot.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Select, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.jobs import JobState, Task
from app.models import Job
from app.queue.backoff import MOST_ATTEMPTS
from app.queue.engine import announce

LEASE = timedelta(seconds=60)
"""A worker that was killed keeps its jobs this long from the others; renewed at a third of it."""
ABANDONED = "worker_died"
"""The error of a job whose workers died over it again and again."""

_CHECKED = {"tenancy": "checked"}
"""Jobs are outside the walls: the ledger hands out identifiers, and each handler opens its own scope."""


class LeaseLost(Exception):
    """Somebody else has the job by now; what this worker still has to say about it does not count."""


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A job in hand: this one time, another claim of the same job is not the same. `attempt` counts from 1."""

    job_id: int
    task: Task
    arguments: Mapping[str, Any]
    company_id: int | None
    attempt: int
    lease_token: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one worker writes into the table of jobs; `worker` is how it is called there."""

    engine: Engine
    worker: str
    lease: timedelta = LEASE

    def claim_next(self) -> Claim | None:
        """The job that has been due for longest; None where nothing is due. Those of dead workers come first."""
        at = now()
        while (abandoned := self._claim(_abandoned(at), at=at)) is not None:
            if not self._buried(abandoned):
                return abandoned
        return self._claim(_waiting(at), at=at)

    def claim(self, job_id: int) -> Claim | datetime | None:
        """This job; when to come back where it is not due yet or is held; None where nothing is left to do."""
        at = now()
        abandoned = self._claim(_abandoned(at).where(Job.id == job_id), at=at)
        if abandoned is not None:
            return None if self._buried(abandoned) else abandoned
        return self._claim(_waiting(at).where(Job.id == job_id), at=at) or self._free_at(job_id)

    def renew(self, claim: Claim) -> None:
        """Hold the job for another lease. Raises LeaseLost."""
        with self._writing() as session:
            self._write(session, claim, leased_until=now() + self.lease)

    def finish(self, claim: Claim) -> None:
        """Raises LeaseLost."""
        with self._writing() as session:
            self._write(session, claim, **_ended(JobState.DONE), last_error=None)

    def put_off(self, claim: Claim, delay: timedelta, *, error: str) -> datetime:
        """Have it tried again after `delay`; returns when. Raises LeaseLost."""
        run_at = now() + delay
        with self._writing() as session:
            self._write(session, claim, **_free(), run_at=run_at, last_error=error)
            announce(session, claim.job_id, run_at)
        return run_at

    def give_back(self, claim: Claim) -> None:
        """Have it done by somebody else, at once: this worker goes home. Raises LeaseLost."""
        run_at = now()
        with self._writing() as session:
            self._write(session, claim, **_free(), run_at=run_at, attempts=claim.attempt - 1)
            announce(session, claim.job_id, run_at)

    def give_up(self, claim: Claim, *, error: str) -> None:
        """Leave it to a person. Raises LeaseLost."""
        with self._writing() as session:
            self._write(session, claim, **_ended(JobState.DEAD), last_error=error)

    def _claim(self, due: Select[int], *, at: datetime) -> Claim | None:
        """Take the first of `due`.

        Looking comes before writing: an idle worker takes no lock. Two that see the same job take turns, and the
        second one's sub-select finds another, or none. (SQLite begins a writer's transaction with the statement.)
        """
        with self._writing() as session:
            if session.scalar(due, execution_options=_CHECKED) is None:
                return None
            token = secrets.token_hex(16)
            statement = (
                update(Job)
                .where(Job.id == due.with_for_update(skip_locked=True).scalar_subquery())
                .values(
                    state=JobState.RUNNING,
                    lease_token=token,
                    leased_until=at + self.lease,
                    worker=self.worker,
                    attempts=Job.attempts + 1,
                    started_at=at,
                )
                .returning(
                    Job.id.label("job_id"),
                    Job.task,
                    Job.arguments,
                    Job.company_id,
                    Job.attempts.label("attempt"),
                )
                .execution_options(synchronize_session=False, **_CHECKED)
            )
            row = session.execute(statement).one_or_none()
            return None if row is None else Claim(**row._mapping, lease_token=token)  # noqa: SLF001

    def _buried(self, abandoned: Claim) -> bool:
        """Give up a job that no worker survives: it would go round for ever."""
        if abandoned.attempt <= MOST_ATTEMPTS:
            return False
        self.give_up(abandoned, error=ABANDONED)
        return True

    def _free_at(self, job_id: int) -> datetime | None:
        with self._writing() as session:
            statement = select(Job.state, Job.run_at, Job.leased_until).where(Job.id == job_id)
            row = session.execute(statement, execution_options=_CHECKED).one_or_none()
        if row is None or row.state not in {JobState.WAITING, JobState.RUNNING}:
            return None
        free_at: datetime = row.run_at if row.state is JobState.WAITING else row.leased_until
        return free_at

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with Session(self.engine) as session, session.begin():
            yield session

    def _write(self, session: Session, claim: Claim, **values: object) -> None:
        statement = (
            update(Job)
            .where(Job.id == claim.job_id, Job.lease_token == claim.lease_token)
            .values(**values)
            .execution_options(synchronize_session=False, **_CHECKED)
        )
        if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
            raise LeaseLost


def _waiting(at: datetime) -> Select[int]:
    due = select(Job.id).where(Job.state == JobState.WAITING, Job.run_at <= at)
    return due.order_by(Job.run_at, Job.id).limit(1)


def _abandoned(at: datetime) -> Select[int]:
    due = select(Job.id).where(Job.state == JobState.RUNNING, Job.leased_until < at)
    return due.order_by(Job.leased_until).limit(1)


def _free() -> dict[str, Any]:
    return {"state": JobState.WAITING, "lease_token": None, "leased_until": None}


def _ended(state: JobState) -> dict[str, Any]:
    return {"state": state, "lease_token": None, "leased_until": None, "finished_at": now()}

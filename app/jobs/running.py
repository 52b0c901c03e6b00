"""Running jobs in this process: claim one, call its handler, write down how it went."""

import logging
import os
import platform
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from flask import Flask
from sqlalchemy import Engine

from app.domain.errors import DomainError
from app.domain.jobs import FailedForGood, JobState, Postponed, Task
from app.extensions import db
from app.jobs.handlers import HANDLERS
from app.jobs.heartbeat import Heartbeat
from app.jobs.work import Handler, Work
from app.queue.backoff import MOST_ATTEMPTS, delay_after, delay_asked_for
from app.queue.engine import JobsEngine, engine_named, jobs_engine_of
from app.queue.ledger import LEASE, Claim, LeaseLost, Ledger

log = logging.getLogger(__name__)


class NoHandler(DomainError):
    """This version does not know the task; a newer worker may."""

    code: ClassVar[str] = "no_handler"


@dataclass(frozen=True, slots=True)
class Ran:
    """How one attempt went: DONE, DEAD, or WAITING for the next; RUNNING where somebody else had taken it over."""

    job_id: int
    task: Task
    state: JobState
    error: Exception | None = None


class Runner:
    """Runs jobs one at a time in each thread that asks it to; `runner_of` makes one."""

    def __init__(
        self, app: Flask, ledger: Ledger, heartbeat: Heartbeat, *, handlers: Mapping[Task, Handler]
    ) -> None:
        self._app = app
        self._ledger = ledger
        self._heartbeat = heartbeat
        self._handlers = handlers

    def run_next(self) -> Ran | None:
        """Run the job that has been due for longest; None where none is due."""
        claim = self._ledger.claim_next()
        return None if claim is None else self._run(claim)

    def run_one(self, job_id: int) -> datetime | None:
        """Run this job if it is due and free; else say when to come back, or None if there is nothing to do."""
        claim = self._ledger.claim(job_id)
        if not isinstance(claim, Claim):
            return claim
        self._run(claim)
        return None

    def give_back(self) -> int:
        """Hand the jobs that are still running to other workers; how many. What they still write is refused."""
        claims = self._heartbeat.in_hand()
        for claim in claims:
            _unless_lost(claim, partial(self._ledger.give_back, claim))
        return len(claims)

    def _run(self, claim: Claim) -> Ran:
        began = time.monotonic()
        try:
            with self._heartbeat.keeping(claim), self._app.app_context():
                self._handler(claim.task)(_work_of(claim, self._ledger))
        except Exception as error:  # noqa: BLE001 - whatever it was, the next job must run
            ran = self._failed(claim, error)
        except BaseException:  # this process is told to end
            _unless_lost(claim, partial(self._ledger.give_back, claim))
            raise
        else:
            ran = _written(claim, JobState.DONE, partial(self._ledger.finish, claim))
        took_ms = (time.monotonic() - began) * 1000
        log.info("job %d %s: %s, %.0f ms", claim.job_id, claim.task.value, ran.state.value, took_ms)
        return ran

    def _handler(self, task: Task) -> Handler:
        try:
            return self._handlers[task]
        except KeyError:
            raise NoHandler from None

    def _failed(self, claim: Claim, error: Exception) -> Ran:
        """Put it off or give it up. The error's text stays out of table and log: it may name people."""
        if isinstance(error, LeaseLost):
            return _lost(claim, error)
        name = _name_of(error)
        if not isinstance(error, DomainError):
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("job %d %s: %s\n%s", claim.job_id, claim.task.value, name, frames)
        delay = _delay(claim, error)
        if delay is None:
            log.error("job %d %s: given up, %s", claim.job_id, claim.task.value, name)
            give_up = partial(self._ledger.give_up, claim, error=name)
            return _written(claim, JobState.DEAD, give_up, error=error)
        log.warning("job %d %s: put off, %s", claim.job_id, claim.task.value, name)
        put_off = partial(self._ledger.put_off, claim, delay, error=name)
        return _written(claim, JobState.WAITING, put_off, error=error)


@contextmanager
def runner_of(
    app: Flask, *, handlers: Mapping[Task, Handler] = HANDLERS, lease: timedelta = LEASE
) -> Iterator[Runner]:
    """A runner with its heartbeat, as long as the block lasts."""
    ledger = Ledger(system_engine(app), worker=_name_of_worker(), lease=lease)
    with Heartbeat(ledger) as heartbeat:
        yield Runner(app, ledger, heartbeat, handlers=handlers)


def run_due(app: Flask, *, handlers: Mapping[Task, Handler] = HANDLERS) -> list[Ran]:
    """Run, in this thread, every job that is due, and those that they set off, until none is."""
    with runner_of(app, handlers=handlers) as runner:
        return list(iter(runner.run_next, None))


def run_here(app: Flask, job_id: int) -> None:
    """Run one job in this thread, unless a worker was quicker: for what is small and waited for."""
    with runner_of(app) as runner:
        runner.run_one(job_id)


def system_engine(app: Flask) -> Engine:
    """The database as the role that works across companies; the only one on SQLite.

    The ledger's own statements are few and looked at: unlike `cross_company`, asking whether there is
    work leaves no trace in the audit trail, twice a second.
    """
    with app.app_context():
        engines: Mapping[str | None, Engine] = db.engines
    return engines.get("system") or engines[None]


def engine_of(app: Flask) -> JobsEngine:
    """The jobs engine of the deployment."""
    return engine_named(jobs_engine_of(system_engine(app)))


def _work_of(claim: Claim, ledger: Ledger) -> Work:
    return Work(
        job_id=claim.job_id,
        task=claim.task,
        arguments=claim.arguments,
        company_id=claim.company_id,
        attempt=claim.attempt,
        hold=partial(ledger.renew, claim),
    )


def _delay(claim: Claim, error: Exception) -> timedelta | None:
    """How long until the next attempt; None where there is to be none."""
    if isinstance(error, FailedForGood):
        return None
    if isinstance(error, Postponed):
        return delay_after(claim.attempt) if error.after is None else delay_asked_for(error.after)
    return delay_after(claim.attempt) if claim.attempt < MOST_ATTEMPTS else None


def _name_of(error: Exception) -> str:
    if isinstance(error, Postponed | FailedForGood):
        return error.reason[:300]
    return error.code if isinstance(error, DomainError) else type(error).__name__


def _written(
    claim: Claim,
    state: JobState,
    write: Callable[[], object],
    *,
    error: Exception | None = None,
) -> Ran:
    try:
        write()
    except LeaseLost as lost:
        return _lost(claim, lost)
    return Ran(claim.job_id, claim.task, state, error)


def _lost(claim: Claim, error: LeaseLost) -> Ran:
    log.warning("job %d %s: somebody else has it by now", claim.job_id, claim.task.value)
    return Ran(claim.job_id, claim.task, JobState.RUNNING, error)


def _unless_lost(claim: Claim, write: Callable[[], object]) -> None:
    _written(claim, JobState.WAITING, write)


def _name_of_worker() -> str:
    return f"{platform.node()[:80]}:{os.getpid()}"

"""The protocol of an engine: who learns of a job that the ledger holds, and who runs it after the commit.

The ledger (`app.queue.ledger`) is the truth for both engines: it holds state, attempts and leases. An engine only
wakes somebody up: what it knows may be lost or told twice, and no work is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from threading import Event
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

OPTION = "jobs_engine"
"""The execution option of a database engine that names the jobs engine of its deployment."""
EMBEDDED = "embedded"
PROCRASTINATE = "procrastinate"
_MODULES = {EMBEDDED: "app.queue.embedded", PROCRASTINATE: "app.queue.procrastinate"}


@dataclass(frozen=True, slots=True)
class Duty:
    """What a worker process is to do, until `stop` is set.

    `run_next` runs the job that has been due for longest; False where none is due.
    `run_one` runs the job of that id if it is due and nobody holds it. It returns when to come back, where that is
    not so; None where nothing is left to come back for: it is done, dead, cancelled or gone, or was put off, in which
    case it has been announced anew. Neither of them raises for what a handler did.
    `database_url` is the address of the role that works across companies, for connections of the engine's own.
    """

    run_next: Callable[[], bool]
    run_one: Callable[[int], datetime | None]
    threads: int
    stop: Event
    database_url: str


class JobsEngine(Protocol):
    """One of the two ways to run what is in the ledger."""

    def announce(self, session: Session, job_id: int, run_at: datetime) -> None:
        """Have a worker look at the job at `run_at`, if the transaction of `session` commits.

        Called for new jobs, and for each that waits anew: put off, given back, requeued.
        """
        ...

    def serve(self, duty: Duty) -> None:
        """Run jobs in `duty.threads` threads; return when `duty.stop` is set and the running ones have ended."""
        ...

    def missing(self, connection: Connection) -> str | None:
        """The command that makes what this engine lacks in the database; None where it lacks nothing."""
        ...


def announce(session: Session, job_id: int, run_at: datetime) -> None:
    """Tell the engine of this deployment of a job that waits, in the transaction of `session`."""
    engine_named(jobs_engine_of(session.get_bind())).announce(session, job_id, run_at)


def jobs_engine_of(bind: Engine | Connection) -> str:
    """The name of the deployment's engine, as `app.security.engines` wrote it on the database's."""
    options: Any = bind.get_execution_options()
    return str(options.get(OPTION, EMBEDDED))


@cache
def engine_named(name: str) -> JobsEngine:
    """The engine of this value of JOBS_ENGINE; its module, which may be slow to import, is loaded when first asked."""
    return cast("JobsEngine", import_module(_MODULES[name]).ENGINE)

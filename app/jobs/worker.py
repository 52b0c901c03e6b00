"""A worker: the engine's threads, the heartbeat and the timetable in one process, started and stopped together."""

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from threading import Event, Thread

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.domain.jobs import Task
from app.jobs.handlers import HANDLERS
from app.jobs.running import engine_of, runner_of, system_engine
from app.jobs.schedules import Timetable
from app.jobs.work import Handler
from app.queue.engine import Duty
from app.queue.ledger import LEASE
from config import Settings

log = logging.getLogger(__name__)

THREADS = 2
GRACE_S = 20.0
"""How long a stopping worker waits for its running jobs before it gives them back."""
AGAIN_S = 1.0
"""How long a thread waits before it asks a database again that did not answer."""


class Worker:
    """Runs jobs of the deployment's engine in threads of this process, from `start` to `stop`."""

    def __init__(
        self,
        app: Flask,
        *,
        threads: int = THREADS,
        handlers: Mapping[Task, Handler] = HANDLERS,
        lease: timedelta = LEASE,
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self._database_url = settings.database_system_url.get_secret_value()
        self._jobs_engine = engine_of(app)
        self._running = ExitStack()
        self._runner = self._running.enter_context(runner_of(app, handlers=handlers, lease=lease))
        self._stop = Event()
        timetable = Timetable(system_engine(app))
        # Daemons: a job that does not end must not keep a process from ending that was told to.
        self._engine = Thread(target=self._serve, args=(threads,), name="jobs", daemon=True)
        self._timetable = Thread(
            target=timetable.keep, args=(self._stop,), name="jobs-timetable", daemon=True
        )

    def start(self) -> None:
        self._engine.start()
        self._timetable.start()

    def tell_to_stop(self) -> None:
        """Take no more jobs; `stop` waits for those that run."""
        self._stop.set()

    @property
    def is_told_to_stop(self) -> bool:
        return self._stop.is_set()

    @property
    def is_running(self) -> bool:
        """Whether the engine has not ended yet."""
        return self._engine.is_alive()

    def wait(self) -> None:
        """Wait until told to stop, or until the engine has ended by itself: a fault, which is in the log."""
        while self.is_running and not self._stop.wait(AGAIN_S):
            pass

    def stop(self, *, grace_s: float = GRACE_S) -> int:
        """Take no more jobs, and wait for those that run; how many had to be given back to other workers."""
        self._stop.set()
        self._engine.join(grace_s)
        given_back = self._runner.give_back() if self.is_running else 0
        self._timetable.join(grace_s)
        self._running.close()
        return given_back

    def _serve(self, threads: int) -> None:
        duty = Duty(
            run_next=self._run_next,
            run_one=self._runner.run_one,
            threads=threads,
            stop=self._stop,
            database_url=self._database_url,
        )
        try:
            self._jobs_engine.serve(duty)
        except Exception:
            log.exception("the worker has ended")

    def _run_next(self) -> bool:
        """Outlive whatever it is, a database that is restarted for one: its jobs are still there afterwards."""
        try:
            return self._runner.run_next() is not None
        except Exception as error:
            is_away = isinstance(error, SQLAlchemyError)  # anything else may be a fault of ours
            log.warning("jobs: %s; trying again", type(error).__name__, exc_info=not is_away)
            self._stop.wait(AGAIN_S)
            return False

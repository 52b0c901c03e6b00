"""An engine on the live database with handlers of the test's own, and waiting for what it does."""

import time
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.domain.jobs import Task
from app.models import Job
from app.queue import enqueue
from app.queue.engine import OPTION, Duty, engine_named
from app.queue.ledger import LEASE, Ledger
from app.security.engines import prepare_engines

CHECKED = {"tenancy": "checked"}
TASK = Task.SEND_MAIL  # one that no timetable asks for


class Bench:
    def __init__(self, app, name, addresses):
        self.app = app
        self.name = name
        self.addresses = addresses
        self.engine = create_engine(addresses.system, execution_options={OPTION: name})
        prepare_engines({None: self.engine})

    def session(self):
        return Session(self.engine)

    def enqueue(self, **given):
        with self.session() as session:
            number = enqueue(session, TASK, **given)
            session.commit()
            return number

    def job(self, number):
        """The row as it is committed now; its session is closed."""
        with Session(self.engine, expire_on_commit=False) as session:
            return session.scalars(
                select(Job).where(Job.id == number), execution_options=CHECKED
            ).one()

    def jobs(self):
        with Session(self.engine, expire_on_commit=False) as session:
            statement = select(Job).where(Job.task == TASK).order_by(Job.id)
            return session.scalars(statement, execution_options=CHECKED).all()

    def ledger(self, *, worker="bench", lease=LEASE):
        return Ledger(self.engine, worker=worker, lease=lease)

    @contextmanager
    def serving(self, handler, *, threads=2, lease=LEASE):
        """A worker of this engine, from its start to its end."""
        from app.jobs.heartbeat import Heartbeat
        from app.jobs.running import Runner

        stop = Event()
        ledger = self.ledger(lease=lease)
        with Heartbeat(ledger) as heartbeat:
            runner = Runner(self.app, ledger, heartbeat, handlers={TASK: handler})
            duty = Duty(
                run_next=lambda: runner.run_next() is not None,
                run_one=runner.run_one,
                threads=threads,
                stop=stop,
                database_url=self.addresses.system,
            )
            thread = Thread(target=engine_named(self.name).serve, args=(duty,))
            thread.start()
            try:
                yield stop
            finally:
                stop.set()
                thread.join(30)
                assert not thread.is_alive(), "the worker did not stop"

    def run_all(self, handler, *, within_s=20, **how):
        """Serve until no job waits or runs."""
        with self.serving(handler, **how):
            until(
                lambda: all(not job.leased_until and job.finished_at for job in self.jobs()),
                within_s,
            )

    def close(self):
        self.engine.dispose()


def until(condition, within_s=20):
    """Wait for a condition; fail when it does not come true in time."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


def soon(_attempt):
    """A back-off for tests that wait for it."""
    return timedelta(milliseconds=50)

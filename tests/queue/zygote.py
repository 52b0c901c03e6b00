"""A process that has imported everything, and forks a worker for each line it reads: workers to be killed.

Told by its arguments: the addresses of the database, the engine, the port of the provider that effects go to.
"""

import os
import signal
import socket
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from sqlalchemy import column, insert, select, table, update

from app import create_app
from app.jobs.effects import Begun, OutsideEffect, run_effect
from app.jobs.worker import Worker
from config import Settings
from tests.queue.bench import TASK

EFFECTS = table("effects_of_tests", column("key"), column("state"))
LEASE = timedelta(seconds=3)
"""Short, for what is killed waits for it; longer than a busy machine leaves a living worker without its turn."""
THREADS = 2


class Order(OutsideEffect[str, str]):
    """Orders something from the provider on loopback, which can be asked whether it knows of it."""

    def __init__(self, key, port):
        self.key = key
        self.port = port

    def prepare(self, session):
        mine = EFFECTS.c.key == self.key
        state = session.scalar(select(EFFECTS.c.state).where(mine))
        if state == "done":
            return None
        if state is None:
            session.execute(insert(EFFECTS).values(key=self.key, state="doing"))
        return Begun(self.key, begun_before=state is not None)

    def ask(self, facts):
        return self._say(f"ask {facts}") or None

    def call(self, facts):
        return self._say(f"order {facts}")

    def record(self, session, facts, answer):
        mine = EFFECTS.c.key == facts
        session.execute(update(EFFECTS).where(mine).values(state="done"))

    def record_failure(self, session, facts, error):
        raise AssertionError(error)

    def _say(self, line):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as link:
            link.sendall(f"{line}\n".encode())
            return link.makefile().readline().strip()


def main(addresses, engine, port, data_dir):
    runtime, system, audit = addresses.split()
    app = create_app(
        Settings(
            data_dir=Path(data_dir),
            secret_key="a-key-that-only-tests-know-0123456789",
            database_url=runtime,
            database_system_url=system,
            database_audit_url=audit,
            jobs_engine=engine,
        )
    )
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is killed is gone
    print("ready", flush=True)
    children = []
    for _line in sys.stdin:
        children.append(os.fork())
        if children[-1] == 0:
            _work(app, int(port))
        print(children[-1], flush=True)
    for child in children:  # the tests are gone, maybe without a word
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _work(app, port):
    def handler(work):
        run_effect(work, Order(str(work.job_id), port))

    Worker(app, threads=THREADS, handlers={TASK: handler}, lease=LEASE).start()
    while True:
        signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])

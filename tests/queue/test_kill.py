"""Workers that are killed, again and again: nothing is lost, and nothing outside is done twice."""

import os
import random
import signal
import socketserver
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread

import pytest
from sqlalchemy import create_engine, func, select, text

from app.domain.jobs import JobState
from app.models import Job
from app.queue import enqueue
from tests.queue.bench import CHECKED, TASK, until

ROOT = Path(__file__).resolve().parents[2]
JOBS = 1000
WORKERS = 3
KILL_EVERY = 40
KILLED_UNTIL = 800
"""Jobs that are done when the last worker is killed: the others show that the rest is taken over."""


class Provider:
    """Outside: takes orders by key, counts each, and says what it knows of one."""

    def __init__(self):
        self.orders = Counter()
        self.repeats = 0
        self._lock = Lock()

    def answer(self, line):
        verb, key = line.split()
        with self._lock:
            if verb == "ask":
                self.repeats += 1
                return "done" if key in self.orders else ""
            self.orders[key] += 1
            return "done"


@pytest.fixture
def provider():
    provider = Provider()

    class Answering(socketserver.StreamRequestHandler):
        def handle(self):
            line = self.rfile.readline().decode().strip()
            if line:  # who was killed while it spoke said nothing
                self.wfile.write(f"{provider.answer(line)}\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answering) as server:
        provider.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()


@pytest.fixture
def effects(database):
    """A table of the test's own, which its owner makes and the restored database has not."""
    owner = create_engine(database.addresses.owner)
    with owner.begin() as connection:
        connection.execute(
            text("CREATE TABLE effects_of_tests (key VARCHAR(20) PRIMARY KEY, state VARCHAR(10))")
        )
    owner.dispose()


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("effects")
def test_a_thousand_jobs_survive_workers_that_are_killed(bench, provider, tmp_path):
    with bench.session() as session:
        numbers = [str(enqueue(session, TASK)) for _ in range(JOBS)]
        session.commit()

    with _workers(bench, provider, tmp_path) as pool:
        kills = 0
        while (done := _count(bench, JobState.DONE)) < KILLED_UNTIL:
            kills += 1
            aim = min(done + KILL_EVERY, KILLED_UNTIL)
            until(lambda aim=aim: _count(bench, JobState.DONE) >= aim, within_s=60)
            pool.kill_one()
        until(lambda: _count(bench, JobState.DONE) == JOBS, within_s=60)

    assert kills >= KILLED_UNTIL // KILL_EVERY // 2
    assert any(job.attempts > 1 for job in bench.jobs()), "no worker was killed over its work"
    assert sorted(provider.orders) == sorted(numbers)
    assert [key for key, count in provider.orders.items() if count > 1] == []
    assert _count(bench, JobState.RUNNING) == 0


class Pool:
    """Workers forked by the zygote; each that is killed is replaced."""

    def __init__(self, zygote):
        self._zygote = zygote
        self.alive = []

    def start_one(self):
        self._zygote.stdin.write("start\n")
        self._zygote.stdin.flush()
        self.alive.append(int(self._zygote.stdout.readline()))

    def kill_one(self):
        victim = self.alive.pop(random.randrange(len(self.alive)))
        os.kill(victim, signal.SIGKILL)
        self.start_one()

    def kill_all(self):
        for victim in self.alive:
            os.kill(victim, signal.SIGKILL)


@contextmanager
def _workers(bench, provider, folder):
    addresses = bench.addresses
    command = [
        *(sys.executable, "-m", "tests.queue.zygote"),
        f"{addresses.runtime} {addresses.system} {addresses.audit}",
        *(bench.name, str(provider.port), str(folder)),
    ]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as zygote,
    ):
        pool = Pool(zygote)
        try:
            assert zygote.stdout.readline() == "ready\n", (folder / "log").read_text()
            for _ in range(WORKERS):
                pool.start_one()
            yield pool
        except AssertionError as error:
            error.add_note((folder / "log").read_text()[-5000:])
            raise
        finally:
            pool.kill_all()
            zygote.kill()


def _count(bench, state):
    statement = select(func.count(Job.id)).where(Job.task == TASK, Job.state == state)
    with bench.session() as session:
        return session.scalar(statement, execution_options=CHECKED)

"""The worker as a whole: in this process, and as `flask worker`."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain.jobs import JobState, Task
from app.jobs.schedules import SCHEDULES
from app.models import Job
from app.queue import enqueue
from tests.queue.bench import until

pytestmark = pytest.mark.usefixtures("empty_ledger")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def engine(app):
    from app.jobs.running import system_engine

    return system_engine(app)


@pytest.fixture
def add(engine):
    def add(task=Task.PURGE_EXPIRED):
        with Session(engine) as session, session.begin():
            return enqueue(session, task)

    return add


@pytest.fixture
def job(engine):
    def job(number):
        with Session(engine, expire_on_commit=False) as session:
            statement = select(Job).where(Job.id == number)
            return session.scalars(statement, execution_options={"tenancy": "checked"}).one()

    return job


def test_it_runs_what_is_enqueued_and_stops(app, add, job):
    from app.jobs.worker import Worker

    seen = Event()
    worker = Worker(app, handlers={Task.PURGE_EXPIRED: lambda work: seen.set()})
    worker.start()
    number = add()

    assert seen.wait(10)
    assert worker.stop() == 0
    assert job(number).state is JobState.DONE


def test_what_does_not_end_in_time_is_given_back_and_cannot_write_any_more(app, add, job):
    from app.jobs.worker import Worker

    begun, go_on, ended = Event(), Event(), Event()

    def handler(_work):
        begun.set()
        go_on.wait(20)
        ended.set()

    worker = Worker(app, handlers={Task.PURGE_EXPIRED: handler})
    number = add()
    worker.start()
    assert begun.wait(10)

    assert worker.stop(grace_s=0.1) == 1
    given_back = job(number)
    assert (given_back.state, given_back.attempts) == (JobState.WAITING, 0)
    go_on.set()
    assert ended.wait(10)
    until(lambda: not worker.is_running)
    assert job(number).state is JobState.WAITING


@pytest.mark.parametrize("error", [OperationalError("", {}, Exception()), RuntimeError()])
def test_a_database_that_is_away_for_a_while_is_outlived(app, add, job, monkeypatch, error):
    from app.jobs import worker as module
    from app.queue.ledger import Ledger

    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    claim_next, away = Ledger.claim_next, [error] * 3

    def claim(ledger):
        if away:
            raise away.pop()
        return claim_next(ledger)

    monkeypatch.setattr(Ledger, "claim_next", claim)
    worker = module.Worker(app, handlers={Task.PURGE_EXPIRED: lambda work: None})
    worker.start()
    try:
        number = add()
        until(lambda: job(number).state is JobState.DONE)
    finally:
        worker.stop()


@pytest.fixture
def command(live_database, tmp_path):
    """The command line on the database of this round."""
    addresses = live_database.addresses
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": addresses.runtime,
        "DATABASE_OWNER_URL": addresses.owner,
        "DATABASE_SYSTEM_URL": addresses.system,
        "DATABASE_AUDIT_URL": addresses.audit,
    }
    return {
        "args": [sys.executable, "-m", "flask", "--app", "run", "worker"],
        "env": environment,
        "cwd": ROOT,
        "text": True,
    }


def test_the_command_says_what_it_does_and_ends_when_it_is_told_to(command, add, job):
    number = add(Task.EXPIRE_ACCESS)
    with _running(command) as process:
        said = process.stdout.readline()
        until(lambda: job(number).state is JobState.DONE)
        process.send_signal(signal.SIGTERM)
        rest, log = process.communicate(timeout=30)

    assert process.returncode == 0, log
    assert said.startswith(f"Worker {process.pid} (")
    assert rest.endswith("Stopped.\n")
    assert f"job {number} EXPIRE_ACCESS: DONE" in log


def test_the_command_names_what_the_database_lacks(command, database):
    owner = create_engine(database.addresses.owner)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE job RENAME TO job_of_yesterday"))
    owner.dispose()

    result = subprocess.run(**command, capture_output=True, check=False, timeout=60)

    assert result.returncode == 1
    assert "flask db upgrade" in result.stderr
    assert "Traceback" not in result.stderr


def test_draining_runs_what_is_due_or_scheduled_and_ends(app, add, job):
    number = add(Task.EXPIRE_ACCESS)

    result = app.test_cli_runner().invoke(args=["worker", "--drain"])

    assert result.exit_code == 0, result.output
    runs = 1 + len(SCHEDULES)
    assert f"Jobs run: {runs}; done: {runs}." in result.output
    assert job(number).state is JobState.DONE


@contextmanager
def _running(command):
    process = subprocess.Popen(**command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()

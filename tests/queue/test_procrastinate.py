"""procrastinate as the engine: told in the caller's transaction, quick to wake, hard to lose a job with."""

import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Event, Lock, Thread

import pytest
from psycopg.sql import SQL
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.jobs import JobState, Postponed
from app.models import Job
from app.queue import enqueue
from tests.queue.bench import CHECKED, TASK, until

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("empty_ledger")]


@pytest.fixture
def owner(database):
    """The database as its owner, who may look at everything that jobs leave in it."""
    engine = create_engine(database.addresses.owner, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def known(owner):
    """What procrastinate holds: arguments and state of each row."""

    def known():
        rows = owner.execute(text("SELECT args, status FROM procrastinate_jobs ORDER BY id"))
        return [(row.args, row.status) for row in rows]

    return known


@pytest.fixture
def ask_server(database):
    """Ask as the superuser, who sees and ends the connections of others."""
    return lambda question: database._server.execute(SQL(question), database=database._live)


@pytest.fixture
def add(session):
    """Enqueue and commit as a page does it, as the role of the web."""

    def add(**given):
        number = enqueue(session, TASK, **given)
        session.commit()
        return number

    return add


@pytest.fixture
def states(owner):
    def states(*numbers):
        statement = select(Job.id, Job.state).where(Job.id.in_(numbers))
        return dict(owner.execute(statement).all())

    return states


@pytest.fixture
def change(app):
    """Write into the ledger behind everybody's back."""
    from app.jobs.running import system_engine

    def change(number, **values):
        with Session(system_engine(app)) as session, session.begin():
            session.execute(
                update(Job).where(Job.id == number).values(**values), execution_options=CHECKED
            )

    return change


@pytest.fixture
def working(app, monkeypatch):
    """A worker of this deployment's engine, with one handler, as long as the block lasts."""
    from app.jobs.worker import Worker

    monkeypatch.setattr("app.queue.procrastinate_worker.TAKE_OVER_S", 0.1)
    monkeypatch.setattr("app.queue.procrastinate_worker.AGAIN_S", 0.1)

    @contextmanager
    def working(handler, *, threads=2):
        worker = Worker(app, threads=threads, handlers={TASK: handler})
        worker.start()
        try:
            yield worker
        finally:
            assert worker.stop() == 0

    return working


def test_a_deployment_on_postgresql_has_this_engine(app):
    assert app.extensions["settings"].jobs_engine == "procrastinate"


def test_it_is_told_with_the_commit_and_of_the_number_alone(session, known):
    number = enqueue(session, TASK, {"mail": "m-1"}, company_id=1)
    assert known() == []

    session.commit()

    assert known() == [({"job_id": number}, "todo")]


def test_it_never_hears_of_what_was_rolled_back(session, known):
    enqueue(session, TASK)
    session.rollback()

    assert known() == []


def test_it_hears_once_of_what_was_asked_for_twice(add, known):
    assert add(key="nightly") is not None
    assert add(key="nightly") is None

    assert len(known()) == 1


def test_work_is_refused_where_its_tables_are_missing(app, session, owner):
    from app.queue.procrastinate import NotInstalled

    owner.execute(text("DROP TABLE procrastinate_jobs CASCADE"))

    with pytest.raises(NotInstalled, match="flask jobs install"):
        enqueue(session, TASK)
    session.rollback()
    refused = app.test_cli_runner().invoke(args=["worker", "--drain"])
    assert refused.exit_code != 0
    assert "flask jobs install" in refused.output


def test_who_asks_whether_we_are_ready_learns_no_reason(client, owner, caplog):
    assert client.get("/readyz").status_code == 200
    owner.execute(text("DROP TABLE procrastinate_jobs CASCADE"))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})
    assert "not ready: jobs" in caplog.text


def test_a_job_is_run_as_soon_as_it_is_written(add, working, states, known):
    ran = Event()
    with working(lambda _work: ran.set()):
        number = add()
        assert ran.wait(10)
        until(lambda: states(number)[number] is JobState.DONE)
        until(lambda: known() == [])


def test_the_database_wakes_an_idle_worker(add, working, ask_server, monkeypatch):
    monkeypatch.setattr("app.queue.procrastinate_worker.POLL_S", 60)
    monkeypatch.setattr("app.queue.procrastinate_worker.TAKE_OVER_S", 60)
    ran = Event()
    with working(lambda _work: ran.set()):
        until(
            lambda: (
                ask_server("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
                != "0"
            )
        )
        add()
        assert ran.wait(10)


def test_a_job_put_off_comes_back_by_itself(add, working, states, known):
    tries = Counter()

    def busy_once(work):
        tries[work.attempt] += 1
        if work.attempt == 1:
            raise Postponed("busy", after=timedelta(milliseconds=50))

    with working(busy_once):
        number = add()
        until(lambda: states(number)[number] is JobState.DONE)

    assert tries == {1: 1, 2: 1}
    assert known() == []


def test_a_worker_that_stops_ends_what_it_has_begun(add, working, states, known, owner):
    begun, may_end = Event(), Event()

    def slow(_work):
        begun.set()
        assert may_end.wait(10)

    with working(slow, threads=1) as worker:
        number = add()
        assert begun.wait(10)
        worker.tell_to_stop()
        may_end.set()

    later = add()
    assert states(number, later) == {number: JobState.DONE, later: JobState.WAITING}
    assert known() == [({"job_id": later}, "todo")]
    assert owner.scalar(text("SELECT count(*) FROM procrastinate_workers")) == 0


def test_two_workers_never_run_one_job_at_once(add, working, states, owner):
    running, ran, clashes, lock = Counter(), Counter(), [], Lock()

    def watched(work):
        with lock:
            running[work.job_id] += 1
            ran[work.job_id] += 1
            if running[work.job_id] > 1:
                clashes.append(work.job_id)
        time.sleep(0.002)
        with lock:
            running[work.job_id] -= 1

    numbers = [add() for _ in range(50)]
    # Told of twice, as after a take-over that two workers did.
    owner.execute(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
            "SELECT queue_name, task_name, args FROM procrastinate_jobs"
        )
    )
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(working(watched, threads=4))
        until(lambda: set(states(*numbers).values()) == {JobState.DONE}, within_s=30)

    assert clashes == []
    assert ran == dict.fromkeys(numbers, 1)


def test_what_it_never_heard_of_is_run_all_the_same(add, working, states, change, owner):
    number = add()
    owner.execute(text("DELETE FROM procrastinate_jobs"))  # a backup without its tables
    change(number, run_at=now() - timedelta(minutes=1))

    with working(lambda _work: None):
        until(lambda: states(number)[number] is JobState.DONE)


def test_what_waits_for_its_time_is_left_to_wait(add, working, known):
    number = add(run_at=now() + timedelta(hours=1))
    done = Event()
    with working(lambda work: done.set() if work.job_id != number else None):
        add()
        assert done.wait(10)

    assert known() == [({"job_id": number}, "todo")]


def test_the_job_of_a_dead_worker_is_taken_over(add, working, states, change, known, owner):
    number = add()
    change(
        number,
        state=JobState.RUNNING,
        lease_token="of-the-dead",
        leased_until=now() - timedelta(seconds=1),
        attempts=1,
    )
    owner.execute(
        text(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '1 hour') RETURNING id) "
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead"
        )
    )
    attempts = []

    with working(lambda work: attempts.append(work.attempt)):
        until(lambda: states(number)[number] is JobState.DONE)
        until(lambda: known() == [])

    assert attempts == [2]
    assert owner.scalar(text("SELECT count(*) FROM procrastinate_workers")) == 0


def test_a_job_that_somebody_holds_is_looked_at_again_when_they_might_be_dead(
    add, working, states, change
):
    number = add()
    change(
        number,
        state=JobState.RUNNING,
        lease_token="of-somebody",
        leased_until=now() + timedelta(seconds=1.5),
        attempts=1,
    )
    with working(lambda _work: None):
        until(lambda: states(number)[number] is JobState.DONE)


@pytest.mark.parametrize(
    "harm",
    [
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE usename = 'clientele_system' AND datname = current_database()",
        "DELETE FROM procrastinate_workers",  # what others do to one that was not heard of
    ],
    ids=["connections lost", "taken for dead"],
)
def test_a_worker_outlives(harm, add, working, states, ask_server, monkeypatch):
    monkeypatch.setattr("app.queue.procrastinate_takeover.LATE", timedelta(milliseconds=200))
    first_done = Event()
    with working(lambda _work: first_done.set()) as worker:
        add()
        assert first_done.wait(10)
        ask_server(harm)
        number = add()
        until(lambda: states(number)[number] is JobState.DONE, within_s=30)
        assert not worker.is_told_to_stop


def test_a_worker_without_a_database_still_stops_when_told(app, tmp_path):
    from app.queue.engine import Duty, engine_named

    stop = Event()
    duty = Duty(
        run_next=lambda: False,
        run_one=lambda _number: None,
        threads=1,
        stop=stop,
        database_url=f"postgresql+psycopg://nobody@/nothing?host={tmp_path}",
    )
    thread = Thread(target=engine_named("procrastinate").serve, args=(duty,))
    thread.start()
    stop.set()
    thread.join(10)

    assert not thread.is_alive()

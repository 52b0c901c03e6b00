"""One attempt at a job: done, put off or given up, and what the table and the log say of it."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.jobs import FailedForGood, JobState, Postponed, Task
from app.models import Job
from app.queue import enqueue
from app.queue.backoff import MOST_ATTEMPTS

pytestmark = pytest.mark.usefixtures("empty_ledger")

SECRET = "claire.dupont@martin.example"


@pytest.fixture
def system(app):
    from sqlalchemy.orm import Session

    from app.jobs.running import system_engine

    with Session(system_engine(app)) as session:
        yield session


@pytest.fixture
def add(system):
    def add(**given):
        number = enqueue(system, Task.PURGE_EXPIRED, **given)
        system.commit()
        return number

    return add


@pytest.fixture
def row(system):
    def row(number):
        system.rollback()
        return system.scalar(
            select(Job).where(Job.id == number),
            execution_options={"tenancy": "checked", "populate_existing": True},
        )

    return row


@pytest.fixture
def run(app):
    from app.jobs.running import run_due

    return lambda handler: run_due(app, handlers={Task.PURGE_EXPIRED: handler})


def test_a_handler_gets_what_was_asked_for(add, run, row):
    number = add(arguments={"mail": "m-1"}, company_id=1)
    seen = []

    run(seen.append)

    [work] = seen
    assert (work.job_id, work.task, work.attempt) == (number, Task.PURGE_EXPIRED, 1)
    assert (dict(work.arguments), work.company_id) == ({"mail": "m-1"}, 1)
    done = row(number)
    assert done.state is JobState.DONE
    assert done.finished_at is not None
    assert done.lease_token is None


def test_what_is_due_later_waits(add, run, row, time_machine):
    from app.domain.clock import now

    number = add(run_at=now() + timedelta(minutes=5))

    assert run(lambda work: None) == []
    time_machine.move_to(now() + timedelta(minutes=6))
    assert len(run(lambda work: None)) == 1
    assert row(number).state is JobState.DONE


def test_jobs_run_in_the_order_in_which_they_became_due(add, run):
    numbers = [add() for _ in range(5)]
    seen = []

    run(lambda work: seen.append(work.job_id))

    assert seen == numbers


def test_a_job_may_set_off_another(app, add, run):
    add()
    ran = []

    def handler(work):
        ran.append(work.job_id)
        if len(ran) == 1:
            with work.session() as session:
                enqueue(session, Task.PURGE_EXPIRED)
                session.commit()

    run(handler)

    assert len(ran) == 2


def test_an_unforeseen_failure_is_tried_again_and_in_the_end_given_up(add, run, row, time_machine):
    from app.domain.clock import now

    number = add()
    attempts = []

    def handler(work):
        attempts.append(work.attempt)
        raise ValueError(SECRET)

    for _ in range(MOST_ATTEMPTS):
        run(handler)
        run(handler)  # nothing: it waits
        time_machine.move_to(now() + timedelta(hours=1))

    assert attempts == list(range(1, MOST_ATTEMPTS + 1))
    assert row(number).state is JobState.DEAD
    run(handler)
    assert len(attempts) == MOST_ATTEMPTS


def test_a_failure_tells_neither_table_nor_log_what_its_text_was(add, run, row, caplog):
    number = add()

    def handler(_work):
        raise ValueError(SECRET)

    with caplog.at_level(logging.DEBUG):
        run(handler)

    assert row(number).last_error == "ValueError"
    assert SECRET not in caplog.text
    assert f"job {number} PURGE_EXPIRED: put off, ValueError" in caplog.text


def test_what_failed_for_good_is_dead_at_once(add, run, row):
    number = add()

    def handler(_work):
        raise FailedForGood("address_refused")

    [ran] = run(handler)

    assert ran.state is JobState.DEAD
    dead = row(number)
    assert (dead.state, dead.last_error, dead.attempts) == (JobState.DEAD, "address_refused", 1)


def test_the_time_that_the_other_side_asked_for_is_kept(add, run, row):
    from app.domain.clock import now

    number = add()

    def handler(_work):
        raise Postponed("greylisted", after=timedelta(minutes=10))

    run(handler)

    waiting = row(number)
    assert (waiting.state, waiting.last_error) == (JobState.WAITING, "greylisted")
    assert timedelta(minutes=9.9) < waiting.run_at - now() < timedelta(minutes=11)


def test_postponing_never_kills(add, run, row, time_machine):
    from app.domain.clock import now

    number = add()

    def handler(_work):
        raise Postponed

    for _ in range(MOST_ATTEMPTS + 2):
        run(handler)
        time_machine.move_to(now() + timedelta(hours=1))

    assert row(number).state is JobState.WAITING
    assert row(number).attempts == MOST_ATTEMPTS + 2


def test_a_task_that_this_version_does_not_know_is_left_to_a_newer_one(app, add, row):
    from app.jobs.running import run_due

    number = add()

    run_due(app, handlers={})

    assert (row(number).state, row(number).last_error) == (JobState.WAITING, "no_handler")


def test_a_process_that_is_told_to_end_gives_its_job_back(add, run, row):
    number = add()

    def handler(_work):
        raise SystemExit

    with pytest.raises(SystemExit):
        run(handler)

    waiting = row(number)
    assert (waiting.state, waiting.attempts) == (JobState.WAITING, 0)
    assert len(run(lambda work: None)) == 1

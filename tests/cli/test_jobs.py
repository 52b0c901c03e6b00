"""`flask jobs`: looked at, started again and cancelled from the command line, and told of in the trail."""

import pytest
from sqlalchemy import select

from app.domain.audit import AuditAction
from app.domain.jobs import FailedForGood, JobState, Task
from app.models import AuditEvent, Job
from app.queue import enqueue

pytestmark = pytest.mark.usefixtures("empty_ledger")


@pytest.fixture
def run(app):
    def invoke(*arguments):
        return app.test_cli_runner().invoke(
            args=["jobs", *map(str, arguments)], catch_exceptions=False
        )

    return invoke


@pytest.fixture
def look(app):
    """What a statement finds in all companies."""
    from app.security.cross_company import cross_company

    def look(statement):
        with app.app_context(), cross_company("tests") as session:
            session.rollback()
            return session.scalars(statement).all()

    return look


@pytest.fixture
def job(app, session):
    def job(**given):
        number = enqueue(session, Task.PURGE_EXPIRED, **given)
        session.commit()
        return number

    return job


@pytest.fixture
def dead(app, job):
    from app.jobs.running import run_due

    def refused(_work):
        raise FailedForGood("link_dead")

    number = job()
    run_due(app, handlers={Task.PURGE_EXPIRED: refused})
    return number


def test_the_list_counts_all_and_names_what_is_open(run, job, dead):
    waiting = job()

    printed = run("list").output

    assert "WAITING=1" in printed
    assert "DEAD=1" in printed
    assert f"{waiting}\tPURGE_EXPIRED\tWAITING" in printed
    assert f"{dead}\tPURGE_EXPIRED\tDEAD" in printed
    assert f"{waiting}\t" not in run("list", "--state", "dead").output


def test_a_job_is_shown_with_the_meaning_of_its_error(run, dead):
    printed = run("show", dead).output

    assert "link_dead" in printed
    assert "This link no longer works" in printed


def test_what_nobody_foresaw_is_said_to_be_in_the_log(app, run, job):
    from app.jobs.running import run_due

    def broken(_work):
        raise ZeroDivisionError("by what, only the log may tell")

    number = job()
    run_due(app, handlers={Task.PURGE_EXPIRED: broken})
    printed = run("show", number).output

    assert "ZeroDivisionError" in printed
    assert f"nobody foresaw it; the log of the worker tells more: job {number}" in printed
    assert "by what" not in printed


def test_a_dead_job_is_started_again_and_the_trail_says_by_whom(run, dead, look):
    result = run("requeue", dead)

    assert result.exit_code == 0, result.output
    [job] = look(select(Job).where(Job.id == dead))
    assert (job.state, job.attempts) == (JobState.WAITING, 0)
    [event] = look(select(AuditEvent).where(AuditEvent.action == AuditAction.JOB_REQUEUED.value))
    assert (event.target_id, event.actor_name) == (dead, "command line")
    assert event.changes == {"state": ["DEAD", "WAITING"]}


def test_a_waiting_job_is_cancelled_once(run, job, look):
    number = job()

    assert run("cancel", number).exit_code == 0
    again = run("cancel", number)

    assert again.exit_code == 1
    assert "done or cancelled in the meantime" in again.output
    cancelled = select(AuditEvent).where(AuditEvent.action == AuditAction.JOB_CANCELLED.value)
    assert [event.target_id for event in look(cancelled)] == [number]


def test_what_runs_is_left_alone(app, run, job, look):
    from app.jobs.running import system_engine
    from app.queue.ledger import Ledger

    number = job()
    Ledger(system_engine(app), worker="tests").claim(number)

    assert "running right now" in run("cancel", number).output
    assert "running right now" in run("requeue", number).output
    [held] = look(select(Job).where(Job.id == number))
    assert held.state is JobState.RUNNING


def test_of_several_that_are_named_all_or_none_are_cancelled(run, job, look):
    number = job()

    result = run("cancel", number, 999_999)

    assert result.exit_code == 1
    assert "does not exist" in result.output
    [kept] = look(select(Job).where(Job.id == number))
    assert kept.state is JobState.WAITING

"""Jobs as staff see them: administrators all, account managers those of their companies, auditors to read."""

import pytest
from sqlalchemy import select, update

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.jobs import JobState, Task
from app.models import Job
from app.queue import enqueue
from app.security.cross_company import cross_company
from tests import cast
from tests.web.backoffice.trail import events

LIST = "/backoffice/jobs/list/"


@pytest.fixture
def job_of(app):
    """Makes a job of a company, or of none, in a state, and gives its public id."""

    def make(company=None, state=JobState.DEAD, error="FAILED"):
        owner = cast.company(app, company).id if company else None
        with app.app_context(), cross_company("a test") as session:
            number = enqueue(session, Task.EXPIRE_ACCESS, company_id=owner)
            session.execute(
                update(Job)
                .where(Job.id == number)
                .values(state=state, last_error=error, attempts=3, run_at=now())
            )
            session.commit()
            return session.get_one(Job, number).public_id

    return make


def job(app, public_id):
    return cast._one(app, select(Job).where(Job.public_id == public_id))


def shown(text, *public_ids):
    return [public_id for public_id in public_ids if str(public_id) in text]


def test_everybody_sees_the_jobs_that_are_theirs_to_see(marc, sofia, ana, browser, job_of):
    martin, peeters, nobodys = job_of(cast.MARTIN), job_of(cast.PEETERS), job_of()

    every = (martin, peeters, nobodys)
    assert shown(marc.get(LIST).text, *every) == [martin]
    assert shown(browser(cast.NORA).get(LIST).text, *every) == [peeters]
    assert shown(sofia.get(LIST).text, *every) == [*every]
    assert shown(ana.get(LIST).text, *every) == [*every]


def test_a_customer_sees_none(browser, job_of):
    job_of(cast.MARTIN)

    assert browser(cast.CLAIRE).get(LIST).status_code == 403


def test_a_job_that_was_given_up_is_started_again(app, marc, job_of):
    dead = job_of(cast.MARTIN)
    path = f"/backoffice/jobs/action/start_again/{dead}"

    assert marc.post(path).status_code == 200, "it asks first"
    assert job(app, dead).state is JobState.DEAD
    assert marc.post(path, {"confirmed": "1"}).status_code == 303

    assert (job(app, dead).state, job(app, dead).attempts) == (JobState.WAITING, 0)
    event = events(app, AuditAction.JOB_REQUEUED)[0]
    assert event.actor_name == "Marc Manager"
    assert event.company_id == cast.company(app, cast.MARTIN).id


def test_several_jobs_are_cancelled_at_once(app, sofia, job_of):
    chosen = [job_of(state=JobState.WAITING, error=None) for _ in range(2)]

    answer = sofia.post(
        "/backoffice/jobs/action_post",
        {"action": "cancel", "rowid": [str(one) for one in chosen], "confirmed": "1"},
    )

    assert answer.status_code == 303
    assert [job(app, one).state for one in chosen] == [JobState.CANCELLED] * 2


def test_all_or_none_are_cancelled(app, sofia, job_of):
    waiting, done = job_of(state=JobState.WAITING), job_of(state=JobState.DONE)

    sofia.post(
        "/backoffice/jobs/action_post",
        {"action": "cancel", "rowid": [str(waiting), str(done)], "confirmed": "1"},
    )

    assert job(app, waiting).state is JobState.WAITING
    assert "nothing was changed" in sofia.get(LIST).text


@pytest.mark.parametrize("who", [cast.NORA, cast.ANA, cast.CLAIRE])
@pytest.mark.parametrize("name", ["start_again", "cancel"])
def test_nobody_else_does_anything_to_a_job(app, browser, job_of, who, name):
    dead = job_of(cast.MARTIN)

    answer = browser(who).post(f"/backoffice/jobs/action/{name}/{dead}", {"confirmed": "1"})

    assert answer.status_code in {403, 404}
    assert job(app, dead).state is JobState.DEAD


def test_what_makes_no_sense_is_not_offered(sofia, job_of):
    running = sofia.get(f"/backoffice/jobs/show/{job_of(state=JobState.RUNNING, error=None)}").text
    dead = sofia.get(f"/backoffice/jobs/show/{job_of()}").text

    assert "/action/" not in running
    assert "/action/start_again/" in dead


def test_a_problem_that_nobody_foresaw_is_named(sofia, job_of):
    page = sofia.get(f"/backoffice/jobs/show/{job_of(error='ZeroDivisionError')}").text

    assert "Unexpected problem: ZeroDivisionError" in page

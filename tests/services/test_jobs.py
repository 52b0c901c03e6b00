"""Decisions about jobs: who sees which, and what may be decided when."""

import pytest

from app.domain.audit import AuditAction
from app.domain.jobs import JobState, Task
from app.queue import enqueue
from app.services.jobs import (
    JobUnknown,
    cancel_job,
    count_jobs,
    find_job,
    list_jobs,
    start_job_again,
)
from tests import cast
from tests.services.trail import follow_trail

pytestmark = pytest.mark.usefixtures("empty_ledger")


@pytest.fixture
def marc(session):
    """An account manager, who serves one company here."""
    from app.security import scope
    from app.security.tenancy import open_scope

    company = cast.company(session, cast.MARTIN)
    open_scope(session, scope.of_portfolio((company.id,), user_id=cast.user(session, cast.MARC).id))
    return company


@pytest.fixture
def others(session):
    """A job of another company, and one of nobody's."""
    peeters = cast.company(session, cast.PEETERS)
    numbers = [
        enqueue(session, Task.SEND_MAIL, company_id=peeters.id),
        enqueue(session, Task.PURGE_EXPIRED),
    ]
    session.commit()
    return numbers


def test_an_account_manager_decides_about_jobs_of_the_own_companies(session, marc):
    trail = follow_trail(session)
    number = enqueue(session, Task.SEND_MAIL, company_id=marc.id)
    job = find_job(session, number)

    cancel_job(session, job)
    start_job_again(session, job)
    session.flush()

    assert job.state is JobState.WAITING
    assert [event.action for event in trail] == [
        AuditAction.JOB_CANCELLED.value,
        AuditAction.JOB_REQUEUED.value,
    ]
    assert {event.company_id for event in trail} == {marc.id}


def test_jobs_of_other_companies_and_of_nobodys_are_not_theirs(session, others, marc):
    for number in others:
        with pytest.raises(JobUnknown):
            find_job(session, number)
    assert list_jobs(session, list(JobState), limit=10) == []
    assert count_jobs(session) == {}


def test_an_administrator_sees_the_jobs_of_the_machine(session, others):
    from app.security import scope
    from app.security.tenancy import open_scope

    open_scope(session, scope.of_directory(user_id=cast.user(session, cast.MARC).id))

    assert [job.id for job in list_jobs(session, list(JobState), limit=10)] == others[::-1]
    cancel_job(session, find_job(session, others[0]))
    assert count_jobs(session) == {JobState.CANCELLED: 1, JobState.WAITING: 1}

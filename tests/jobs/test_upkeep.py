"""What is over: the end of access is told once, what ended long ago is deleted, and no work leaves no trace."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.jobs import JobState, Task
from app.models import AuditEvent, Job, LoginSession, Membership, ThrottleWindow
from app.queue import enqueue
from tests import cast


@pytest.fixture
def everything(app):
    """A session that sees all companies, and leaves no trace of its own."""
    from app.extensions import db
    from app.security.scope import EVERYTHING
    from app.security.tenancy import TenantSession, open_scope

    with app.app_context(), TenantSession(db=db, info={"engine": "system"}) as session:
        open_scope(session, EVERYTHING)
        yield session


@pytest.fixture
def run(everything, run_jobs):
    def run(task):
        everything.commit()
        enqueue(everything, task)
        everything.commit()
        run_jobs()

    return run


@pytest.fixture
def told(everything):
    def told(action):
        statement = select(AuditEvent).where(AuditEvent.action == action.value)
        return everything.scalars(statement.order_by(AuditEvent.id)).all()

    return told


@pytest.fixture
def claire(everything):
    """Claire's access to one company, on its last day."""
    user = cast.user(everything, cast.CLAIRE)
    membership = everything.scalars(select(Membership).where(Membership.user_id == user.id)).first()
    membership.expires_on = today()
    everything.commit()
    return membership


def test_access_has_not_ended_on_its_last_day(claire, run, told):
    run(Task.EXPIRE_ACCESS)

    assert told(AuditAction.MEMBERSHIP_EXPIRED) == []


def test_the_end_of_access_is_told_once(claire, run, told, everything):
    claire.expires_on = today() - timedelta(days=1)
    run(Task.EXPIRE_ACCESS)
    run(Task.EXPIRE_ACCESS)

    [event] = told(AuditAction.MEMBERSHIP_EXPIRED)
    everything.refresh(claire)
    assert event.company_id == claire.company_id
    assert event.target_id == claire.id
    assert event.changes["expires_on"][1] == claire.expires_on.isoformat()
    assert claire.expiry_recorded_at is not None


def test_no_work_leaves_no_trace(run, told):
    before = len(told(AuditAction.CROSS_COMPANY_OPENED))
    run(Task.EXPIRE_ACCESS)
    run(Task.EXPIRE_INVITATIONS)
    run(Task.PURGE_EXPIRED)

    assert len(told(AuditAction.CROSS_COMPANY_OPENED)) == before


def test_what_ended_long_ago_is_deleted_and_nothing_else(run, everything):
    at, user = now(), cast.user(everything, cast.CLAIRE)
    long_ago, lately = at - timedelta(days=100), at - timedelta(days=80)
    for when in (long_ago, lately):
        everything.add(_session(user.id, when))
        everything.add(_window(when))
        for state in (JobState.DONE, JobState.CANCELLED, JobState.DEAD):
            everything.add(_job(state, when))
    everything.add(_window(at + timedelta(minutes=5)))
    run(Task.PURGE_EXPIRED)

    everything.expire_all()
    left = everything.scalars(select(Job).where(Job.key.startswith("old "))).all()
    assert {(job.state, job.run_at) for job in left} == {
        (JobState.DEAD, long_ago),
        *((state, lately) for state in (JobState.DONE, JobState.CANCELLED, JobState.DEAD)),
    }
    assert everything.scalars(select(LoginSession.expires_at)).all() == [lately]
    assert [one > at for one in everything.scalars(select(ThrottleWindow.ends_at))] == [True]


def test_many_old_jobs_are_deleted_in_several_commits(run, everything, monkeypatch):
    monkeypatch.setattr("app.services.jobs.PURGED_AT_ONCE", 3)
    everything.add_all(_job(JobState.DONE, now() - timedelta(days=100 + n)) for n in range(10))
    run(Task.PURGE_EXPIRED)

    assert everything.scalars(select(Job.id).where(Job.key.startswith("old "))).all() == []


def _session(user_id, when):
    return LoginSession(
        token_sha256=f"{when:%j}" * 8,
        user_id=user_id,
        created_at=when,
        authenticated_at=when,
        last_seen_at=when,
        expires_at=when,
    )


def _window(when):
    return ThrottleWindow(key=f"{when:%j%S}", starts_at=when, ends_at=when, count=1)


def _job(state, when):
    return Job(
        task=Task.SEND_MAIL,
        key=f"old {state.value} {when.isoformat()}",
        arguments={},
        state=state,
        run_at=when,
        attempts=1,
        created_at=when,
    )

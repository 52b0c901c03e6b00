"""The job that adds up the figures: what changed is in them, and where nothing did it leaves no trace."""

from sqlalchemy import func, select

from app.domain.jobs import Task
from app.jobs.schedules import SCHEDULES
from app.models import AuditEvent, MonthlyFigure
from app.queue import enqueue
from app.security.cross_company import cross_company


def work(app, run_jobs):
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        enqueue(session, Task.REFRESH_FIGURES)
        session.commit()
    run_jobs()


def traces(app):
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        label = AuditEvent.target_label == "job: refresh_figures"
        return session.scalar(select(func.count(AuditEvent.id)).where(label))


def test_it_is_done_every_hour():
    assert Task.REFRESH_FIGURES in {one.task for one in SCHEDULES}


def test_it_adds_up_what_was_lost_and_nothing_twice(app, run_jobs):
    with app.app_context(), cross_company("a test") as session:
        stored = session.scalar(select(func.count(MonthlyFigure.id)))
        session.query(MonthlyFigure).delete()
        session.commit()
    assert stored
    work(app, run_jobs)

    with app.app_context(), cross_company("a test") as session:
        assert session.scalar(select(func.count(MonthlyFigure.id))) == stored
        session.rollback()
    once = traces(app)
    assert once
    work(app, run_jobs)
    assert traces(app) == once

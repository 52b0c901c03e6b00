"""What is done at regular times: each slot once, however many workers ask for it."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain.jobs import Task
from app.jobs.schedules import SCHEDULES, Schedule, Timetable, enqueue_slots
from app.models import Job

HOURLY = Schedule(Task.EXPIRE_ACCESS, timedelta(hours=1))
DAILY = Schedule(Task.PURGE_EXPIRED, timedelta(days=1))
AT = datetime(2026, 11, 22, 13, 59, 59, tzinfo=UTC)


@pytest.fixture
def engine(app):
    from app.jobs.running import system_engine

    return system_engine(app)


@pytest.fixture
def slots(engine):
    def slots():
        statement = select(Job.key).where(Job.key.startswith("slot ")).order_by(Job.id)
        with Session(engine) as session:
            return session.scalars(statement, execution_options={"tenancy": "checked"}).all()

    return slots


def test_slots_are_the_same_on_all_machines():
    assert HOURLY.slot(AT) == "slot 2026-11-22T13:00:00Z"
    assert HOURLY.slot(AT + timedelta(seconds=1)) == "slot 2026-11-22T14:00:00Z"
    assert DAILY.slot(AT) == "slot 2026-11-22T00:00:00Z"


def test_ten_workers_at_the_same_time_have_a_slot_done_once(engine, slots):
    start = Barrier(10)

    def ask():
        start.wait()
        with Session(engine) as session, session.begin():
            enqueue_slots(session, (HOURLY, DAILY), at=AT)

    threads = [Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(slots()) == sorted([HOURLY.slot(AT), DAILY.slot(AT)])


def test_slots_that_nobody_was_there_for_are_not_made_up_for(engine, slots, time_machine):
    timetable = Timetable(engine, [HOURLY])
    time_machine.move_to(AT, tick=False)
    timetable.tick()
    time_machine.move_to(AT + timedelta(hours=7), tick=False)
    timetable.tick()
    timetable.tick()

    assert slots() == [HOURLY.slot(AT), HOURLY.slot(AT + timedelta(hours=7))]


def test_a_worker_that_starts_anew_does_not_repeat_a_slot(engine, slots, time_machine):
    time_machine.move_to(AT, tick=False)
    Timetable(engine, [HOURLY]).tick()
    Timetable(engine, [HOURLY]).tick()

    assert len(slots()) == 1


@pytest.mark.parametrize("error", [OperationalError("", {}, Exception()), RuntimeError()])
def test_the_timetable_outlives_what_stops_it_once(engine, slots, monkeypatch, error):
    monkeypatch.setattr("app.jobs.schedules.TICK_S", 0.01)
    timetable, stop, ticks = Timetable(engine, [HOURLY]), Event(), []
    tick = timetable.tick

    def failing_once():
        ticks.append(1)
        if len(ticks) == 1:
            raise error
        tick()
        stop.set()

    monkeypatch.setattr(timetable, "tick", failing_once)
    timetable.keep(stop)

    assert len(ticks) == 2
    assert len(slots()) == 1


def test_every_task_has_a_handler_and_what_is_scheduled_is_done(app, engine, run_jobs):
    from app.jobs.handlers import HANDLERS

    assert set(HANDLERS) == set(Task)
    with Session(engine) as session, session.begin():
        assert enqueue_slots(session, SCHEDULES, at=AT) == len(SCHEDULES)

    assert run_jobs() >= len(SCHEDULES)

"""What is done at regular times: a table, and the thread that has each slot of it done once."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.jobs import Task
from app.queue import enqueue

log = logging.getLogger(__name__)

TICK_S = 10.0
"""How late a slot may begin; the first look is this long after the start, when the first pages are served."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`task`, once in each slot of `every`; slots are counted from 1970, so that all machines agree on them."""

    task: Task
    every: timedelta

    def slot(self, at: datetime) -> str:
        """The slot that `at` is in, as the key of its job."""
        seconds = int(self.every.total_seconds())
        begins = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
        return f"slot {begins:%Y-%m-%dT%H:%M:%SZ}"


SCHEDULES = (
    Schedule(Task.EXPIRE_ACCESS, timedelta(hours=1)),
    Schedule(Task.EXPIRE_INVITATIONS, timedelta(hours=1)),
    Schedule(Task.PURGE_EXPIRED, timedelta(days=1)),
    Schedule(Task.SWEEP_IMPORTS, timedelta(hours=1)),
    Schedule(Task.REFRESH_FIGURES, timedelta(hours=1)),
)


def enqueue_slots(session: Session, schedules: Iterable[Schedule], *, at: datetime) -> int:
    """Have the slots done that `at` is in, unless somebody was quicker; how many were added. The caller commits.

    Slots that nobody was there for are not made up for: what is done at regular times does the rest next time.
    """
    numbers = [enqueue(session, one.task, key=one.slot(at)) for one in schedules]
    return sum(number is not None for number in numbers)


class Timetable:
    """Asks for each new slot, in every worker; whoever is first has it done."""

    def __init__(self, engine: Engine, schedules: Iterable[Schedule] = SCHEDULES) -> None:
        self._engine = engine
        self._schedules = tuple(schedules)
        self._asked: set[tuple[Task, str]] = set()

    def keep(self, stop: Event) -> None:
        """Ask until told to stop; a database that does not answer is asked again."""
        while not stop.wait(TICK_S):
            try:
                self.tick()
            except Exception as error:
                is_away = isinstance(error, SQLAlchemyError)  # anything else may be a fault of ours
                name = type(error).__name__
                log.warning("schedules: %s; trying again", name, exc_info=not is_away)

    def tick(self) -> None:
        at = now()
        slots = {one: (one.task, one.slot(at)) for one in self._schedules}
        new = [one for one, slot in slots.items() if slot not in self._asked]
        if new:
            with Session(self._engine) as session, session.begin():
                enqueue_slots(session, new, at=at)
        self._asked = set(slots.values())

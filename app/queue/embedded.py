"""The engine without anything beside the database: threads that look into the ledger, woken by each commit."""

from collections.abc import Callable
from datetime import datetime
from threading import Condition, Thread
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Session

from app.models import Job
from app.queue.engine import Duty

POLL_S = 0.5
"""How long a job of another process, or one that has become due, waits at most for an idle worker."""


class Bell:
    """Wakes the idle threads of this process; whoever is busy looks into the ledger anyway."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._rung = 0

    def ring(self, _session: Session | None = None) -> None:
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    def heard(self) -> int:
        """How often it rang so far: taken before looking into the ledger, and handed to `wait`."""
        return self._rung

    def wait(self, heard: int, timeout_s: float) -> None:
        """Wait for a ring that came after `heard`, or until the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung != heard, timeout_s)


class EmbeddedEngine:
    """Runs jobs in threads of a worker, or of the demo's own process."""

    def __init__(self) -> None:
        self.bell = Bell()

    def announce(self, session: Session, _job_id: int, _run_at: datetime) -> None:
        ring: Callable[[Any], None] = self.bell.ring
        if not event.contains(session, "after_commit", ring):
            event.listen(session, "after_commit", ring)

    def serve(self, duty: Duty) -> None:
        threads = [
            Thread(target=self._look, args=(duty,), name=f"jobs-{number}", daemon=True)
            for number in range(1, duty.threads + 1)
        ]
        for thread in threads:
            thread.start()
        duty.stop.wait()
        self.bell.ring()
        for thread in threads:
            thread.join()

    def missing(self, connection: Connection) -> str | None:
        return None if inspect(connection).has_table(Job.__tablename__) else "flask db upgrade"

    def _look(self, duty: Duty) -> None:
        while not duty.stop.is_set():
            heard = self.bell.heard()
            if not duty.run_next() and not duty.stop.is_set():
                self.bell.wait(heard, POLL_S)


ENGINE = EmbeddedEngine()

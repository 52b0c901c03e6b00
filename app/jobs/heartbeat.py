"""The thread that renews the leases of the jobs in hand, so that a slow job is not taken for a dead worker's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from app.queue.ledger import Claim, LeaseLost, Ledger

log = logging.getLogger(__name__)

BEATS_PER_LEASE = 3
"""A renewal may fail, and the next one too, before anybody else takes the job."""


class Heartbeat:
    """Beats while it is entered."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._in_hand: set[Claim] = set()
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._beat, name="jobs-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    @contextmanager
    def keeping(self, claim: Claim) -> Iterator[None]:
        """Renew this lease until the block ends."""
        with self._lock:
            self._in_hand.add(claim)
        try:
            yield
        finally:
            with self._lock:
                self._in_hand.discard(claim)

    def in_hand(self) -> list[Claim]:
        """The jobs that are running now."""
        with self._lock:
            return list(self._in_hand)

    def _beat(self) -> None:
        while not self._stop.wait(self._ledger.lease.total_seconds() / BEATS_PER_LEASE):
            for claim in self.in_hand():
                self._renew(claim)

    def _renew(self, claim: Claim) -> None:
        try:
            self._ledger.renew(claim)
        except LeaseLost:
            # It has ended this instant, or somebody else has it: what it still writes is refused.
            log.info("job %d %s: lease not renewed", claim.job_id, claim.task.value)
        except SQLAlchemyError as error:
            log.warning("job %d %s: %s", claim.job_id, claim.task.value, type(error).__name__)

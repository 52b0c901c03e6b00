"""The most memory that a process holds while something happens."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_EVERY_S = 0.05


@dataclass(slots=True)
class Peak:
    """In MiB; `added` is what came on top of what was held before."""

    before: float
    most: float

    @property
    def added(self) -> float:
        return self.most - self.before


@contextmanager
def peak_of(held: Callable[[], float]) -> Iterator[Peak]:
    """Ask `held` (in MiB) twenty times a second while it lasts."""
    peak = Peak(held(), 0)
    peak.most = peak.before
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY_S):
            peak.most = max(peak.most, held())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()

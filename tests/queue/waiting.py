"""Waiting for a condition, as tests of workers must: the work is done in other threads and processes."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, timeout_s: float = 10) -> None:
    """Look again and again until `condition` holds; fail when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)

"""So many requests a second, whether or not the earlier ones were answered; on loopback, and for so long only."""

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.client import Client
from benchmarks.timing import p95

SENDERS = 16
MOST_PER_SECOND, MOST_SECONDS = 200, 1_800


@dataclass(slots=True)
class Driven:
    """Seconds from when a request was due until it was answered; what was not answered with 200."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    took_s: float = 0

    @property
    def p95_ms(self) -> float:
        return p95(self.seconds) * 1000

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.took_s


class SteadyLoad:
    """`rate` requests a second on `paths` in turn, as somebody who is signed in already."""

    def __init__(
        self, port: int, paths: Sequence[str], cookies: Mapping[str, str], *, rate: int
    ) -> None:
        self._port = port
        self._paths = paths
        self._cookies = dict(cookies)
        self._rate = min(rate, MOST_PER_SECOND)

    def drive(self, *, until: Callable[[], bool], most_s: float) -> Driven:
        """Go on until told to stop, but never longer than `most_s`."""
        driven, ticks = Driven(), itertools.count()
        started = time.perf_counter()
        ends = started + min(most_s, MOST_SECONDS)
        senders = [
            threading.Thread(target=self._send, args=(driven, ticks, started, ends, until))
            for _nth in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        driven.took_s = time.perf_counter() - started
        return driven

    def _send(
        self,
        driven: Driven,
        ticks: "itertools.count[int]",
        started: float,
        ends: float,
        until: Callable[[], bool],
    ) -> None:
        client = Client(self._port)
        client.cookies = dict(self._cookies)
        for tick in ticks:  # next() of a count is one step: no two senders get the same
            due = started + tick / self._rate
            if due > ends or until():
                break
            time.sleep(max(0.0, due - time.perf_counter()))
            self._ask(client, self._paths[tick % len(self._paths)], due, driven)
        client.close()

    def _ask(self, client: Client, path: str, due: float, driven: Driven) -> None:
        try:
            status = client.get(path).status
        except OSError as error:
            driven.errors.append(type(error).__name__)
            client.close()
            return
        driven.seconds.append(time.perf_counter() - due)
        if status != 200:
            driven.errors.append(str(status))

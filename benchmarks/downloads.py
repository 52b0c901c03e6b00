"""Downloads that are too large to hold: counted as they come."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import UnexpectedAnswer

_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Download:
    """`first_s` is until the first bytes of the body, `seconds` until the last."""

    size: int
    first_s: float
    seconds: float

    @property
    def mib_per_s(self) -> float:
        return self.size / 2**20 / self.seconds


def download(
    port: int, path: str, cookies: Mapping[str, str] | None = None, *, into: Path | None = None
) -> Download:
    """Raises UnexpectedAnswer: it is not sent."""
    connection = http.client.HTTPConnection("localhost", port, timeout=600)
    cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    started = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    if answer.status != 200:
        raise UnexpectedAnswer(f"{path}: {answer.status}")
    size, first_s = 0, 0.0
    file = into.open("wb") if into else None
    while block := answer.read(_BLOCK):
        first_s = first_s or time.perf_counter() - started
        size += len(block)
        if file:
            file.write(block)
    seconds = time.perf_counter() - started
    if file:
        file.close()
    connection.close()
    return Download(size, first_s, seconds)

"""Seconds of requests, and what is read from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any


@dataclass(slots=True)
class Timing:
    """Seconds per request: one list for each round."""

    rounds: list[list[float]] = field(default_factory=list)

    @property
    def medians(self) -> list[float]:
        return [median(one) for one in self.rounds]

    @property
    def p50_ms(self) -> float:
        return median(self._all) * 1000

    @property
    def p95_ms(self) -> float:
        return p95(self._all) * 1000

    @property
    def _all(self) -> list[float]:
        return [seconds for one in self.rounds for seconds in one]

    def times(self, other: "Timing") -> float:
        """How many times the other it takes: the median of what each round says."""
        pairs = zip(self.medians, other.medians, strict=True)
        return median(mine / theirs for mine, theirs in pairs)

    def numbers(self) -> dict[str, Any]:
        return {"p50_ms": round(self.p50_ms, 3), "p95_ms": round(self.p95_ms, 3)}


def p95(seconds: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(seconds, n=20)[-1]

"""A limit, what was measured against it, and what comes of that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TIMES = "\u00d7"
Numbers = Mapping[str, Any]
"""A run as a dict, and under `findings` the numbers of every measurement apart from it, by name."""


@dataclass(frozen=True, slots=True)
class Budget:
    """`read` takes the measured value out of the results; `remedy` says what meeting the limit would take."""

    name: str
    limit: float
    unit: str
    read: Callable[[Numbers], float]
    remedy: str
    at_least: bool = False
    how: str = "`make bench`"
    """What measures it."""
    waits_for: str = ""
    """What has to be there before it can be measured."""

    @property
    def unmeasured(self) -> str:
        """Why there is no number."""
        return self.waits_for or f"no run of it is kept yet; {self.how} makes one."

    @property
    def limit_text(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}{self.unit}"

    def of(self, results: Numbers) -> "Verdict":
        try:
            return Verdict(self, self.read(results))
        except (KeyError, ValueError, TypeError):
            return Verdict(self, None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`measured` is None where there is nothing to judge yet."""

    budget: Budget
    measured: float | None

    @property
    def is_met(self) -> bool:
        if self.measured is None:
            return False
        if self.budget.at_least:
            return self.measured >= self.budget.limit
        return self.measured <= self.budget.limit

    @property
    def text(self) -> str:
        if self.measured is None:
            return ""
        digits = 3 if abs(self.measured) < 0.1 else 2
        return f"{self.measured:.{digits}f}".rstrip("0").rstrip(".") + self.budget.unit

    @property
    def mark(self) -> str:
        if self.measured is None:
            return "not measured"
        return "met" if self.is_met else "**missed**"

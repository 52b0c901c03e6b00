"""The budgets of the architecture that these pages can be held to, and what a missed one would take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TIMES = "\u00d7"
Numbers = Mapping[str, Any]
_PORTAL_LISTS = ("first", "deep", "filter", "prefix", "part")
_BACKOFFICE_LISTS = ("audit", "manager")


@dataclass(frozen=True, slots=True)
class Budget:
    """`read` takes the measured value out of a run; `remedy` says what meeting the limit would take."""

    name: str
    limit: float
    unit: str
    read: Callable[[Numbers], float]
    remedy: str

    @property
    def limit_text(self) -> str:
        return f"≤ {self.limit:g}{self.unit}"

    def of(self, run: Numbers) -> "Verdict":
        return Verdict(self, self.read(run))


@dataclass(frozen=True, slots=True)
class Verdict:
    budget: Budget
    measured: float

    @property
    def is_met(self) -> bool:
        return self.measured <= self.budget.limit

    @property
    def text(self) -> str:
        return f"{self.measured:.2f}".rstrip("0").rstrip(".") + self.budget.unit


def _to_first(key: str) -> Callable[[Numbers], float]:
    return lambda run: float(run["to_first"][key])


def _statements(keys: tuple[str, ...]) -> Callable[[Numbers], float]:
    return lambda run: float(max(run["pages"][key]["statements"] for key in keys))


_LIGHTER_PAGE = (
    "what is left is a session of its own that can be ended, a form's token, four languages and two walls: three "
    "statements with their policies planned anew for each company, counts of five tabs, and a page four times as long. "
    "The counts take half of the database's time: they would have to be kept by whoever changes a document, which "
    "makes writers of one company wait for each other. docs/decisions/0027 has the breakdown."
)
_TRIGRAMS = (
    "a function asks the trigram index and the page asks for what it names; left is the statement for a text that is "
    "searched for as a number first."
)

BUDGETS = (
    Budget(
        "portal list, first page",
        2.0,
        f" {TIMES} floor",
        lambda run: float(run["pages"]["first"]["ratio"]),
        _LIGHTER_PAGE,
    ),
    Budget(
        "portal list, 1,000th page (or the last there is)",
        1.15,
        f" {TIMES} first",
        _to_first("deep"),
        "nothing is looked up; the links of the page carry the way back, which the first page's do not.",
    ),
    Budget(
        "portal list, status and period",
        1.3,
        f" {TIMES} first",
        _to_first("filter"),
        "an index by kind, state and day, which there is; then what the first page takes.",
    ),
    Budget(
        "search by the beginning of a number",
        1.2,
        f" {TIMES} first",
        _to_first("prefix"),
        "three spellings of the number are looked for; typed in capitals, as numbers are, one would do.",
    ),
    Budget("search by a part of a number", 5, f" {TIMES} first", _to_first("part"), _TRIGRAMS),
    Budget(
        "biggest company against a small one",
        1.3,
        f" {TIMES}",
        lambda run: round(1 / float(run["to_first"]["small"]), 2),
        "the counts of the tabs stop at a thousand; a lower cap would bring the big company down to the small one.",
    ),
    Budget(
        "statements of a portal list",
        4,
        "",
        _statements(_PORTAL_LISTS),
        "one for who is asking, one for the filters, one for rows and counts; without rows one more for counts.",
    ),
    Budget(
        "statements of a back-office list",
        7,
        "",
        _statements(_BACKOFFICE_LISTS),
        "one for who is asking, one for the scope, one for the rows with their relations, one for the capped count.",
    ),
)

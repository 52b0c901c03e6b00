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
    "the database answers in a fraction of the page's time; the rest is Python and waiting. In a "
    "profile of the page about a third is the way through SQLAlchemy's ORM (four statements), a "
    "quarter the template (layout, filters, sixty translated texts), a third the six round trips "
    "(BEGIN, four statements, ROLLBACK). What is left to do: load session and memberships in one "
    "statement and keep the principal for seconds, dropped by a version counter; send BEGIN along "
    "with the first statement; keep menu, filters and foot as finished HTML for each role and "
    "language; ask for the page's rows by a prepared Core statement."
)
_LEAKPROOF = (
    "row-level security lets no operator look at a row before the policy that might tell about it, so LIKE reads all "
    "documents of the company instead of asking the trigram index. It takes a function of the database that asks the "
    "index first and holds the company's rows against it afterwards, owned by a role that sees all rows."
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
        "the token names the page's last document by its public id, which is one look-up more; "
        "the links of the page carry the way back as well.",
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
    Budget("search by a part of a number", 5, f" {TIMES} first", _to_first("part"), _LEAKPROOF),
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
        "session and memberships in one statement.",
    ),
    Budget(
        "statements of a back-office list",
        7,
        "",
        _statements(_BACKOFFICE_LISTS),
        "one count for all, and the scope told to the database with the first statement.",
    ),
)

"""The budgets of the architecture, what is read out of the results for each, and what a missed one would take."""

from collections.abc import Callable, Sequence

from benchmarks.budgets_apart import APART
from benchmarks.contestants import DJANGO, FAB, FLOOR
from benchmarks.pages import BACKOFFICE_LISTS, PORTAL_LISTS
from benchmarks.verdicts import TIMES, Budget, Numbers, Verdict


def verdicts(results: Numbers, budgets: Sequence[Budget] = ()) -> list[Verdict]:
    """Of all budgets, where none are named."""
    return [budget.of(results) for budget in budgets or BUDGETS]


def _times(key: str, other: str) -> Callable[[Numbers], float]:
    return lambda run: float(run["pages"][key]["times"][other])


def _to_first(key: str, among: str = "to_first") -> Callable[[Numbers], float]:
    return lambda run: float(run[among][key])


def _most(keys: Sequence[str], read: Callable[[Numbers, str], float]) -> Callable[[Numbers], float]:
    return lambda run: max(read(run, key) for key in keys)


def _statements(keys: Sequence[str]) -> Callable[[Numbers], float]:
    return _most(keys, lambda run, key: float(run["pages"][key]["statements"]))


def _growth(keys: Sequence[str]) -> Callable[[Numbers], float]:
    return _most(keys, lambda run, key: float(run["growth"][key]))


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
_PREFIX = (
    "three spellings of the number are looked for; typed in capitals, as numbers are, one would do."
)

PAGES = (
    Budget(
        "portal list, first page",
        2.0,
        f" {TIMES} floor",
        _times("first", FLOOR),
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
        _PREFIX,
    ),
    Budget("search by a part of a number", 5, f" {TIMES} first", _to_first("part"), _TRIGRAMS),
    Budget(
        "search by the beginning of a number, on SQLite",
        1.2,
        f" {TIMES} first",
        _to_first("prefix", "to_first_on_sqlite"),
        _PREFIX,
    ),
    Budget(
        "search by a part of a number, on SQLite",
        5,
        f" {TIMES} first",
        _to_first("part", "to_first_on_sqlite"),
        "its trigram table answers for all companies at once: a part that many companies' numbers share is looked up "
        "row by row. It takes a trigram table for each company, or the company's key among its columns.",
    ),
    Budget(
        "portal list against Django admin",
        0.1,
        f" {TIMES} Django",
        _times("first", DJANGO),
        _LIGHTER_PAGE,
    ),
    Budget(
        "back-office list against Django admin",
        0.5,
        f" {TIMES} Django",
        _times("audit", DJANGO),
        "one count for all, and columns instead of entities for the rows.",
    ),
    Budget(
        "growth from 10,000 invoices, portal lists",
        1.25,
        f" {TIMES}",
        _growth(PORTAL_LISTS),
        "the table of growth says which page it is. Of the search by a part of a number: "
        + _TRIGRAMS,
        how="`make bench N=1000000`",
    ),
    Budget(
        "growth from 10,000 invoices, back-office lists",
        1.5,
        f" {TIMES}",
        _growth(BACKOFFICE_LISTS),
        "the count of all rows has to stop earlier, or be kept.",
        how="`make bench N=1000000`",
    ),
    Budget(
        "statements of a portal list",
        4,
        "",
        _statements(PORTAL_LISTS),
        "one for who is asking, one for the filters, one for rows and counts; without rows one more for counts.",
    ),
    Budget(
        "statements of a back-office list",
        7,
        "",
        _statements(BACKOFFICE_LISTS),
        "one for who is asking, one for the scope, one for the rows with their relations, one for the capped count.",
    ),
    Budget(
        "memory of the worker after the run",
        1.3,
        f" {TIMES} plain FAB",
        lambda run: round(run["memory_mb"]["product"] / run["memory_mb"][FAB], 2),
        "imports that only jobs need (the PDF engine, the rules) leave the web worker.",
    ),
)

BUDGETS = PAGES + APART

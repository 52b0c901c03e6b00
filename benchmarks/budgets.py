"""The budgets of the architecture, what is read out of the results for each, and what a missed one would take."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.contestants import DJANGO, FAB, FLOOR
from benchmarks.pages import BACKOFFICE_LISTS, PORTAL_LISTS

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


def verdicts(results: Numbers, budgets: Sequence[Budget] | None = None) -> list[Verdict]:
    return [budget.of(results) for budget in BUDGETS if budgets is None or budget in budgets]


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


def _found(name: str, number: str) -> Callable[[Numbers], float]:
    return lambda results: float(results["findings"][name][number])


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
_PREFIX = (
    "three spellings of the number are looked for; typed in capitals, as numbers are, one would do."
)
_CONSTANT = "what grows with them is asked for row by row somewhere: `--show` lists the statements."
_SHEETS = (
    "constant memory, one format for each column instead of each cell, texts written in the row."
)
_ISOLATED = "state of one request is seen by another: whatever it is has to move into the request."

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
        _PREFIX,
    ),
    Budget("search by a part of a number", 5, f" {TIMES} first", _to_first("part"), _LEAKPROOF),
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
        "the table of growth says which page it is: searching a part of a number reads all documents of the company on "
        "PostgreSQL. " + _LEAKPROOF,
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
        "session and memberships in one statement.",
    ),
    Budget(
        "statements of a back-office list",
        7,
        "",
        _statements(BACKOFFICE_LISTS),
        "one count for all, and the scope told to the database with the first statement.",
    ),
    Budget(
        "memory of the worker after the run",
        1.3,
        f" {TIMES} plain FAB",
        lambda run: round(run["memory_mb"]["product"] / run["memory_mb"][FAB], 2),
        "imports that only jobs need (the PDF engine, the rules) leave the web worker.",
    ),
)

APART = (
    Budget(
        "biggest company against one of ten invoices, after 100 requests",
        1.3,
        f" {TIMES}",
        _found("skew", "big_to_small"),
        "the counts of the tabs stop at a thousand; a lower cap would bring the big company down to the small one.",
        how="`python -m benchmarks.skew`",
    ),
    Budget(
        "statements more as rows, companies, roles and menu grow",
        0,
        "",
        _found("statements", "more"),
        _CONSTANT,
        how="`python -m benchmarks.statements`",
    ),
    Budget(
        "statements on Flask-AppBuilder's tables at start-up",
        0,
        "",
        _found("statements", "at_start"),
        "FAB_UPDATE_PERMS and FAB_CREATE_DB stay off; whatever asks then is to be overridden.",
        how="`python -m benchmarks.statements`",
    ),
    Budget(
        "import of UBL files, on PostgreSQL",
        1.5,
        f" {TIMES} bare",
        _found("importing", "postgresql"),
        "rows by COPY into a staging table instead of INSERT … RETURNING; reading in a second process.",
        how="`python -m benchmarks.importing 100000`",
    ),
    Budget(
        "import of UBL files, on SQLite",
        1.5,
        f" {TIMES} bare",
        _found("importing", "sqlite"),
        "Core inserts without the ORM; reading in a second process.",
        how="`python -m benchmarks.importing 100000`",
    ),
    Budget(
        "ZIP of 1,000 documents, streamed",
        0.7,
        f" {TIMES} zipfile",
        _found("archive", "speed_1000"),
        "read ahead in a thread, and one transaction for many files instead of one for each.",
        at_least=True,
        how="`python -m benchmarks.archive`",
    ),
    Budget(
        "ZIP of 10,000 documents, streamed",
        0.7,
        f" {TIMES} zipfile",
        _found("archive", "speed_10000"),
        "read ahead in a thread, and one transaction for many files instead of one for each.",
        at_least=True,
        how="`python -m benchmarks.archive`",
    ),
    Budget(
        "memory of a ZIP of 10,000 documents",
        20,
        " MiB",
        _found("archive", "memory_10000"),
        "the rows of all its documents and their index are held while it goes out; they can be read month by month.",
        how="`python -m benchmarks.archive`",
    ),
    Budget(
        "XLSX of 100,000 rows",
        0.8,
        f" {TIMES} bare xlsxwriter",
        _found("sheets", "xlsx_speed"),
        _SHEETS,
        at_least=True,
        how="`python -m benchmarks.sheets`",
        waits_for="the export of the list is not plugged in: `PRODUCT` in `benchmarks/sheets.py` is where.",
    ),
    Budget(
        "memory of an XLSX of 100,000 rows",
        30,
        " MiB",
        _found("sheets", "xlsx_memory"),
        _SHEETS,
        how="`python -m benchmarks.sheets`",
        waits_for="the export of the list is not plugged in: `PRODUCT` in `benchmarks/sheets.py` is where.",
    ),
    Budget(
        "an issued document: write, validate, render, store, enqueue",
        1.3,
        f" {TIMES} rule and PDF engine",
        _found("issuing", "times"),
        "whatever the two engines do not take.",
        how="nothing yet",
        waits_for="the product imports documents, it issues none yet. With drafting and the rule engine comes a "
        "measurement that times both engines alone beside the whole.",
    ),
    Budget(
        "memory of the worker over 50,000 requests",
        1.05,
        f" {TIMES} after the first fifth",
        _found("memory", "growth"),
        "tracemalloc over the same requests names what is kept.",
        how="`python -m benchmarks.memory`",
    ),
    Budget(
        "memory of the worker after 50,000 requests",
        1.3,
        f" {TIMES} plain FAB",
        _found("memory", "to_fab"),
        "imports that only jobs need (the PDF engine, the rules) leave the web worker.",
        how="`python -m benchmarks.memory`",
    ),
    Budget(
        "8 threads: foreign rows, filters and flashes",
        0,
        "",
        _found("threads", "foreign"),
        _ISOLATED,
        how="`python -m benchmarks.threads`",
    ),
    Budget(
        "50 requests a second while 10,000 documents are imported: errors",
        0,
        "",
        _found("load", "errors"),
        "the log of the server names them.",
        how="`python -m benchmarks.load`",
    ),
    Budget(
        "50 requests a second while 10,000 documents are imported: p95",
        2,
        f" {TIMES} idle",
        _found("load", "p95"),
        "a second core for the import, or pauses in it while pages are asked for.",
        how="`python -m benchmarks.load`",
    ),
    Budget(
        "portal, first visit, gzipped and without fonts",
        60,
        " kB",
        _found("first_visit", "kilobytes"),
        "the largest file of the table is where to begin.",
        how="`python -m benchmarks.first_visit`",
    ),
    Budget(
        "portal, first visit: requests to another origin",
        0,
        "",
        _found("first_visit", "foreign"),
        "whatever is asked for elsewhere is to be served by the product.",
        how="`python -m benchmarks.first_visit`",
    ),
)

BUDGETS = PAGES + APART

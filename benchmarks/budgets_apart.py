"""The budgets that measurements apart from the pages are held to."""

from collections.abc import Callable

from benchmarks.verdicts import TIMES, Budget, Numbers


def _found(name: str, number: str) -> Callable[[Numbers], float]:
    return lambda results: float(results["findings"][name][number])


_CONSTANT = "what grows with them is asked for row by row somewhere: `--show` lists the statements."
_SHEETS = (
    "constant memory, one format for each column instead of each cell, texts written in the row."
)
_ISOLATED = "state of one request is seen by another: whatever it is has to move into the request."

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
        waits_for="no run of it is kept yet.",
    ),
    Budget(
        "memory of an XLSX of 100,000 rows",
        30,
        " MiB",
        _found("sheets", "xlsx_memory"),
        _SHEETS,
        how="`python -m benchmarks.sheets`",
        waits_for="no run of it is kept yet.",
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

"""The results as a page: `results.md`, which every measurement writes anew from the files in `results/`."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.budgets import PAGES, verdicts
from benchmarks.contestants import DJANGO, FAB, FLOOR, NAMES, PRODUCT, SQLITE
from benchmarks.findings import Finding
from benchmarks.keeping import kept_findings, kept_runs
from benchmarks.rows import BIG_SHARE
from benchmarks.run import Run
from benchmarks.serving import THREADS
from benchmarks.verdicts import TIMES, Numbers, Verdict

PAGE = Path(__file__).resolve().parent / "results.md"
NOTHING = "–"  # noqa: RUF001 - an en dash in an empty cell


def write_page() -> str:
    """Write the page from all results there are, return where it is."""
    PAGE.write_text(write_report(kept_runs(), kept_findings()), encoding="utf-8")
    return str(PAGE.relative_to(PAGE.parents[1]))


def write_report(runs: Sequence[Run], findings: Sequence[Finding]) -> str:
    """The page, for runs of any sizes, the largest first."""
    ordered = sorted(runs, key=lambda run: run.invoices, reverse=True)
    parts = [
        _HEAD,
        _every_budget(ordered[0] if ordered else None, findings),
        *(_section(run) for run in ordered),
        *(finding.text() for finding in findings),
    ]
    return "\n".join(parts).rstrip() + "\n"


_HEAD = f"""# Results

Written by `make bench N=…` and the measurements beside it ([how it works](README.md)); one section for each N that was
run, one for each measurement apart from the pages. The plans of the five lists lie in [plans](plans/).

The **floor** is a bare Flask application on the same database: a signed cookie, one statement written by hand, one
template with the same columns, no translation, no layout and no row-level security. **Plain FAB** is a generated list
of Flask-AppBuilder as a newcomer would write it, **Django admin** the same with `show_full_result_count=False` and
persistent connections; both know no row-level security, read as a role that sees all rows, and get the company as one
more filter. All answer by turns, a few requests at a time, each from one gunicorn worker with {THREADS} threads, over a
kept-alive connection on loopback, to somebody who signed in through the form; pages are in French. The product works as
its run-time role, behind all of its walls. Times are those of the machine and of its mood; **ratios** are medians over
the rounds of (product ÷ the other) within a round. Differences below a tenth mean nothing.
"""

_COLUMNS = (
    "page",
    f"{TIMES} floor",
    f"{TIMES} plain FAB",
    f"{TIMES} Django",
    f"{TIMES} our first page",
    "p50 ms",
    "p95 ms",
    "floor p50",
    "FAB p50",
    "Django p50",
    "SQLite p50",
    "statements",
    "of transactions",
    "kB",
    "FAB kB",
    "Django kB",
)


def _every_budget(run: Run | None, findings: Sequence[Finding]) -> str:
    results: dict[str, Any] = {} if run is None else asdict(run)
    results["findings"] = {one.name: one.numbers for one in findings}
    found = verdicts(results)
    title = f"at {run.invoices:,} invoices" if run else "before any run"
    return "\n".join([f"## All budgets, {title}\n", *_table(found), "", *_why(found)])


def _table(found: Sequence[Verdict]) -> list[str]:
    lines = ["| budget | limit | measured | | measured by |", "|---" * 5 + "|"]
    for one in found:
        budget = one.budget
        cells = (budget.name, budget.limit_text, one.text or NOTHING, one.mark, budget.how)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _why(found: Sequence[Verdict]) -> list[str]:
    """For each budget that is not met, the reason and what it would take."""
    missed = [one.budget for one in found if not one.is_met and one.measured is not None]
    lacking = [one.budget for one in found if one.measured is None]
    lines = []
    if missed:
        lines += ["What the missed ones would take:", ""]
        lines += [f"- {one.name}: {one.remedy}" for one in missed] + [""]
    if lacking:
        lines += ["Not measured:", ""]
        lines += [f"- {one.name}: {one.unmeasured}" for one in lacking] + [""]
    return lines


def _section(run: Run) -> str:
    asked = f"{run.rounds} rounds of {run.burst} requests per page"
    return "\n".join(
        [
            f"## {run.invoices:,} invoices\n",
            f"{run.measured_on} · {run.machine} · {asked} · {run.companies:,} companies, "
            f"one of which owns {BIG_SHARE:.0%} of the invoices.\n",
            *_budgets(run),
            "",
            *_pages(run),
            "",
            _memory(run),
            *_growth(run),
        ]
    )


def _budgets(run: Run) -> list[str]:
    found = [one for one in verdicts(asdict(run), PAGES) if one.measured is not None]
    return [
        "| budget | limit | measured | |",
        "|---" * 4 + "|",
        *(
            f"| {one.budget.name} | {one.budget.limit_text} | {one.text} | {one.mark} |"
            for one in found
        ),
    ]


def _pages(run: Run) -> list[str]:
    lines = [f"| {' | '.join(_COLUMNS)} |", "|---" * len(_COLUMNS) + "|"]
    for key, one in run.pages.items():
        cells = (
            one["title"],
            *(_number(one["times"].get(name), bold=True) for name in (FLOOR, FAB, DJANGO)),
            _number(run.to_first.get(key)),
            *(_number(one["by"][PRODUCT][name]) for name in ("p50_ms", "p95_ms")),
            *(_by(one, name, "p50_ms") for name in (FLOOR, FAB, DJANGO, SQLITE)),
            str(one["statements"]),
            str(one["commands"]),
            *(_by(one, name, "kilobytes", digits=0) for name in (PRODUCT, FAB, DJANGO)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _memory(run: Run) -> str:
    held = ", ".join(f"{NAMES[name]} {value:.0f} MiB" for name, value in run.memory_mb.items())
    return f"Memory of each worker after the run: {held}.\n"


def _growth(run: Run) -> list[str]:
    """Against the product on 10,000 invoices, which answered by turns with it."""
    if not run.growth:
        return []
    lines = [
        f"### Growth from 10,000 to {run.invoices:,} invoices\n",
        "The product on both databases, by turns in this run.\n",
        "| page | time | statements at 10,000 | statements |",
        "|---" * 4 + "|",
    ]
    for key, grown in run.growth.items():
        one = run.pages[key]
        lines.append(
            f"| {one['title']} | {grown:.2f} | {one['statements_at_base']} | {one['statements']} |"
        )
    return [*lines, ""]


def _by(one: Numbers, name: str, number: str, *, digits: int = 2) -> str:
    return _number(one["by"].get(name, {}).get(number), digits=digits)


def _number(value: float | None, *, bold: bool = False, digits: int = 2) -> str:
    if value is None:
        return NOTHING
    return f"**{value:.{digits}f}**" if bold else f"{value:.{digits}f}"

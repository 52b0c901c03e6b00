"""Results as numbers (one JSON file for each size) and as a page: `results.md`, which every run writes anew."""

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from app.domain.clock import today
from benchmarks.budgets import BUDGETS, TIMES, Verdict
from benchmarks.fill import BIG_SHARE, companies_for
from benchmarks.measure import Measured
from benchmarks.serving import THREADS
from tests.databases import postgres_binaries

_HERE = Path(__file__).resolve().parent
RESULTS, PAGE = _HERE / "results", _HERE / "results.md"
ENUMERATION = RESULTS / "enumeration.json"


@dataclass(frozen=True, slots=True)
class Run:
    """One run at one size; times in milliseconds, `ratio` to the floor."""

    invoices: int
    companies: int
    measured_on: str
    machine: str
    rounds: int
    burst: int
    pages: dict[str, dict[str, Any]]
    to_first: dict[str, float]
    memory_mb: dict[str, float]

    @classmethod
    def of(
        cls, measured: Sequence[Measured], memory: dict[str, float], asked: argparse.Namespace
    ) -> Self:
        first = next(one for one in measured if one.page.key == "first")
        return cls(
            invoices=asked.invoices,
            companies=companies_for(asked.invoices),
            measured_on=today().isoformat(),
            machine=_machine(),
            rounds=asked.rounds,
            burst=asked.burst,
            pages={one.page.key: _numbers(one) for one in measured},
            to_first={one.page.key: round(one.product.times(first.product), 2) for one in measured},
            memory_mb={name: round(value) for name, value in memory.items()},
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """One form, tried with a known and an unknown address by turns; shares are of 1.

    `by_chance` is how far from a half `known_slower` is in 95 of 100 runs where the time tells nothing.
    """

    title: str
    pairs: int
    ratio: float
    known_slower: float
    by_chance: float
    known_p50_ms: float
    unknown_p50_ms: float

    @property
    def row(self) -> str:
        half = f"{0.5 - self.by_chance:.1%} to {0.5 + self.by_chance:.1%}"
        cells = (
            self.title,
            str(self.pairs),
            f"**{self.ratio:.3f}**",
            f"{self.known_slower:.1%}",
            half,
            f"{self.known_p50_ms:.2f}",
            f"{self.unknown_p50_ms:.2f}",
        )
        return f"| {' | '.join(cells)} |"


@dataclass(frozen=True, slots=True)
class KeptEnumeration:
    """What was measured of known and unknown addresses."""

    measured_on: str
    forms: list[dict[str, Any]]

    def text(self) -> str:
        return "\n".join(
            [
                "## Known and unknown addresses\n",
                f"{self.measured_on} · `python -m benchmarks.enumeration`: each form is sent an address that "
                "somebody has and one that nobody has, by turns, in random order, from networks of their own. "
                "The answers are the same to the letter (the tests see to that); here is whether their time "
                "tells who has an account. It does not where the known one is slower in about half of the pairs.\n",
                f"| form | pairs | known {TIMES} unknown (medians) | known was slower in | by chance | known p50 ms "
                "| unknown p50 ms |",
                "|---" * 7 + "|",
                *(Pairs(**one).row for one in self.forms),
                "",
            ]
        )


def keep(run: Run) -> str:
    """Store the numbers of this size, write the page from all sizes there are, return where it is."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(asdict(run), indent=2) + "\n"
    (RESULTS / f"{run.invoices}.json").write_text(text, encoding="utf-8")
    return _write_page()


def keep_enumeration(run: KeptEnumeration) -> str:
    """Store what was measured of known and unknown addresses, write the page anew, return where it is."""
    RESULTS.mkdir(exist_ok=True)
    ENUMERATION.write_text(json.dumps(asdict(run), indent=2) + "\n", encoding="utf-8")
    return _write_page()


def _write_page() -> str:
    runs = [Run(**json.loads(path.read_text("utf-8"))) for path in RESULTS.glob("[0-9]*.json")]
    text = write_report(runs)
    if ENUMERATION.exists():
        kept = KeptEnumeration(**json.loads(ENUMERATION.read_text("utf-8")))
        text = f"{text}\n{kept.text()}"
    PAGE.write_text(text, encoding="utf-8")
    return f"The results are in {PAGE.relative_to(_HERE.parent)}"


def write_report(runs: Sequence[Run]) -> str:
    """The page, for runs of any sizes, the largest first."""
    ordered = sorted(runs, key=lambda run: run.invoices, reverse=True)
    return "\n".join([_HEAD, *(_section(run) for run in ordered), _growth(ordered)]).rstrip() + "\n"


_HEAD = f"""# Results

Written by `make bench N=…` ([how it works](README.md)); one section for each N that was run.

The **floor** is a bare Flask application on the same database: a signed cookie, one statement written by hand, one
template with the same columns, no translation, no layout and no row-level security. Product and floor answer by
turns, a few requests at a time, each from one gunicorn worker with {THREADS} threads, over a kept-alive connection on
loopback. The product works as its run-time role, behind all of its walls, for somebody who signed in through the form;
pages are in French. Times are those of the machine and of its mood; **ratios** are medians over the rounds of
(product ÷ floor) within a round. The machine was shared with other work during the runs: differences below a tenth
mean nothing.
"""


_COLUMNS = (
    "page",
    f"{TIMES} floor",
    "p50 ms",
    "p95 ms",
    "floor p50",
    "floor p95",
    f"{TIMES} our first page",
    "statements",
    "of transactions",
    "kB",
    "floor kB",
)


def _section(run: Run) -> str:
    return "\n".join(
        [
            f"## {run.invoices:,} invoices\n",
            f"{run.measured_on} · {run.machine} · {run.rounds} rounds of {run.burst} requests per page · "
            f"{run.companies:,} companies, one of which owns {BIG_SHARE:.0%} of the invoices.\n",
            *_budgets(run),
            "",
            *_pages(run),
            "",
            f"Memory of the worker after the run: product {run.memory_mb['product']:.0f} MiB, "
            f"floor {run.memory_mb['floor']:.0f} MiB.\n",
        ]
    )


def _budgets(run: Run) -> list[str]:
    lines = ["| budget | limit | measured | |", "|---|---|---|---|"]
    missed: list[Verdict] = []
    for budget in BUDGETS:
        verdict = budget.of(asdict(run))
        mark = "met" if verdict.is_met else "**missed**"
        lines.append(f"| {budget.name} | {budget.limit_text} | {verdict.text} | {mark} |")
        if not verdict.is_met:
            missed.append(verdict)
    if missed:
        lines += ["", "What the missed ones would take:", ""]
        lines += [f"- {one.budget.name}: {one.budget.remedy}" for one in missed]
    return lines


def _pages(run: Run) -> list[str]:
    lines = [
        f"| {' | '.join(_COLUMNS)} |",
        "|---" * len(_COLUMNS) + "|",
    ]
    for key, one in run.pages.items():
        cells = (
            one["title"],
            f"**{one['ratio']:.2f}**",
            *(f"{one[name]:.2f}" for name in ("p50_ms", "p95_ms", "floor_p50_ms", "floor_p95_ms")),
            f"{run.to_first[key]:.2f}",
            one["statements"],
            one["commands"],
            f"{one['kilobytes']:.0f}",
            f"{one['floor_kilobytes']:.0f}",
        )
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return lines


def _growth(runs: Sequence[Run]) -> str:
    """From the smallest to the largest size, in multiples of the floor of each run."""
    if len(runs) < 2:
        return ""
    largest, smallest = runs[0], runs[-1]
    lines = [
        f"## Growth from {smallest.invoices:,} to {largest.invoices:,} invoices\n",
        "By how much the multiple of the floor, and the time itself, grew from the one run to the other.\n",
        "| page | multiple of the floor | time |",
        "|---|---|---|",
    ]
    for key, big in largest.pages.items():
        small = smallest.pages.get(key)
        if small is not None:
            by_ratio, by_time = big["ratio"] / small["ratio"], big["p50_ms"] / small["p50_ms"]
            lines.append(f"| {big['title']} | {by_ratio:.2f} | {by_time:.2f} |")
    return "\n".join(lines)


def _numbers(one: Measured) -> dict[str, Any]:
    return {
        "title": one.page.title,
        "ratio": round(one.product.times(one.floor), 2),
        "p50_ms": round(one.product.p50_ms, 3),
        "p95_ms": round(one.product.p95_ms, 3),
        "floor_p50_ms": round(one.floor.p50_ms, 3),
        "floor_p95_ms": round(one.floor.p95_ms, 3),
        "statements": one.statements,
        "commands": one.commands,
        "kilobytes": round(one.kilobytes, 1),
        "floor_kilobytes": round(one.floor_kilobytes, 1),
    }


def _machine() -> str:
    """Its class, never its name."""
    system = platform.system()
    release = Path("/etc/os-release")
    if release.exists():
        known = dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line)
        name, version = (known.get(key, "").strip('"') for key in ("NAME", "VERSION_ID"))
        system = f"{name.removesuffix(' GNU/Linux')} {version}"
    python = ".".join(platform.python_version_tuple()[:2])
    folder = postgres_binaries().parent.name.removeprefix("postgresql@")
    postgres = f"PostgreSQL {folder}" if folder.isdigit() else "PostgreSQL"
    return f"{os.cpu_count()} cores, {system}, Python {python}, {postgres}"

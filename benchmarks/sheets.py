"""`python -m benchmarks.sheets`: 100,000 rows as XLSX and CSV, the product's export beside the bare libraries.

Each is written in a process of its own, by turns; what that process held on top tells the memory.
"""

import csv
import importlib
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import IO

from benchmarks.database import scratch_folder
from benchmarks.findings import Finding
from benchmarks.publishing import command_line, publish
from benchmarks.verdicts import TIMES
from config import ROOT

ROWS = 100_000
HEADINGS = (
    "Number", "Kind", "Address", "Issued", "Due", "Currency", "Amount", "Open amount", "Status",
)  # fmt: skip
Row = Sequence[object]
Writer = Callable[[Sequence[str], Iterable[Row], IO[bytes]], None]
"""Writes headings and rows (texts, days, decimals) as one file."""
PRODUCT = {"xlsx": "benchmarks.sheets_product:xlsx", "csv": "benchmarks.sheets_product:csv"}
"""The product's writers as "module:function", by format."""
FORMATS = ("xlsx", "csv")


@dataclass(frozen=True, slots=True)
class Written:
    """One file: seconds, bytes, and what the process held on top (MiB)."""

    seconds: float
    size: int
    added_mib: float


@dataclass(slots=True)
class Compared:
    product: list[Written] = field(default_factory=list)
    bare: list[Written] = field(default_factory=list)

    @property
    def speed(self) -> float:
        pairs = zip(self.product, self.bare, strict=True)
        return median(theirs.seconds / mine.seconds for mine, theirs in pairs)


def main() -> None:
    parser = command_line("sheets", __doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", help="write one file in this process: format:module:function")
    asked = parser.parse_args()
    if asked.one:
        _print_one(asked.one, asked.rows)
        return
    compared = {}
    for kind in FORMATS:
        compared[kind] = one = Compared()
        for _round in range(asked.rounds):
            one.bare.append(_in_a_process(f"{kind}:{_BARE[kind]}", asked.rows))
            if kind in PRODUCT:
                one.product.append(_in_a_process(f"{kind}:{PRODUCT[kind]}", asked.rows))
    publish(found(compared, asked.rows), dry=asked.dry)


def rows(count: int) -> Iterator[Row]:
    """What a list of invoices holds."""
    first = date(2022, 1, 3)
    for nth in range(count):
        day = first + timedelta(days=nth % 1_800)
        amount = Decimal(40_000 + nth * 37 % 900_000) / 100
        yield (
            f"B{day.year}-{nth:07d}", "Facture", ("Liège", "Namur", "Eupen")[nth % 3], day,
            day + timedelta(days=30), "EUR", amount, Decimal(0) if nth % 9 else amount, "Payée",
        )  # fmt: skip


def write_bare_xlsx(headings: Sequence[str], written: Iterable[Row], into: IO[bytes]) -> None:
    """XlsxWriter as its documentation says for much data."""
    import xlsxwriter

    book = xlsxwriter.Workbook(into, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    money = book.add_format({"num_format": "#,##0.00"})
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading)
    for number, row in enumerate(written, 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif isinstance(value, Decimal):
                sheet.write_number(number, column, value, money)
            else:
                sheet.write_string(number, column, value)
    book.close()


def write_bare_csv(headings: Sequence[str], written: Iterable[Row], into: IO[bytes]) -> None:
    text = io.TextIOWrapper(into, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";")
    writer.writerow(headings)
    writer.writerows(written)
    text.flush()
    text.detach()


_BARE = {"xlsx": "benchmarks.sheets:write_bare_xlsx", "csv": "benchmarks.sheets:write_bare_csv"}


def found(compared: dict[str, Compared], count: int) -> Finding:
    numbers: dict[str, float] = {}
    table = []
    for kind, one in compared.items():
        bare = [f"{count / median(each.seconds for each in one.bare):,.0f}", _memory(one.bare)]
        own = ["–", "–", "–"]  # noqa: RUF001 - en dashes in empty cells
        if one.product:
            own = [
                f"**{one.speed:.2f}**",
                f"{count / median(each.seconds for each in one.product):,.0f}",
                _memory(one.product),
            ]
            numbers[f"{kind}_speed"] = round(one.speed, 2)
            numbers[f"{kind}_memory"] = round(max(each.added_mib for each in one.product), 1)
        table.append([kind.upper(), *own, *bare])
    return Finding(
        name="sheets",
        title="The list as XLSX and CSV",
        about=f"{count:,} rows of {len(HEADINGS)} columns, each file in a process of its own, by turns; bare "
        "XlsxWriter with `constant_memory`, bare `csv`.",
        numbers=numbers,
        columns=(
            "format", f"{TIMES} bare", "rows a second", "memory MiB", "bare rows a second",
            "bare memory MiB",
        ),
        rows=table,
    )  # fmt: skip


def _memory(written: Sequence[Written]) -> str:
    return f"{max(each.added_mib for each in written):.0f}"


def _in_a_process(what: str, count: int) -> Written:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sheets", "--one", what, "--rows", str(count)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, size, added = done.stdout.split()
    return Written(float(seconds), int(size), float(added))


def _print_one(what: str, count: int) -> None:
    _kind, module, name = what.split(":")
    write: Writer = getattr(importlib.import_module(module), name)
    with scratch_folder() as folder:
        path = folder / "written"
        _write(write, path, 10)  # what is imported on the way is not the file's
        before = _held_mib()
        started = time.perf_counter()
        _write(write, path, count)
        seconds = time.perf_counter() - started
        print(seconds, path.stat().st_size, _held_mib() - before)


def _write(write: Writer, path: Path, count: int) -> None:
    with path.open("wb") as file:
        write(HEADINGS, rows(count), file)


def _held_mib() -> float:
    """The most this process has held so far."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()

"""`python -m benchmarks.importing N`: importing N UBL files takes little longer than reading and storing them.

A part of the files goes to the product, the same part to the bare script, by turns, each into a
database of its own. Then the product is given all of them once more, and has to find nothing new.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy.engine import URL

from app import create_app
from app.documents.archives import iter_sources
from app.domain.imports import ImportOutcome, ImportSource
from app.extensions import ports
from app.jobs.invoice_import import run_import
from app.services.imports.values import ImportOrder
from benchmarks.bare_import import PostgresqlRows, Rows, SqliteRows, bare_import
from benchmarks.database import Filled, filled_postgresql, filled_sqlite, scratch_folder, server
from benchmarks.findings import Finding
from benchmarks.publishing import command_line, publish
from benchmarks.ubl_files import BUYERS, write_files
from benchmarks.verdicts import TIMES

PARTS = 10
POSTGRESQL, SQLITE = "postgresql", "sqlite"


@dataclass(slots=True)
class Compared:
    """Seconds of each part, and of the second time for all of them."""

    product: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    again: float = 0

    @property
    def times(self) -> float:
        return median(mine / theirs for mine, theirs in zip(self.product, self.bare, strict=True))


def main() -> None:
    parser = command_line("importing", __doc__)
    parser.add_argument("files", type=int, nargs="?", default=100_000)
    asked = parser.parse_args()
    with scratch_folder() as folder, server(autovacuum=True) as cluster:
        print(f"Writing {asked.files:,} UBL files")
        folders = write_files(folder / "ubl", asked.files, folders=PARTS)
        compared = {
            name: compare(opened, folders, folder / name)
            for name, opened in _databases(cluster).items()
        }
    publish(found(compared, asked.files), dry=asked.dry)


def compare(opened: Callable[[], Any], folders: Sequence[Path], store: Path) -> Compared:
    """Product and bare script by turns, on a database each."""
    compared = Compared()
    with opened() as (database, rows):
        app = create_app(database.settings)
        store.mkdir()
        parts = _parts(folders)
        for number, part in enumerate(parts, 1):
            compared.product.append(_timed(_import, app, part, ImportOutcome.CREATED))
            compared.bare.append(_timed(bare_import, _files(part), store, rows))
            print(f"  part {number} of {len(parts)}", end="\n" if number == len(parts) else "\r")
            sys.stdout.flush()
        compared.again = _timed(_import, app, folders, ImportOutcome.UNCHANGED)
    return compared


def found(compared: dict[str, Compared], files: int) -> Finding:
    rows = [
        [
            name,
            f"**{one.times:.2f}**",
            f"{files / sum(one.product):,.0f}",
            f"{files / sum(one.bare):,.0f}",
            f"{files / one.again:,.0f}",
        ]
        for name, one in compared.items()
    ]
    return Finding(
        name="importing",
        title="Import of UBL files",
        about=f"{files:,} invoices of two lines for {BUYERS} buyers, in {PARTS} parts, product and bare script by "
        "turns. The bare script parses with lxml, writes the file, and inserts the rows by COPY (PostgreSQL) or "
        "executemany (SQLite) into the same tables; it checks nothing. The product validates what it reads, finds "
        "buyer and address, looks for the document, commits every hundred, and keeps a report; given all files once "
        "more, it changed nothing.",
        command=f"python -m benchmarks.importing {files}",
        numbers={name: round(one.times, 2) for name, one in compared.items()}
        | {f"{name}_again": round(one.again, 2) for name, one in compared.items()},
        columns=("database", f"{TIMES} bare", "files a second", "bare", "a second time"),
        rows=rows,
    )


def _import(app: Flask, folders: Sequence[Path], wanted: ImportOutcome) -> None:
    """Raises RuntimeError unless every document came out as wanted."""
    order = ImportOrder(ImportSource.COMMAND_LINE, create_companies=True)
    with app.app_context():
        summary = run_import(
            iter_sources(folders), order, blobs=ports().blobs, on_result=lambda _result: None
        )
    others = {name: count for name, count in summary.counts.items() if name is not wanted}
    if others or not summary.counts[wanted]:
        raise RuntimeError(f"wanted {wanted}, found {dict(summary.counts)}")


def _timed(act: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - started


def _parts(folders: Sequence[Path]) -> list[Sequence[Path]]:
    size = max(1, len(folders) // PARTS)
    return [folders[start : start + size] for start in range(0, len(folders), size)]


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.iterdir())


def _databases(cluster: URL) -> dict[str, Callable[[], Any]]:
    @contextmanager
    def postgresql() -> Iterator[tuple[Filled, Rows]]:
        with (
            filled_postgresql(cluster, 10) as database,
            filled_postgresql(cluster, 10) as bare,
            psycopg.connect(bare.superuser) as connection,
        ):
            place = connection.execute("SELECT company_id, id FROM address LIMIT 1").fetchone()
            assert place is not None
            yield database, PostgresqlRows(connection, place, next_id=10**6)

    @contextmanager
    def sqlite() -> Iterator[tuple[Filled, Rows]]:
        with filled_sqlite(10) as database, filled_sqlite(10) as bare:
            connection = sqlite3.connect(bare.addresses.runtime.removeprefix("sqlite:///"))
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            place = connection.execute("SELECT company_id, id FROM address LIMIT 1").fetchone()
            yield database, SqliteRows(connection, place, next_id=10**6)
            connection.close()

    return {POSTGRESQL: postgresql, SQLITE: sqlite}


if __name__ == "__main__":
    main()

"""The plans of the five lists, for the biggest and a small company, on both databases: files beside the results.

Every run of the pages writes them; `python -m benchmarks.plans N` writes them alone.
"""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import fill
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from app import create_app
from app.domain.clock import today
from app.domain.invoicing import InvoiceTab
from app.extensions import db
from app.security.scope import of_company
from app.security.tenancy import CHECKED, open_scope
from app.security.vault import AesGcmVault
from app.services.invoice_list import (
    InvoiceQuery,
    counted_page,
    invoice_page,
    settled,
    surroundings,
)
from app.services.invoice_paging import PAGE_SIZE, Cursor
from app.services.invoice_search import read_search
from benchmarks.database import Filled, filled, filled_sqlite
from benchmarks.fill import BIG_COMPANY, SMALL_COMPANY
from benchmarks.pages import DEEP_PAGE, Library
from benchmarks.plan_text import stable_postgresql, stable_sqlite

FOLDER = Path(__file__).resolve().parent / "plans"
COMPANIES = {"big": BIG_COMPANY, "small": SMALL_COMPANY}
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) "
_OTHER = ("SELECT set_config", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement as it reached the driver."""

    statement: str
    parameters: Any


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    parser.add_argument("invoices", type=int, nargs="?", default=10_000)
    count = parser.parse_args().invoices
    with filled(count) as postgresql, filled_sqlite(count) as sqlite:
        write_plans(postgresql, sqlite)


def write_plans(postgresql: Filled, sqlite: Filled | None) -> None:
    """Replace the files of the databases that are there."""
    FOLDER.mkdir(exist_ok=True)
    for name, database in (("postgresql", postgresql), ("sqlite", sqlite)):
        if database is None:
            continue
        print(f"Writing the plans of {name}")
        for (shape, company), text in plans_of(database).items():
            head = f"{company} company, {database.invoices:,} invoices in all, {name}\n\n"
            path = FOLDER / f"{name}-{shape}-{company}.txt"
            path.write_text(head + text, encoding="utf-8")


def plans_of(database: Filled) -> Mapping[tuple[str, str], str]:
    """The text of each (shape, company)."""
    library = Library(database.reading_url, AesGcmVault(database.settings.sealing_keys))
    ids = {name: library.company_id(company) for name, company in COMPANIES.items()}
    library.close()
    app = create_app(database.settings)
    found = {}
    for company, company_id in ids.items():
        for shape, query in _shapes(app, company_id).items():
            found[shape, company] = _plans(app, company_id, query)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    return found


def _shapes(app: Flask, company_id: int) -> dict[str, InvoiceQuery]:
    """The five lists, asked for what the company has; the deep page of a small one is what follows its middle."""
    on = today()
    with _scoped(app, company_id) as session:
        rows = invoice_page(session, InvoiceQuery(today=on), size=(DEEP_PAGE - 1) * PAGE_SIZE).rows
    last = len(rows) - 1 if len(rows) > PAGE_SIZE else len(rows) // 2
    number, year = str(rows[len(rows) // 2].number), rows[len(rows) // 2].issued_on.year
    return {
        "first-page": InvoiceQuery(today=on),
        "page-1000": InvoiceQuery(
            today=on, cursor=Cursor(rows[last].issued_on, rows[last].id, last + 1)
        ),
        "filter": InvoiceQuery(
            today=on,
            tab=InvoiceTab.PAID,
            issued_from=date(year, 1, 1),
            issued_to=date(year, 12, 31),
        ),
        "prefix": InvoiceQuery(today=on, search=read_search(number[:-3])),
        "substring": InvoiceQuery(today=on, search=read_search(number[-5:])),
    }


def _plans(app: Flask, company_id: int, query: InvoiceQuery) -> str:
    """What the page asks, each statement followed by its plan."""
    with _scoped(app, company_id) as session:
        with _noted(session.connection()) as asked:
            around = surroundings(session, query.search)
            counted_page(session, settled(query, around))
        parts = [_explained(session, one) for one in asked]
    return "\n".join(parts)


def _explained(session: Session, asked: Asked) -> str:
    connection = session.connection()
    is_postgresql = connection.dialect.name == "postgresql"
    explain = _EXPLAIN if is_postgresql else "EXPLAIN QUERY PLAN "
    answer = connection.exec_driver_sql(
        explain + asked.statement, asked.parameters, execution_options=CHECKED
    ).all()
    plan = (
        stable_postgresql([row[0] for row in answer])
        if is_postgresql
        else stable_sqlite([(row[0], row[1], row[3]) for row in answer])
    )
    return f"{_folded(asked.statement)}\n\n{plan}"


def _folded(statement: str) -> str:
    """The statement on lines that can be read."""
    return "\n".join(fill(" ".join(statement.split()), width=118).splitlines())


@contextmanager
def _scoped(app: Flask, company_id: int) -> Iterator[Session]:
    """A session as a request of that company's people has it."""
    with app.app_context():
        session = db.session()
        open_scope(session, of_company(company_id))
        try:
            yield session
        finally:
            session.rollback()
            db.session.remove()


@contextmanager
def _noted(connection: Connection) -> Iterator[list[Asked]]:
    """The statements that reach the driver, without those that tell the database whose rows it may show."""
    asked: list[Asked] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.startswith(_OTHER):
            asked.append(Asked(statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()

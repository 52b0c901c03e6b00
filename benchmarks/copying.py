"""The way into the tables: COPY on PostgreSQL, many rows at a time on SQLite; indexes are made afterwards.

PostgreSQL refuses COPY into a table with row-level security to everybody but a superuser. The rows
are known to be right, so the checks of foreign keys are left out too. What an import would leave
is the same but for one thing: its indexes would have grown, these are freshly built.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.engine import make_url

from app.models import Document, Invoice

TABLES = ("invoice", "invoice_content", "document")
Row = dict[str, Any]


class Target(Protocol):
    """Somewhere rows go to; each row has its own keys."""

    def last_id(self, table: str) -> int: ...

    def add(self, table: str, rows: Sequence[Row]) -> None: ...


class _Postgresql:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def last_id(self, table: str) -> int:
        statement = sql.SQL("SELECT COALESCE(max(id), 0) FROM {}").format(sql.Identifier(table))
        row = self._connection.execute(statement).fetchone()
        return int(row[0]) if row else 0

    def add(self, table: str, rows: Sequence[Row]) -> None:
        columns = list(rows[0])
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in columns])


class _Sqlite:
    """Through SQLAlchemy's tables, which know how each type is stored."""

    _TABLES: ClassVar[dict[str, Any]] = {
        model.__tablename__: model.__table__ for model in (Invoice, Document)
    }

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_id(self, table: str) -> int:
        answer = self._connection.exec_driver_sql(f"SELECT COALESCE(max(id), 0) FROM {table}")
        return int(answer.scalar_one())

    def add(self, table: str, rows: Sequence[Row]) -> None:
        if table == "invoice_content":  # JSON already: its type would write it as JSON once more
            names = ", ".join(rows[0])
            self._connection.exec_driver_sql(
                f"INSERT INTO invoice_content ({names}) VALUES ({', '.join('?' * len(rows[0]))})",
                [tuple(row.values()) for row in rows],
            )
        else:
            self._connection.execute(insert(self._TABLES[table]), list(rows))
        self._connection.commit()  # the log that is kept until then would grow as large as the file


@contextmanager
def into_postgresql(superuser_url: str) -> Iterator[Target]:
    """Without indexes and triggers while it lasts; then they are made, and the tables looked through."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = connection.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i "
            "WHERE indrelid = ANY (%s::regclass[]) AND NOT EXISTS "
            "(SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            (list(TABLES),),
        ).fetchall()
        for name, _definition in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        yield _Postgresql(connection)
        for _name, definition in indexes:
            connection.execute(definition)
        for table in ("invoice", "document"):
            connection.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                (table, max(1, _Postgresql(connection).last_id(table))),
            )
        connection.execute("VACUUM (FREEZE, ANALYZE)")


@contextmanager
def into_sqlite(url: str) -> Iterator[Target]:
    """Without indexes, triggers and care for a power cut while it lasts."""
    path = make_url(url).database or ""
    made_later = _set_aside(path)
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        connection.exec_driver_sql("PRAGMA cache_size = -400000")
        yield _Sqlite(connection)
        connection.commit()
        for definition in made_later:
            connection.exec_driver_sql(definition)
        connection.exec_driver_sql("INSERT INTO invoice_search (invoice_search) VALUES ('rebuild')")
        connection.commit()
    engine.dispose()


def _set_aside(path: str) -> list[str]:
    """Drop indexes and triggers; return what makes them again."""
    with sqlite3.connect(path) as connection:
        marks = ", ".join("?" * len(TABLES))
        found = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') "
            f"AND sql IS NOT NULL AND tbl_name IN ({marks})",
            TABLES,
        ).fetchall()
        for kind, name, _definition in found:
            connection.execute(f'DROP {kind} "{name}"')
    connection.close()
    return [definition for _kind, _name, definition in found]

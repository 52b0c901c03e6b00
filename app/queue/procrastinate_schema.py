"""The tables of procrastinate: made and brought up to date by its own scripts, never by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, LiteralString, Self

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql
from sqlalchemy.engine import make_url

INSTALL = "flask jobs install"
"""The command that makes the tables; messages name it."""

_TABLE = "procrastinate_jobs"
_NOTE = "Made by flask jobs install, as of "
"""procrastinate keeps no record of its own: the last script that ran is noted as the comment of its main table."""
_ONE_AT_A_TIME = 0x636C69656E74  # any number that nobody else locks

_STATE: LiteralString = """
    SELECT to_regclass(%(table)s) IS NOT NULL, obj_description(to_regclass(%(table)s), 'pg_class'),
        has_table_privilege(to_regclass(%(table)s), 'INSERT')
"""
_RELATIONS: LiteralString = """
    SELECT relname, relkind = 'S' FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace
      AND relname LIKE 'procrastinate\\_%' AND relkind IN ('r', 'p', 'S')
    ORDER BY relname
"""
_FUNCTIONS: LiteralString = """
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'
    ORDER BY 1
"""
_TYPES: LiteralString = """
    SELECT format('%I', typname) FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE typnamespace = current_schema()::regnamespace AND typname LIKE 'procrastinate\\_%'
      AND (typtype = 'e' OR c.relkind = 'c')
"""
_ANNOUNCES = {_TABLE: "SELECT, INSERT", "procrastinate_events": "INSERT"}
"""All that the role of the web needs: it writes jobs down and never takes one."""


class Outcome(StrEnum):
    """What an installation found to do."""

    CREATED = "CREATED"
    UPGRADED = "UPGRADED"
    CURRENT = "CURRENT"


class InstallationFailed(RuntimeError):
    """The tables are not as they must be; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Who uses the tables besides their owner; None where a deployment has no such role."""

    runtime: str | None
    system: str | None

    @classmethod
    def of(cls, *, owner: str, runtime: str, system: str) -> Self:
        """The roles in these addresses: one that doubles as the owner needs no rights from itself."""
        names = [make_url(url).username for url in (owner, runtime, system)]
        return cls(*(None if name == names[0] else name for name in names[1:]))


def install(address: str, roles: Roles, *, anew: bool = False) -> Outcome:
    """Make the tables as the role of `address`, or run the scripts that have come since.

    Each script is a transaction with its note, so that a run that was interrupted goes on where it stopped. `anew`
    drops whatever is there: no job is lost by it, because the ledger has them all.

    Raises:
        InstallationFailed: the tables were made by something else, or the database refused.
    """
    try:
        with psycopg.connect(libpq_address(address)) as connection, _alone(connection):
            outcome = _bring_up_to_date(connection, anew=anew)
            with connection.transaction():
                _open_to(connection, roles)
    except psycopg.Error as error:
        raise InstallationFailed(
            f"The database refused to make or update the tables of procrastinate: {error}"
        ) from error
    return outcome


def libpq_address(url: str) -> str:
    """The address of a database as its driver takes it, from one as SQLAlchemy does."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def is_current(connection: "psycopg.Connection[Any]") -> bool:
    """Whether this role may use tables that are those of the installed procrastinate.

    Those of a later one will do: after going back to a former release they are still there.
    """
    _there, last, may_use = _installed(connection)
    return may_use and last is not None and last >= newest_script()


def newest_script() -> str:
    """The name of the last script of the installed procrastinate."""
    return _scripts()[-1].stem


def _bring_up_to_date(connection: "psycopg.Connection[Any]", *, anew: bool) -> Outcome:
    there, last, _may_use = _installed(connection)
    if anew or not there:
        with connection.transaction():
            _remove(connection)  # also what a backup without the tables has kept
            _run(connection, SchemaManager.get_schema(), up_to=newest_script())
        return Outcome.CREATED
    if last is None:
        raise InstallationFailed(
            "This database has tables of procrastinate that this command did not make, so it does not know their age. "
            f"If nothing else uses them, have them dropped and made anew: {INSTALL} --anew (no job is lost by it)."
        )
    newer = [script for script in _scripts() if script.stem > last]
    for script in newer:
        with connection.transaction():
            _run(connection, script.read_text(encoding="utf-8"), up_to=script.stem)
    return Outcome.UPGRADED if newer else Outcome.CURRENT


def _remove(connection: "psycopg.Connection[Any]") -> None:
    tables = [name for name, is_sequence in connection.execute(_RELATIONS) if not is_sequence]
    for name in tables:
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))
    for kind, query in (("ROUTINE", _FUNCTIONS), ("TYPE", _TYPES)):
        for (name,) in connection.execute(query).fetchall():
            connection.execute(sql.SQL("DROP {} {} CASCADE").format(sql.SQL(kind), sql.SQL(name)))


def _installed(connection: "psycopg.Connection[Any]") -> tuple[bool, str | None, bool]:
    """Whether the tables are there, the last script that ran on them where that was noted, and whether we may write."""
    row = connection.execute(_STATE, {"table": _TABLE}).fetchone()
    there, note, may_use = row or (False, "", False)
    _before, is_ours, script = str(note).partition(_NOTE)
    return there, script if is_ours else None, bool(may_use)


def _scripts() -> list[Path]:
    """In the order in which they are to be run: their names begin with the version."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _run(connection: "psycopg.Connection[Any]", script: LiteralString, *, up_to: str) -> None:
    connection.execute(script)
    note = sql.SQL("COMMENT ON TABLE {} IS {}")
    connection.execute(note.format(sql.Identifier(_TABLE), sql.Literal(f"{_NOTE}{up_to}")))


def _open_to(connection: "psycopg.Connection[Any]", roles: Roles) -> None:
    """Give the workers' role all of it, the web's what announcing takes, and anybody else nothing."""
    relations = connection.execute(_RELATIONS).fetchall()
    for name, is_sequence in relations:
        kind = "SEQUENCE" if is_sequence else "TABLE"
        _grant(connection, name, kind, roles)
    for (signature,) in connection.execute(_FUNCTIONS).fetchall():
        function = sql.SQL("FUNCTION ") + sql.SQL(signature)
        connection.execute(sql.SQL("REVOKE ALL ON {} FROM PUBLIC").format(function))
        for role in (roles.runtime, roles.system):
            if role:
                grant = sql.SQL("GRANT EXECUTE ON {} TO {}")
                connection.execute(grant.format(function, sql.Identifier(role)))


def _grant(
    connection: "psycopg.Connection[Any]", name: str, kind: LiteralString, roles: Roles
) -> None:
    relation = sql.SQL(kind) + sql.SQL(" ") + sql.Identifier(name)
    of_system = "USAGE, SELECT" if kind == "SEQUENCE" else "SELECT, INSERT, UPDATE, DELETE"
    of_runtime = "USAGE, SELECT" if kind == "SEQUENCE" else _ANNOUNCES.get(name, "")
    # In this order: where one role does both, it keeps the wider rights.
    for role, rights in ((roles.runtime, of_runtime), (roles.system, of_system)):
        if role is None:
            continue
        to = sql.Identifier(role)
        connection.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(relation, to))
        if rights:
            connection.execute(
                sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), relation, to)
            )


@contextmanager
def _alone(connection: "psycopg.Connection[Any]") -> Iterator[None]:
    """Let two hosts that are installed at once take turns."""
    connection.autocommit = True
    connection.execute("SELECT pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", (_ONE_AT_A_TIME,))

"""What a database error means to the person who pressed Save."""

import logging
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeGuard

from sqlalchemy import Constraint, Index, Table, UniqueConstraint
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

from app.fab.errors import (
    AlreadyExists,
    ChangedMeanwhile,
    DatabaseBusy,
    NotSaved,
    StillReferenced,
    ValueRefused,
    ValueRequired,
)

log = logging.getLogger(__name__)

# PostgreSQL's SQLSTATE (appendix A of its manual) and the names of SQLite's extended result codes.
_MEANING: Mapping[str, type[NotSaved]] = MappingProxyType(
    {
        "23505": AlreadyExists,
        "23503": StillReferenced,
        "23001": StillReferenced,
        "23502": ValueRequired,
        "23514": ValueRefused,
        "22001": ValueRefused,
        "22003": ValueRefused,
        "40001": DatabaseBusy,
        "40P01": DatabaseBusy,
        "55P03": DatabaseBusy,
        "57014": DatabaseBusy,
        "SQLITE_CONSTRAINT_UNIQUE": AlreadyExists,
        "SQLITE_CONSTRAINT_PRIMARYKEY": AlreadyExists,
        "SQLITE_CONSTRAINT_FOREIGNKEY": StillReferenced,
        "SQLITE_CONSTRAINT_NOTNULL": ValueRequired,
        "SQLITE_CONSTRAINT_CHECK": ValueRefused,
        "SQLITE_BUSY": DatabaseBusy,
        "SQLITE_LOCKED": DatabaseBusy,
    }
)
# SQLite names the columns in its message and nowhere else.
_SQLITE_COLUMNS = re.compile(r"constraint failed: (\w+\.\w+(?:, \w+\.\w+)*)$")


def refusal_of(error: SQLAlchemyError, table: Table) -> NotSaved:
    """The refusal an error amounts to, with `field` when one column of the table is to blame.

    The error itself may quote what was typed, so only its class and code are logged.
    """
    if isinstance(error, StaleDataError):
        return ChangedMeanwhile()
    code = _code(error)
    meaning = _MEANING.get(code, NotSaved)
    if meaning is NotSaved:
        log.error("A row of %s was not saved: %s %s", table.name, type(error).__name__, code)
    field = _field(error, table) if meaning in {AlreadyExists, ValueRequired} else None
    return meaning(field=field) if field else meaning()


def _code(error: SQLAlchemyError) -> str:
    origin = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None)
    return str(code or "")


def _field(error: SQLAlchemyError, table: Table) -> str | None:
    """The column to blame; beside `company_id`, which nobody types, there must be just one."""
    names = [name for name in _columns(error, table) if name != "company_id"]
    return names[0] if len(names) == 1 else None


def _columns(error: SQLAlchemyError, table: Table) -> list[str]:
    origin = error.orig if isinstance(error, DBAPIError) else None
    diagnosis = getattr(origin, "diag", None)
    if diagnosis is None:
        match = _SQLITE_COLUMNS.search(str(origin))
        return [name.partition(".")[2] for name in match[1].split(", ")] if match else []
    if diagnosis.column_name:
        return [diagnosis.column_name]
    return _columns_of_constraint(diagnosis.constraint_name, table)


def _columns_of_constraint(name: str | None, table: Table) -> list[str]:
    keyed: list[UniqueConstraint | Index] = [
        *filter(_is_unique, table.constraints),
        *table.indexes,
    ]
    return next(([c.name for c in key.columns] for key in keyed if name and key.name == name), [])


def _is_unique(constraint: Constraint) -> TypeGuard[UniqueConstraint]:
    return isinstance(constraint, UniqueConstraint)

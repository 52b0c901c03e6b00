"""Statements with the criteria of a scope on them, kept as long as the statement they were made from."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select
from sqlalchemy.sql.base import ExecutableOption

from app.security.criteria import criteria_of
from app.security.scope import Scope

_SCOPES = 32
"""For how many scopes one statement is kept narrowed."""
# Statements are values and never change. SQLAlchemy looks through all of one to find its SQL, and
# remembers that on the statement: a copy made at each execution is looked through each time.
_kept: WeakKeyDictionary[Select[Any], dict[Scope, Select[Any]]] = WeakKeyDictionary()


def narrowed(statement: Any, scope: Scope) -> Any:
    """The statement, hiding what `scope` does not hold; the same object for the same two."""
    if not isinstance(statement, Select):
        return with_criteria(statement, criteria_of(scope))
    of_scopes = _kept.setdefault(statement, {})
    found = of_scopes.get(scope)
    if found is None:
        found = with_criteria(statement, criteria_of(scope))
        if found is statement:  # kept under itself, it would never go
            return found
        if len(of_scopes) >= _SCOPES:
            of_scopes.clear()
        of_scopes[scope] = found
    return found


def with_criteria(statement: Any, criteria: Sequence[ExecutableOption]) -> Any:
    """The statement with those of `criteria` that it has not yet."""
    # By a loader, from the statement it loads for.
    inherited = getattr(statement, "_with_options", ())
    missing = [one for one in criteria if one not in inherited]
    return statement.options(*missing) if missing else statement

"""Wall 2 on PostgreSQL: tells the database whose rows this transaction may touch."""

from functools import lru_cache

from sqlalchemy import Connection, func, select
from sqlalchemy.sql import Select

from app.security.scope import Reach, Scope

COMPANIES = "app.companies"
ADDRESSES = "app.addresses"
USER = "app.user"
STAFF = "app.staff"
DIRECTORY = "app.directory"


def bind_scope(connection: Connection, scope: Scope) -> None:
    """Set the scope for the rest of the transaction; a pooled connection keeps nothing of it."""
    if connection.dialect.name == "postgresql":
        connection.execute(_settings_of(scope))


def bind_person(connection: Connection, user_id: int) -> None:
    """Let the rest of the transaction read what a person may know of themself: the names of their companies.

    For a page that somebody has proved to be theirs before any company is chosen, as by the link of a mail.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.set_config(USER, str(user_id), True)))


@lru_cache(maxsize=512)
def _settings_of(scope: Scope) -> Select[tuple[str, ...]]:
    limited = scope.addresses is not None
    values = {
        COMPANIES: _listed(scope.companies),
        # '-' stands for "all": an empty list of addresses means none, and must not look like it.
        ADDRESSES: _listed(scope.addresses or ()) if limited else "-",
        USER: "" if scope.user_id is None else str(scope.user_id),
        STAFF: "on" if scope.is_staff else "",
        DIRECTORY: "on" if scope.reach is Reach.DIRECTORY else "",
    }
    return select(*(func.set_config(name, value, True) for name, value in values.items()))


def _listed(ids: tuple[int, ...]) -> str:
    return ",".join(str(one) for one in ids)

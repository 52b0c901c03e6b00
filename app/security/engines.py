"""How the product connects: one engine per role of the database, each with the tripwire on it."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError

from app.queue.engine import OPTION
from app.security.tenancy import guard
from config import Settings

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another one on SQLite before the user is told to try again."""
RESTED_S = 5.0
"""A connection that was idle for longer is tried before it is used; asking each time costs each page."""
_LEFT_AT = "left_at"


def sqlalchemy_config(settings: Settings) -> dict[str, Any]:
    """What Flask-SQLAlchemy reads. On SQLite one engine serves every role."""
    runtime = settings.database_url.get_secret_value()
    config: dict[str, Any] = {"SQLALCHEMY_DATABASE_URI": runtime}
    options: dict[str, Any] = {
        # Values that people typed stay out of error messages, and so out of the log.
        "hide_parameters": True,
        # Services announce work through their session: they know no settings.
        "execution_options": {OPTION: settings.jobs_engine},
    }
    config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    if settings.is_sqlite:
        return config
    options |= {
        # A cached generic plan is made for the average company and is slow for the biggest.
        "connect_args": {"options": "-c plan_cache_mode=force_custom_plan -c timezone=UTC"},
    }
    config["SQLALCHEMY_BINDS"] = {
        "system": options | {"url": settings.database_system_url.get_secret_value()},
        "audit": options | {"url": settings.database_audit_url.get_secret_value()},
    }
    return config


def prepare_engines(engines: Mapping[str | None, Engine]) -> None:
    """Guard each engine and, on SQLite, switch on what PostgreSQL does by itself."""
    for engine in engines.values():
        guard(engine)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "savepoint", _begin_before_savepoint)
        else:
            _try_rested_connections(engine)


def _try_rested_connections(engine: Engine) -> None:
    """Notice that the database was restarted, or a firewall forgot us, before a page does."""

    def note(_connection: Any, record: Any) -> None:
        record.info[_LEFT_AT] = time.monotonic()

    def try_out(connection: Any, record: Any, _proxy: Any) -> None:
        left_at = record.info.get(_LEFT_AT)
        if left_at is not None and time.monotonic() - left_at > RESTED_S:
            _ask(engine, connection)

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", try_out)


def _ask(engine: Engine, connection: Any) -> None:
    """Raises InvalidatePoolError, upon which the pool connects anew."""
    dialect = engine.dialect
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin_before_savepoint(connection: Connection, _name: str | None) -> None:
    """Python's driver begins a transaction for writes only: a savepoint outside one would commit what is in it."""
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        driver.execute("BEGIN IMMEDIATE")  # who takes a savepoint is about to write

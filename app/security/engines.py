"""How the product connects: one engine per role of the database, each with the tripwire on it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event

from app.security.tenancy import guard
from config import Settings

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another one on SQLite before the user is told to try again."""


def sqlalchemy_config(settings: Settings) -> dict[str, Any]:
    """What Flask-SQLAlchemy reads. On SQLite one engine serves every role."""
    runtime = settings.database_url.get_secret_value()
    config: dict[str, Any] = {"SQLALCHEMY_DATABASE_URI": runtime}
    # Values that people typed stay out of error messages, and so out of the log.
    config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True}
    if settings.is_sqlite:
        return config
    options = {
        "hide_parameters": True,
        "pool_pre_ping": True,
        # A cached generic plan is made for the average company and is slow for the biggest.
        "connect_args": {"options": "-c plan_cache_mode=force_custom_plan -c timezone=UTC"},
    }
    config["SQLALCHEMY_ENGINE_OPTIONS"] = options
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


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()

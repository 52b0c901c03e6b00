"""Runs migrations as the role that owns the tables, on SQLite and on PostgreSQL."""

import re
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, event
from sqlalchemy.types import TypeDecorator

IGNORED = re.compile(r"^(invoice_search|procrastinate)(_|$)")
"""Tables that Alembic does not own: the full-text index with its shadows, and the queue's own."""
IGNORED_INDEXES = frozenset({"ix_invoice_search_text"})
"""Indexes that only PostgreSQL has and that no model can name: operator classes of extensions."""


def include_object(_item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Compare what models and database both can say."""
    if kind == "index" and name in IGNORED_INDEXES:
        return False
    return not (reflected and kind == "table" and IGNORED.match(name or ""))


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as the plain ones they are stored as: a migration imports no models."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    """Migrate in one transaction."""
    database = current_app.extensions["migrate"].db
    settings = current_app.extensions["settings"]
    engine = create_engine(settings.database_owner_url.get_secret_value())
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _leave_foreign_keys_off)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_object=include_object,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _leave_foreign_keys_off(connection: Any, _record: Any) -> None:
    # A batch migration rebuilds a table under a new name; rows that point at it must not be lost.
    connection.execute("PRAGMA foreign_keys = OFF")


run()

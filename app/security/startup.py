"""Refuses to serve on a PostgreSQL whose second wall is not there: mighty roles see through every policy."""

import logging
from threading import Lock

from flask import Flask, request
from sqlalchemy import Engine, text
from werkzeug.exceptions import ServiceUnavailable

from app.extensions import db
from app.security.tenancy import CHECKED

log = logging.getLogger(__name__)

UNWALLED = ("job", "membership", "membership_address")
"""Tables with a company that are read before anybody's scope is known."""

_QUESTION = text("""
    WITH ours AS (
        SELECT c.oid, c.relname AS name, c.relowner, c.relrowsecurity AND c.relforcerowsecurity AS forced
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    ), owned AS (
        SELECT * FROM ours WHERE name = 'company' OR EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = ours.oid AND a.attname = 'company_id' AND NOT a.attisdropped
        )
    )
    SELECT
        r.rolname AS role,
        r.rolsuper AS is_superuser,
        r.rolbypassrls AS bypasses,
        (SELECT string_agg(name, ', ' ORDER BY name) FROM ours
            WHERE pg_has_role(relowner, 'MEMBER')) AS possessed,
        (SELECT string_agg(name, ', ' ORDER BY name) FROM owned
            WHERE NOT forced AND name <> ALL(:unwalled)) AS open,
        (SELECT string_agg(DISTINCT tablename, ', ') FROM pg_policies
            WHERE schemaname = current_schema() AND roles && ARRAY['public', current_user::name]
            AND qual = 'true') AS transparent
    FROM pg_roles r WHERE r.rolname = current_user
""")


class UnsafeDatabase(RuntimeError):
    """The database would show one company's rows to another; the text says what to change."""


def check_database(engine: Engine) -> None:
    """Ask once whether row-level security holds for the role that serves requests; SQLite has none.

    Raises:
        UnsafeDatabase: it does not.
    """
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        found = connection.execute(
            _QUESTION, {"unwalled": list(UNWALLED)}, execution_options=CHECKED
        ).one()
    problems = {
        "is a superuser": found.is_superuser,
        "has BYPASSRLS": found.bypasses,
        "owns, or may become the owner of, {}": not found.is_superuser and found.possessed,
        "meets no forced row-level security on {}": found.open,
        "sees every row of {}, as the system role may": found.transparent,
    }
    said = [sentence.format(fact) for sentence, fact in problems.items() if fact]
    if said:
        message = (
            f'The role "{found.role}" of DATABASE_URL {"; it ".join(said)}. Companies would not be kept apart. '
            "Use four roles (docs/decisions/0006-three-walls-between-companies.md), then run: "
            "flask db downgrade 0001 && flask db upgrade && flask jobs install"
        )
        raise UnsafeDatabase(message)


def refuse_unsafe_database(app: Flask) -> None:
    """Check before the first request is served; until the database is safe, answer 503 and say why in the log."""
    lock = Lock()
    safe: list[bool] = []

    @app.before_request
    def check_once() -> None:
        if safe or request.endpoint == "health.alive":
            return
        with lock:
            try:
                check_database(db.engine)
            except UnsafeDatabase as error:
                log.critical("%s", error)
                raise ServiceUnavailable from None
            safe.append(True)

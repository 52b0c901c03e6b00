"""Whether this process lives, and whether it can serve: for load balancers and for `make run`."""

import logging

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import DomainError
from app.extensions import db, ports
from app.queue.engine import engine_named, jobs_engine_of
from app.security.access import public
from app.security.tenancy import CHECKED

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The process answers; says nothing of the database."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """The database is migrated and takes jobs, documents can be read. No detail for strangers: it is in the log."""
    problems = [name for name, check in _CHECKS.items() if not check()]
    if problems:
        log.error("not ready: %s", ", ".join(problems))
        return jsonify(status="not ready"), 503
    return jsonify(status="ok"), 200


def _is_database_migrated() -> bool:
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    try:
        with db.engine.connect() as connection:
            reviewed = connection.execution_options(**CHECKED)
            found = set(MigrationContext.configure(reviewed).get_current_heads())
    except SQLAlchemyError:
        return False
    return found == set(script.get_heads())


def _is_work_taken() -> bool:
    """Pages may write down what is left for later. That somebody runs it is another process's affair."""
    try:
        with db.engine.connect() as connection:
            engine = engine_named(jobs_engine_of(connection))
            return engine.missing(connection.execution_options(**CHECKED)) is None
    except SQLAlchemyError:
        return False


def _is_storage_there() -> bool:
    try:
        ports().blobs.exists("0" * 64)
    except DomainError:
        return False
    return True


_CHECKS = {
    "database": _is_database_migrated,
    "jobs": _is_work_taken,
    "storage": _is_storage_there,
}

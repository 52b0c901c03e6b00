"""The engine on PostgreSQL: procrastinate is told of each job in the transaction that writes it, and wakes a worker.

It carries the number of a job and nothing else: what there is to do, and how it went, is in the ledger.
"""

import logging
from datetime import datetime
from typing import Any

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg import Error, errors
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.models import Job
from app.queue.engine import Duty
from app.queue.procrastinate_schema import INSTALL, is_current
from app.queue.procrastinate_worker import QUEUE, RUN, Worker

# It tells of each number that comes and goes; the worker's own lines name the task and what became of it.
logging.getLogger("procrastinate").setLevel(logging.WARNING)

_ABSENT = (
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.UndefinedTable,
    errors.InsufficientPrivilege,
)


class NotInstalled(SQLAlchemyError):
    """procrastinate's tables are not there, or not for this role: no job can be announced, so none is written."""


class ProcrastinateEngine:
    """Many workers on many machines."""

    def __init__(self) -> None:
        # Never opened: it only ever writes over the connection of whoever announces.
        self._app = App(connector=SyncPsycopgConnector())

    def announce(self, session: Session, job_id: int, run_at: datetime) -> None:
        """Raises NotInstalled, DBAPIError."""
        driver: Any = session.connection().connection.driver_connection
        job = self._app.configure_task(
            RUN,
            queue=QUEUE,
            connection=driver,
            schedule_at=run_at if run_at > now() else None,
        )
        try:
            job.defer(job_id=job_id)
        except ConnectorException as error:
            raise _in_words(error) from error

    def serve(self, duty: Duty) -> None:
        Worker(duty).run()

    def missing(self, connection: Connection) -> str | None:
        if not inspect(connection).has_table(Job.__tablename__):
            return "flask db upgrade"
        driver: Any = connection.connection.driver_connection
        return None if is_current(driver) else INSTALL


def _in_words(error: ConnectorException) -> Exception:
    """What to do where the tables are not there; else what PostgreSQL said, as any other statement's failure."""
    said = error.__cause__
    if isinstance(said, _ABSENT):
        return NotInstalled(f"procrastinate's tables are not ready for this role; run: {INSTALL}")
    if isinstance(said, Error):
        return DBAPIError.instance("announcing a job", None, said, Error)
    return error


ENGINE = ProcrastinateEngine()

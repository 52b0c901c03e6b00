"""Writing a piece of work into the ledger, in the transaction of whoever wants it done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.jobs import JobState, Task
from app.models import Job
from app.queue.engine import announce

_CHECKED = {"tenancy": "checked"}
"""A visitor may set work off, and jobs are outside the walls: their handlers open their own scope."""


def enqueue(
    session: Session,
    task: Task,
    arguments: Mapping[str, str | int] | None = None,
    *,
    key: str | None = None,
    company_id: int | None = None,
    run_at: datetime | None = None,
) -> int | None:
    """Have `task` done once the caller has committed, not before `run_at`; nothing happens if they roll back.

    `arguments` are identifiers only. A `key` is done once, whatever becomes of it: None is returned where it is
    known already. A job of a company sees that company alone; any other sees them all, and says so in the trail.
    """
    dialect = session.get_bind().dialect.name
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    at = now()
    due_at = run_at or at
    statement = (
        insert(Job)
        .values(
            public_id=uuid4(),
            task=task,
            key=key,
            arguments=dict(arguments or {}),
            state=JobState.WAITING,
            company_id=company_id,
            run_at=due_at,
            attempts=0,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["task", "key"])
        .returning(Job.id)
    )
    number: int | None = (
        session.connection().execute(statement, execution_options=_CHECKED).scalar_one_or_none()
    )
    if number is not None:
        announce(session, number, due_at)
    return number

"""One piece of work as its handler gets it, and the scope that the handler works in."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.domain.actors import SYSTEM
from app.domain.jobs import Task
from app.extensions import db
from app.security import scope as scopes
from app.security.cross_company import cross_company
from app.security.tenancy import TenantSession, open_scope

_OF_NOBODY = frozenset({Task.SEND_MAIL})
"""Tasks that, where they are of no company, touch rows of none: they cross nothing, and the trail need not say so."""


def _held() -> None:
    """A piece of work that nobody else can take."""


@dataclass(frozen=True, slots=True)
class Work:
    """`attempt` counts from 1. `arguments` are identifiers: the handler reads what they name, as it is now.

    `hold` renews the lease on the job, and raises LeaseLost where somebody else has it by now.
    """

    job_id: int
    task: Task
    arguments: Mapping[str, Any]
    company_id: int | None
    attempt: int
    hold: Callable[[], None] = field(default=_held, repr=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session of its own: of the job's company, or of all of them where it has none. The handler commits."""
        if self.company_id is None and self.task not in _OF_NOBODY:
            with cross_company(f"job: {self.task.value.lower()}") as session:
                yield session
            return
        owner = self.company_id
        scope = scopes.of_directory() if owner is None else scopes.of_company(owner)
        with self.session_in(scope) as session:
            yield session

    @contextmanager
    def session_in(self, scope: scopes.Scope) -> Iterator[Session]:
        """A session of its own that sees what `scope` holds: for work on behalf of somebody. The handler commits."""
        session = TenantSession(db=db, info={"actor": SYSTEM})
        open_scope(session, scope)
        try:
            yield session
        finally:
            session.close()


Handler = Callable[[Work], None]
"""Does one piece of work, in an application context; called again when it fails, so it is idempotent.

Raises Postponed to be called later, FailedForGood when later cannot help; anything else is tried again for a while.
"""

"""The way out of a company's scope: named, counted and audited."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.domain.actors import SYSTEM, Actor
from app.domain.audit import AuditAction
from app.extensions import db
from app.security.scope import EVERYTHING
from app.security.tenancy import TenantSession, open_scope
from app.services.audit import record


@contextmanager
def cross_company(reason: str, *, actor: Actor = SYSTEM) -> Iterator[Session]:
    """Open a session of its own that sees every company, as the database's system role.

    `reason` is a short English phrase that lands in the audit trail with the work's first commit, or at
    the end of work that only read or that failed. The caller commits; what was not committed is rolled back
    (and a caller that rolls back itself leaves no trace of what it did not do).
    """
    session = TenantSession(db=db, info={"engine": "system", "actor": actor})
    open_scope(session, EVERYTHING)
    traces: list[Session] = []
    event.listen(session, "after_commit", traces.append)
    try:
        trace = record(session, AuditAction.CROSS_COMPANY_OPENED, label=reason)
        yield session
    finally:
        if trace in session and not traces:
            session.rollback()
            record(session, AuditAction.CROSS_COMPANY_OPENED, label=reason)
            session.commit()
        session.close()

"""The way out of a company's scope: named, counted and audited."""

from collections.abc import Iterator
from contextlib import contextmanager

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

    `reason` is a short English phrase that lands in the audit trail with the work's first commit.
    The caller commits; what was not committed is rolled back.
    """
    session = TenantSession(db=db, info={"engine": "system", "actor": actor})
    open_scope(session, EVERYTHING)
    try:
        record(session, AuditAction.CROSS_COMPANY_OPENED, label=reason)
        yield session
    finally:
        session.close()

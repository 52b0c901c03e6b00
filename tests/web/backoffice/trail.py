"""What the audit trail says, for tests."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.domain.audit import AuditAction
from app.models import AuditEvent
from app.security.cross_company import cross_company

if TYPE_CHECKING:
    from flask import Flask


def events(app: "Flask", action: AuditAction) -> list[AuditEvent]:
    """The events of a kind, the newest first; those of the demo are among them."""
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        statement = (
            select(AuditEvent)
            .where(AuditEvent.action == action.value)
            .order_by(AuditEvent.id.desc())
        )
        found = list(session.scalars(statement))
        session.expunge_all()
        return found

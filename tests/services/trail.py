"""The audit events that a session writes while a test runs, whoever may read them afterwards."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import AuditEvent


def follow_trail(session: "Session") -> "list[AuditEvent]":
    """A list that fills with each event as it is written; flush before looking."""
    from app.models import AuditEvent

    events: list[AuditEvent] = []

    def note(_session: "Session", item: Any) -> None:
        if isinstance(item, AuditEvent):
            events.append(item)

    event.listen(session, "pending_to_persistent", note)
    return events

"""What a session writes while a test runs, whoever may read it afterwards: audit events, mails."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import AuditEvent, OutgoingMail


def follow_trail(session: "Session") -> "list[AuditEvent]":
    """A list that fills with each event as it is written; flush before looking."""
    from app.models import AuditEvent

    return _follow(session, AuditEvent)


def follow_mails(session: "Session") -> "list[OutgoingMail]":
    """The same of mails."""
    from app.models import OutgoingMail

    return _follow(session, OutgoingMail)


def _follow(session: "Session", kind: type[Any]) -> list[Any]:
    written: list[Any] = []

    def note(_session: "Session", item: Any) -> None:
        if isinstance(item, kind):
            written.append(item)

    event.listen(session, "pending_to_persistent", note)
    return written

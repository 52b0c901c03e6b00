"""The time line of a company: everything that happened there, as staff may read it, newest first."""

from sqlalchemy.orm import Session

from app.models import AuditEvent
from app.services.history import PAGE_SIZE, HistoryPage, page_of_events


def company_timeline(
    session: Session, company_id: int, *, before: str | None = None, limit: int = PAGE_SIZE
) -> HistoryPage:
    """One page of all that happened to a company: also its invoices, documents and payments.

    Raises:
        HistoryPageUnknown: `before` is not the token of a page.
    """
    return page_of_events(session, AuditEvent.company_id == company_id, before=before, limit=limit)

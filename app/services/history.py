"""Who changed what of a company, when: the audit events that its people may read, newest first."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from app.domain.errors import DomainError
from app.models import AuditEvent

PAGE_SIZE = 25
NEWEST = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST_ID = 2**31


class HistoryPageUnknown(DomainError):
    """The token of a page is none."""

    code = "history_page_unknown"


class Subject(StrEnum):
    """What events are about, as addresses of pages name it."""

    COMPANY = "company"
    ADDRESSES = "addresses"
    CONTACTS = "contacts"
    ACCESS = "access"


_TABLES = {
    Subject.COMPANY: ("company", "change_request"),
    Subject.ADDRESSES: ("address",),
    Subject.CONTACTS: ("contact",),
    Subject.ACCESS: ("membership", "invitation", "portfolio"),
}


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Events, newest first; `older` is the token of the page after these, if there is one."""

    events: list[AuditEvent]
    older: str | None


def history(
    session: Session,
    company_id: int,
    *,
    about: Subject | None = None,
    before: str | None = None,
    limit: int = PAGE_SIZE,
) -> HistoryPage:
    """One page of what happened to a company, its addresses, its contacts and its access.

    Raises:
        HistoryPageUnknown: `before` is not the token of a page.
    """
    tables = (
        _TABLES[about] if about else tuple(name for names in _TABLES.values() for name in names)
    )
    ours = AuditEvent.company_id == company_id
    of_each = [and_(ours, AuditEvent.target_type == table) for table in tables]
    return page_of_events(session, *of_each, before=before, limit=limit)


def history_of(session: Session, target_type: str, target_id: int) -> list[AuditEvent]:
    """The last events of one row."""
    statement = (
        select(AuditEvent)
        .where(AuditEvent.target_type == target_type, AuditEvent.target_id == target_id)
        .order_by(AuditEvent.id.desc())
        .limit(NEWEST)
    )
    return list(session.scalars(statement))


def page_of_events(
    session: Session, *wanted: ColumnElement[bool], before: str | None, limit: int
) -> HistoryPage:
    """Events that meet one of the conditions, newest first; the scope of the session narrows them as well.

    Each condition is read from its own end of the index: asked for in one, the few changes of a
    company would be looked for among all its invoices. No event may meet two of them.

    Raises:
        HistoryPageUnknown: `before` is not the token of a page.
    """
    older = [tuple_(AuditEvent.at, AuditEvent.id) < _position(before)] if before else []
    ends = [_newest(AuditEvent, limit + 1).where(one, *older).subquery() for one in wanted]
    either = aliased(AuditEvent, union_all(*(select(end) for end in ends)).subquery())
    found = list(session.scalars(_newest(either, limit + 1)))
    events = found[:limit]
    return HistoryPage(events, _token(events[-1]) if len(found) > limit else None)


def _newest(event: type[AuditEvent], count: int) -> Select[AuditEvent]:
    return select(event).order_by(event.at.desc(), event.id.desc()).limit(count)


def _token(event: AuditEvent) -> str:
    written = f"{(event.at - _EPOCH) // _MICROSECOND}.{event.id}"
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _position(token: str) -> tuple[datetime, int]:
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        microseconds, _, number = data.decode("ascii").partition(".")
        position = _EPOCH + int(microseconds) * _MICROSECOND, int(number)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise HistoryPageUnknown from error
    if not 0 < position[1] < _LARGEST_ID:
        raise HistoryPageUnknown
    return position

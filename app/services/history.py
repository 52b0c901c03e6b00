"""Who changed what of a company, when: the audit events that its people may read, newest first."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, select, tuple_
from sqlalchemy.orm import Session

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
    Subject.COMPANY: ("company",),
    Subject.ADDRESSES: ("address",),
    Subject.CONTACTS: ("contact",),
    Subject.ACCESS: ("membership", "portfolio"),
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
    where = and_(AuditEvent.company_id == company_id, AuditEvent.target_type.in_(tables))
    return page_of_events(session, where, before=before, limit=limit)


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
    session: Session, where: ColumnElement[bool], *, before: str | None, limit: int
) -> HistoryPage:
    """Events that meet a condition, newest first; the scope of the session narrows them as well.

    Raises:
        HistoryPageUnknown: `before` is not the token of a page.
    """
    statement = select(AuditEvent).where(where)
    if before:
        statement = statement.where(tuple_(AuditEvent.at, AuditEvent.id) < _position(before))
    statement = statement.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit + 1)
    found = list(session.scalars(statement))
    events = found[:limit]
    return HistoryPage(events, _token(events[-1]) if len(found) > limit else None)


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

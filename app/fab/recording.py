"""The audit events of generated screens: which event each change of each table is."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.models import Address, Company, Contact, Membership, PortalUser, Portfolio
from app.services.audit import record


class Change(StrEnum):
    CREATED = "CREATED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


class ChangeRecorder(Protocol):
    """Adds the audit event to the session; it neither flushes nor commits.

    `changes` holds (before, after) by attribute name: what differs for CHANGED, the whole row
    with None on the other side for CREATED and REMOVED. A removed row has been flushed already.
    """

    def __call__(
        self,
        session: Session,
        change: Change,
        item: object,
        changes: Mapping[str, tuple[object, object]],
    ) -> None: ...


_ACTIONS: Mapping[tuple[type, Change], AuditAction] = MappingProxyType(
    {
        (Company, Change.CREATED): AuditAction.COMPANY_CREATED,
        (Company, Change.CHANGED): AuditAction.COMPANY_CHANGED,
        (Address, Change.CREATED): AuditAction.ADDRESS_CREATED,
        (Address, Change.CHANGED): AuditAction.ADDRESS_CHANGED,
        (Contact, Change.CREATED): AuditAction.CONTACT_CREATED,
        (Contact, Change.CHANGED): AuditAction.CONTACT_CHANGED,
        (Contact, Change.REMOVED): AuditAction.CONTACT_REMOVED,
        (Membership, Change.CREATED): AuditAction.MEMBERSHIP_CREATED,
        (Membership, Change.CHANGED): AuditAction.MEMBERSHIP_CHANGED,
        (Membership, Change.REMOVED): AuditAction.MEMBERSHIP_REMOVED,
        (PortalUser, Change.CREATED): AuditAction.USER_CREATED,
        (PortalUser, Change.CHANGED): AuditAction.USER_CHANGED,
        (Portfolio, Change.CREATED): AuditAction.PORTFOLIO_ASSIGNED,
        (Portfolio, Change.REMOVED): AuditAction.PORTFOLIO_WITHDRAWN,
    }
)


def record_change(
    session: Session,
    change: Change,
    item: object,
    changes: Mapping[str, tuple[object, object]],
) -> None:
    """Write the audit event of a change.

    Raises:
        LookupError: no event is known for it, so no generated screen may make it.
    """
    action = _ACTIONS.get((type(item), change))
    if action is None:
        raise LookupError(f"no audit event for {type(item).__name__} {change}")
    record(session, action, target=item, changes=changes)


def row_values(item: object) -> dict[str, object]:
    """All column values of a row, by attribute name."""
    columns = inspect(item, raiseerr=True).mapper.column_attrs
    return {attribute.key: getattr(item, attribute.key) for attribute in columns}

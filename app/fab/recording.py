"""What a generated screen tells the audit trail about a row it has changed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from sqlalchemy import inspect
from sqlalchemy.orm import Session


class Change(StrEnum):
    CREATED = "CREATED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


class ChangeRecorder(Protocol):
    """Adds the audit event to the session; it neither flushes nor commits.

    `before` and `after` hold column values by attribute name: both sides of what differs for
    CHANGED, the whole row on one side for CREATED and REMOVED. Keys and values that the
    database gives are there already. Masking secrets is the recorder's task.
    """

    def __call__(
        self,
        session: Session,
        change: Change,
        item: object,
        *,
        before: Mapping[str, object],
        after: Mapping[str, object],
    ) -> None: ...


def row_values(item: object) -> dict[str, object]:
    """All column values of a row, by attribute name."""
    columns = inspect(item, raiseerr=True).mapper.column_attrs
    return {attribute.key: getattr(item, attribute.key) for attribute in columns}

"""What a generated screen tells the audit trail about a row it has changed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import inspect
from sqlalchemy.orm import Session


class Change(StrEnum):
    CREATED = "CREATED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


class ChangeRecorder(Protocol):
    """Adds the audit event to the session; it neither flushes nor commits.

    `before` and `after` hold column values by attribute name: both sides of what differs for
    CHANGED, the whole row on one side for CREATED and REMOVED. The keys and values that the
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
    return {attribute.key: getattr(item, attribute.key) for attribute in _columns(item)}


def changed_values(item: object) -> tuple[dict[str, object], dict[str, object]]:
    """What differs from the database, before and after; call it before the flush."""
    state = inspect(item, raiseerr=True)
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    for attribute in _columns(item):
        history = state.attrs[attribute.key].load_history()
        if history.has_changes():
            before[attribute.key] = history.deleted[0] if history.deleted else None
            after[attribute.key] = history.added[0] if history.added else None
    return before, after


def _columns(item: object) -> Any:  # noqa: ANN401 - SQLAlchemy's read-only collection
    return inspect(item, raiseerr=True).mapper.column_attrs

"""Pages of the invoice list by key: how it can be sorted, where a page begins, which rows follow.

Documents without a due date come last in either direction. Neither database stores them at the end
of its index both ways, so a list by due date is walked in two stretches, each along the index.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.domain.errors import DomainError
from app.models import Invoice

PAGE_SIZE = 25
_LARGEST_ORDINAL = 10**9
_LARGEST_CENTS = 2**63 - 1


class PageUnknown(DomainError):
    """The token of a page is none, or one of another order."""

    code = "page_unknown"


class SortKey(StrEnum):
    ISSUED = "issued"
    DUE = "due"
    NUMBER = "number"
    AMOUNT = "amount"


_COLUMNS: Mapping[SortKey, InstrumentedAttribute[Any]] = MappingProxyType(
    {
        SortKey.ISSUED: Invoice.issued_on,
        SortKey.DUE: Invoice.due_on,
        SortKey.NUMBER: Invoice.number,
        SortKey.AMOUNT: Invoice.signed_cents,
    }
)


@dataclass(frozen=True, slots=True)
class Order:
    """`-issued` in an address: newest first. Ties go by the order of arrival, in the same direction."""

    key: SortKey = SortKey.ISSUED
    descending: bool = True

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else str(self.key)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for an order that is not offered."""
        return cls(SortKey(text.removeprefix("-")), text.startswith("-"))


NEWEST_FIRST = Order()


@dataclass(frozen=True, slots=True)
class Cursor:
    """The document next to which a page begins, and its place in the list, counted from 1."""

    value: date | str | int | None
    public_id: UUID
    ordinal: int
    backward: bool = False

    def write(self, order: Order) -> str:
        """A token for an address; no key of ours is in it."""
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        fields = [str(order), self.ordinal, value, self.public_id.hex]
        data = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    @classmethod
    def read(cls, token: str, order: Order, *, backward: bool) -> Self:
        """Raises PageUnknown."""
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            written, ordinal, value, public_id = json.loads(data)
            found = cls(_read_value(value, order.key), UUID(hex=public_id), int(ordinal), backward)
        except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise PageUnknown() from error
        if written != str(order) or not 0 < found.ordinal <= _LARGEST_ORDINAL:
            raise PageUnknown()
        return found


def value_of(row: object, order: Order) -> date | str | int | None:
    """What the row is sorted by."""
    value: date | str | int | None = getattr(row, _COLUMNS[order.key].key)
    return value


def page_of(
    base: Select[*tuple[Any, ...]], order: Order, cursor: Cursor | None, *, limit: int
) -> Select[*tuple[Any, ...]]:
    """The next rows of `base` in walking order: a page before the cursor comes out last row first."""
    ascending = order.descending is (cursor is not None and cursor.backward)
    parts = [
        part.order_by(*_directed(_COLUMNS[order.key], Invoice.id, ascending=ascending)).limit(limit)
        for part in _stretches(base, order, cursor, ascending=ascending)
    ]
    if len(parts) == 1:
        return parts[0]
    numbered = [
        part.add_columns(literal(place).label("stretch")) for place, part in enumerate(parts)
    ]
    both = union_all(*(select(part.subquery()) for part in numbered)).subquery()
    key, last = both.c[_COLUMNS[order.key].key], both.c.id
    return (
        select(both)
        .order_by(both.c.stretch, *_directed(key, last, ascending=ascending))
        .limit(limit)
    )


def _stretches(
    base: Select[*tuple[Any, ...]], order: Order, cursor: Cursor | None, *, ascending: bool
) -> list[Select[*tuple[Any, ...]]]:
    column = _COLUMNS[order.key]
    if order.key is not SortKey.DUE:
        return [
            base if cursor is None else base.where(_beyond(column, cursor, ascending=ascending))
        ]
    dated, undated = base.where(column.is_not(None)), base.where(column.is_(None))
    if cursor is None:
        return [dated, undated]
    if cursor.value is None:
        here = undated.where(_id_beyond(cursor, ascending=ascending))
        return [here, dated] if cursor.backward else [here]
    here = dated.where(_beyond(column, cursor, ascending=ascending))
    return [here] if cursor.backward else [here, undated]


def _beyond(
    column: InstrumentedAttribute[Any], cursor: Cursor, *, ascending: bool
) -> ColumnElement[bool]:
    position, here = tuple_(column, Invoice.id), tuple_(literal(cursor.value), _id_of(cursor))
    return position > here if ascending else position < here


def _id_beyond(cursor: Cursor, *, ascending: bool) -> ColumnElement[bool]:
    return Invoice.id > _id_of(cursor) if ascending else Invoice.id < _id_of(cursor)


def _id_of(cursor: Cursor) -> ScalarSelect[int]:
    anchor = aliased(Invoice)
    return select(anchor.id).where(anchor.public_id == cursor.public_id).scalar_subquery()


def _directed(
    *columns: ColumnElement[Any] | InstrumentedAttribute[Any], ascending: bool
) -> tuple[ColumnElement[Any], ...]:
    return tuple(column.asc() if ascending else column.desc() for column in columns)


def _read_value(value: object, key: SortKey) -> date | str | int | None:
    if key is SortKey.AMOUNT:
        if type(value) is int and abs(value) <= _LARGEST_CENTS:
            return value
    elif key is SortKey.DUE and value is None:
        return None
    elif isinstance(value, str) and "\x00" not in value:
        value.encode()  # half a surrogate pair is no text: no database takes it
        return value if key is SortKey.NUMBER else date.fromisoformat(value)
    raise ValueError("not a value of this column")

"""Pages of the invoice list by key: how it can be sorted, where a page begins, which rows follow.

Documents without a due date come last in either direction. Neither database stores them at the end
of its index both ways, so a list by due date is walked in two stretches, each along the index.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.errors import DomainError
from app.domain.ports import SealBroken, Vault
from app.models import Invoice

PAGE_SIZE = 25
_PLACE = "address|page of invoices"
"""What a token was sealed for: nothing else that we have sealed opens as one."""


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
    id: int
    ordinal: int
    backward: bool = False

    def write(self, order: Order, *, vault: Vault) -> str:
        """A token for an address. It is sealed, for it names our own key: the page then looks nothing up."""
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        fields = [str(order), self.ordinal, value, self.id]
        return vault.seal(json.dumps(fields, separators=(",", ":")), place=_PLACE).rstrip("=")

    @classmethod
    def read(cls, token: str, order: Order, *, backward: bool, vault: Vault) -> Self:
        """Raises PageUnknown, also for a token that a key has sealed which is gone."""
        name, _dot, body = token.partition(".")
        try:
            text = vault.open(f"{name}.{body}{'=' * (-len(body) % 4)}", place=_PLACE)
            written, ordinal, value, key = json.loads(text)
        except (SealBroken, ValueError) as error:
            raise PageUnknown() from error
        if written != str(order):
            raise PageUnknown()
        return cls(_read_value(value, order.key), key, ordinal, backward)

    @property
    def walk(self) -> "Walk":
        return Walk(backward=self.backward, is_undated=self.value is None)


@dataclass(frozen=True, slots=True)
class Walk:
    """Which way a page goes on from its document, which may have no value to be sorted by."""

    backward: bool
    is_undated: bool


def value_of(row: object, order: Order) -> date | str | int | None:
    """What the row is sorted by."""
    value: date | str | int | None = getattr(row, _COLUMNS[order.key].key)
    return value


def page_of(
    base: Select[*tuple[Any, ...]], order: Order, walk: Walk | None, *, limit: int
) -> Select[*tuple[Any, ...]]:
    """The next rows of `base` in walking order: a page before its document comes out last row first.

    The document itself is bound at each execution, as `beside_value` and `beside_id`.
    """
    ascending = order.descending is (walk is not None and walk.backward)
    parts = [
        part.order_by(*_directed(_COLUMNS[order.key], Invoice.id, ascending=ascending)).limit(limit)
        for part in _stretches(base, order, walk, ascending=ascending)
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
    base: Select[*tuple[Any, ...]], order: Order, walk: Walk | None, *, ascending: bool
) -> list[Select[*tuple[Any, ...]]]:
    column = _COLUMNS[order.key]
    if order.key is not SortKey.DUE:
        return [base if walk is None else base.where(_beyond(column, ascending=ascending))]
    dated, undated = base.where(column.is_not(None)), base.where(column.is_(None))
    if walk is None:
        return [dated, undated]
    if walk.is_undated:
        here = undated.where(_id_beyond(ascending=ascending))
        return [here, dated] if walk.backward else [here]
    here = dated.where(_beyond(column, ascending=ascending))
    return [here] if walk.backward else [here, undated]


def _beyond(column: InstrumentedAttribute[Any], *, ascending: bool) -> ColumnElement[bool]:
    value: BindParameter[Any] = bindparam("beside_value", type_=column.type)
    position, here = tuple_(column, Invoice.id), tuple_(value, _beside_id())
    return position > here if ascending else position < here


def _id_beyond(*, ascending: bool) -> ColumnElement[bool]:
    return Invoice.id > _beside_id() if ascending else Invoice.id < _beside_id()


def _beside_id() -> BindParameter[int]:
    return bindparam("beside_id", type_=Integer)


def _directed(
    *columns: ColumnElement[Any] | InstrumentedAttribute[Any], ascending: bool
) -> tuple[ColumnElement[Any], ...]:
    return tuple(column.asc() if ascending else column.desc() for column in columns)


def _read_value(value: str | int | None, key: SortKey) -> date | str | int | None:
    """What was sealed, which nobody can have changed."""
    is_day = isinstance(value, str) and key is not SortKey.NUMBER
    return date.fromisoformat(str(value)) if is_day else value

"""Pages by key: where a page begins, as a token in the address, and the condition it stands for."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlalchemy.types import TypeDecorator, TypeEngine

_READERS: Mapping[type, Callable[[str], object]] = MappingProxyType(
    {
        str: str,
        int: int,
        bool: lambda raw: bool(int(raw)),
        Decimal: Decimal,
        UUID: UUID,
        datetime: datetime.fromisoformat,
        date: date.fromisoformat,
    }
)
# What both databases and their drivers take for an integer.
_LARGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Order:
    """By which column a list is sorted; ties go by the primary key, in the same direction."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Cursor:
    """The row next to which a page begins.

    `ordinal` is the position of that row in the whole list, counted from 1, so that the page
    can say "51 to 75 of 148" without counting what comes before it.
    """

    value: object
    key: object
    ordinal: int
    backward: bool = False


def write_cursor(cursor: Cursor, order: Order) -> str:
    fields = [
        order.column,
        int(order.descending),
        int(cursor.backward),
        cursor.ordinal,
        _written(cursor.value),
        _written(cursor.key),
    ]
    data = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_cursor(
    token: str, order: Order, *, value_type: TypeEngine[Any], key_type: TypeEngine[Any]
) -> Cursor:
    """Read back what `write_cursor` wrote.

    Raises:
        ValueError: not such a token, or one of another order.
    """
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        column, descending, backward, ordinal, value, key = json.loads(data)
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise ValueError("not a page token") from error
    if (column, descending) != (order.column, int(order.descending)):
        raise ValueError("a page token of another order")
    if not isinstance(ordinal, int) or not 0 < ordinal <= _LARGEST_INTEGER:
        raise ValueError("not an ordinal")
    return Cursor(
        value=None if value is None else read_value(value, value_type),
        key=read_value(key, key_type),
        ordinal=ordinal,
        backward=bool(backward),
    )


def read_value(raw: object, kind: TypeEngine[Any]) -> object:
    """A value of a column from the text of an address or a form.

    Raises:
        ValueError: the text is not a value of that column, or no database would take it.
    """
    if not isinstance(raw, str) or "\x00" in raw:
        raise ValueError("not a value")
    raw.encode()  # half a surrogate pair is no text: no database takes it
    python_type = python_type_of(kind)
    try:
        value = python_type[raw] if issubclass(python_type, Enum) else _READERS[python_type](raw)
    except (KeyError, InvalidOperation) as error:
        raise ValueError("not a value of this column") from error
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise ValueError("an integer no database takes")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("not a finite number")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return value


def python_type_of(kind: TypeEngine[Any]) -> type[Any]:
    return (
        python_type_of(kind.impl_instance) if isinstance(kind, TypeDecorator) else kind.python_type
    )


def beyond(
    columns: tuple[ColumnElement[Any], ColumnElement[Any]],
    cursor: Cursor,
    *,
    ascending: bool,
    nullable: bool,
    nulls_last_ascending: bool,
) -> ColumnElement[bool]:
    """The rows after the cursor when walking `columns` (sort column, primary key) in a direction.

    Databases differ in where they put NULL (PostgreSQL: above everything, SQLite: below), and a
    NULLS FIRST in the query would keep them from using the index: the condition follows them.
    """
    column, key = columns
    if not nullable:
        position, here = tuple_(column, key), tuple_(cursor.value, cursor.key)
        return position > here if ascending else position < here
    key_beyond = key > cursor.key if ascending else key < cursor.key
    nulls_beyond_values = ascending == nulls_last_ascending
    if cursor.value is None:
        among_nulls = and_(column.is_(None), key_beyond)
        return among_nulls if nulls_beyond_values else or_(column.is_not(None), among_nulls)
    value_beyond = column > cursor.value if ascending else column < cursor.value
    from_value = column >= cursor.value if ascending else column <= cursor.value
    # "From the value on" says nothing new, but it is where an index can begin.
    among_values = and_(from_value, or_(value_beyond, key_beyond))
    return or_(among_values, column.is_(None)) if nulls_beyond_values else among_values


def _written(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)

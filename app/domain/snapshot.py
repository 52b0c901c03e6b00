"""Frozen dataclasses of plain values to dicts of strings and back, for storing as JSON.

Values equal to their default are left out, so that a new field with a default never breaks an
old snapshot, and an unknown field of a newer one is passed over.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
Loader = Callable[[Any], Any]


def dump(value: "DataclassInstance") -> dict[str, Any]:
    """Dates in ISO 8601, decimals as they were written, enums by value."""
    return {
        name: content if type(content) is str else _plain(content)
        for name, default in _defaults(type(value))
        if (content := getattr(value, name)) != default or default is MISSING
    }


def load(kind: type[T], data: Mapping[str, Any]) -> T:
    """Raises TypeError, ValueError or ArithmeticError when `data` was not made by `dump`."""
    loaders = _field_loaders(kind)  # type: ignore[arg-type]  # every class is hashable
    return kind(**{name: loaders[name](value) for name, value in data.items() if name in loaders})


@cache
def _defaults(kind: "type[DataclassInstance]") -> tuple[tuple[str, object], ...]:
    return tuple((field.name, field.default) for field in fields(kind))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_dataclass(value) and not isinstance(value, type):
        return dump(value)
    return str(value)


@cache
def _field_loaders(kind: Hashable) -> dict[str, Loader]:
    hints = get_type_hints(kind)
    return {name: _loader(hint) for name, hint in hints.items()}


def _loader(hint: object) -> Loader:
    if isinstance(hint, UnionType):
        (hint,) = (option for option in get_args(hint) if option is not NoneType)
    if get_origin(hint) is tuple:
        item = _loader(get_args(hint)[0])
        return lambda values: tuple(map(item, values))
    if hint is date:
        return date.fromisoformat
    if hint is bool:
        return lambda text: bool(text == "true")
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(load, hint)
    loader: Loader = hint  # type: ignore[assignment]  # str, Decimal or an enum: called with its text
    return loader

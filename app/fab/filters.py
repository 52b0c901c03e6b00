"""The filters a list offers, and their values as one request gives them."""

import copy
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar

from flask import g, has_request_context, request
from flask_appbuilder.models.filters import BaseFilter, BaseFilterConverter, Filters
from flask_babel import lazy_gettext
from sqlalchemy.types import DateTime

from app.fab.keyset import read_value
from app.services.invoice_search import begins_with

_ = lazy_gettext
_ARGUMENT = re.compile(r"_flt_(\d{1,2})_(\w+)")
_LONGEST_VALUE = 200


class ColumnFilter(BaseFilter):
    """One comparison with one column. The value is of the column's type when it gets here."""

    input_type: ClassVar[str] = "text"

    def read(self, raw: str) -> object:
        """The value from the address; raises ValueError when it is none."""
        if len(raw) > _LONGEST_VALUE:
            raise ValueError("a filter value this long is not typed by a person")
        return read_value(raw, self.column.type)

    @property
    def column(self) -> Any:
        return getattr(self.model, self.column_name)


class Contains(ColumnFilter):
    name = _("contains")
    arg_name = "ct"

    def apply(self, query: Any, value: str) -> Any:
        return query.filter(self.column.icontains(value, autoescape=True))


class StartsWith(ColumnFilter):
    """Reads the index of the column where `Contains` reads all rows; upper and lower case differ.

    For columns that are collated by code point (`C`), as numbers of documents are.
    """

    name = _("begins with")
    arg_name = "sw"

    def apply(self, query: Any, value: str) -> Any:
        return query.filter(begins_with(self.column, value))


class Is(ColumnFilter):
    name = _("is")
    arg_name = "eq"

    def apply(self, query: Any, value: object) -> Any:
        return query.filter(self.column == value)


class From(ColumnFilter):
    name = _("from")
    arg_name = "ge"

    def apply(self, query: Any, value: object) -> Any:
        return query.filter(self.column >= value)


class UpTo(ColumnFilter):
    """Up to and including the value."""

    name = _("up to")
    arg_name = "le"

    def apply(self, query: Any, value: object) -> Any:
        return query.filter(self.column <= value)


class DayFilter(ColumnFilter):
    """Compares an instant with a day, which begins at midnight UTC."""

    input_type = "date"

    def read(self, raw: str) -> object:
        return read_value(f"{raw}T00:00:00+00:00", DateTime(timezone=True))


class FromDay(DayFilter, From):
    pass


class UpToDay(DayFilter):
    name = _("up to")
    arg_name = "le"

    def apply(self, query: Any, value: Any) -> Any:
        if value.date() == date.max:  # no day follows it
            return query
        return query.filter(self.column < value + timedelta(days=1))


class BelongsTo(ColumnFilter):
    """The rows below one row of another table, by foreign key: no query of its own."""

    name = _("of")
    arg_name = "rel_o_m"

    @property
    def column(self) -> Any:
        return getattr(self.model, self.datamodel.foreign_key_attribute(self.column_name))

    def apply(self, query: Any, value: object) -> Any:
        return query.filter(self.column == value)


class TenantFilterConverter(BaseFilterConverter):
    """A few filters a person understands, by kind of column; `_flt_<n>_<column>` counts them."""

    conversion_table = (
        ("is_relation_many_to_one", [BelongsTo]),
        ("is_enum", [Is]),
        ("is_boolean", [Is]),
        ("is_text", [Contains, Is]),
        ("is_string", [Contains, Is]),
        ("is_integer", [Is, From, UpTo]),
        ("is_numeric", [Is, From, UpTo]),
        ("is_date", [From, UpTo, Is]),
        ("is_datetime", [FromDay, UpToDay]),
    )

    def convert(self, col_name: str) -> list[BaseFilter] | None:
        for test, filters in self.conversion_table:
            if getattr(self.datamodel, test)(col_name):
                return [filter_(col_name, self.datamodel) for filter_ in filters]
        return None


class RequestFilters:
    """Descriptor: each request works on its own copy of a view's filters.

    FAB keeps the active filters on the view, which all threads share: a page could show
    somebody else's rows or search (FAB issue 2366).
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._prototype = f"{name}_prototype"

    def __set__(self, view: Any, filters: Filters) -> None:
        view.__dict__[self._prototype] = filters

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        prototype = view.__dict__.get(self._prototype) if view is not None else None
        if prototype is None or not has_request_context():
            return prototype
        held: dict[int, Filters] = g.setdefault("_view_filters", {})
        if id(view) not in held:
            held[id(view)] = _empty_copy(prototype)
        return held[id(view)]


def _empty_copy(filters: Filters) -> Filters:
    own = copy.copy(filters)
    own.clear_filters()
    return own


def joined(filters: Filters, others: Filters) -> Filters:
    """Both at once; FAB's own `get_joined_filters` looks through all columns each time."""
    both = copy.copy(filters)
    both.filters = [*filters.filters, *others.filters]
    both.values = [*filters.values, *others.values]
    return both


def read_filters(filters: Filters) -> None:
    """Fill the filters from the address. An empty value filters nothing.

    Raises:
        ValueError: a column that is not offered, a filter that does not exist, or a value that
            is none of the column.
    """
    filters.clear_filters()
    for column, index, raw in filter_arguments():
        offered = filters.get_search_filters().get(column, [])
        if index >= len(offered):
            raise ValueError(f"no filter {index} on {column}")
        filters._add_filter(offered[index], offered[index].read(raw))  # noqa: SLF001 - FAB has no public way to add a filter it has made


def filter_arguments() -> Iterator[tuple[str, int, str]]:
    """Column, number of the filter and text of each filter in the address."""
    for name, values in request.args.lists():
        match = _ARGUMENT.fullmatch(name)
        if match:
            for raw in filter(None, map(str.strip, values)):
                yield match[2], int(match[1]), raw

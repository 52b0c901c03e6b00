"""Values of rows as people read them: enum names translated, days and instants in the reader's format."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import reduce
from typing import Any

from flask import current_app
from flask_babel import gettext

from app.fab.labels import label_of

NOTHING = "—"
"""Stands in a list where a row has no value."""


class CellWriter:
    """Turns values into text; made once a page, so that no row asks for a translation twice.

    `formatters` take the value of a column, `row_formatters` the whole row (an amount needs its
    currency). Days and instants go through the `day` and `moment` filters of the application.
    """

    def __init__(
        self,
        formatters: Mapping[str, Callable[[Any], object]],
        row_formatters: Mapping[str, Callable[[Any], object]],
    ) -> None:
        self._formatters = formatters
        self._row_formatters = row_formatters
        filters = current_app.jinja_env.filters
        self._day: Callable[[date], str] = filters.get("day", str)
        self._moment: Callable[[datetime], str] = filters.get("moment", str)
        self._words = {True: gettext("Yes"), False: gettext("No")}
        self._members: dict[Enum, str] = {}

    def write(self, item: object, name: str) -> object:
        """Text or markup for a column of a row; None and "" mean that there is nothing."""
        if name in self._row_formatters:
            return self._row_formatters[name](item)
        value = value_of(item, name)
        if name in self._formatters:
            return self._formatters[name](value)
        return self._plain(value)

    def _plain(self, value: Any) -> object:
        if isinstance(value, Enum):
            if value not in self._members:
                self._members[value] = label_of(value)
            return self._members[value]
        if isinstance(value, bool):
            return self._words[value]
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, list | tuple):
            return ", ".join(str(self._plain(one)) for one in value)
        return value if value is None or hasattr(value, "__html__") else str(value)


def value_of(item: object, name: str) -> Any:
    """The value under a (dotted) name; a missing link in the path is None."""
    value = reduce(lambda one, part: getattr(one, part, None), name.split("."), item)
    return value() if callable(value) else value

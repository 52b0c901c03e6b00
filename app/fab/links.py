"""Addresses of a generated screen, made before its rows are drawn."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from flask import request, url_for

from app.fab.arguments import argument_names
from app.fab.keyset import Cursor, Order, write_cursor

_KEY = "~key~"


class ListLinks:
    """Links of one list on a page that may hold several: the arguments of the others are kept."""

    def __init__(self, view_name: str, order: Order) -> None:
        self._names = argument_names(view_name)
        self._order = order

    def page(self, cursor: Cursor | None) -> str:
        position = {self._names["cursor"]: write_cursor(cursor, self._order)} if cursor else {}
        return self._address(position, without=("cursor", "page"))

    def sorted_by(self, column: str) -> str:
        """Sort by a column, the other way round when it is sorted by it already."""
        turn = column == self._order.column and not self._order.descending
        order = {
            self._names["order"]: column,
            self._names["direction"]: "desc" if turn else "asc",
        }
        return self._address(order, without=("cursor", "page", "order", "direction"))

    def kept(self) -> list[tuple[str, str]]:
        """What a search keeps of the address: the order and the page size."""
        names = [self._names[what] for what in ("order", "direction", "size")]
        return [(name, request.args[name]) for name in names if name in request.args]

    def _address(self, more: Mapping[str, str], *, without: Iterable[str]) -> str:
        dropped = {self._names[what] for what in without}
        kept = [pair for pair in request.args.items(multi=True) if pair[0] not in dropped]
        query = urlencode([*kept, *more.items()])
        return f"{request.path}?{query}" if query else request.path


class RowLinks:
    """Address of one method for many rows, at the price of one `url_for`."""

    def __init__(self, endpoint: str, *, back_to: str | None = None) -> None:
        self._pattern = url_for(endpoint, pk=_KEY, next=back_to)

    def of(self, key: str) -> str:
        return self._pattern.replace(_KEY, quote(key, safe=""))

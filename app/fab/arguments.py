"""What the address asks of a list: order, page and page size, checked before anything is queried."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.types import TypeEngine

from app.fab.keyset import Cursor, Order, read_cursor

LARGEST_PAGE = 100


@dataclass(frozen=True)
class ListArguments:
    order: Order
    size: int
    cursor: Cursor | None = None


def argument_names(view_name: str) -> dict[str, str]:
    """The names FAB gives its arguments, and `_cur_` for the page token: one set for each list of a page."""
    return {
        "order": f"_oc_{view_name}",
        "direction": f"_od_{view_name}",
        "size": f"psize_{view_name}",
        "page": f"page_{view_name}",
        "cursor": f"_cur_{view_name}",
    }


def read_order(view_name: str, *, allowed: Sequence[str], default: Order) -> Order:
    """The order the address asks for.

    Raises:
        ValueError: an order column that is not offered, or an unknown direction.
    """
    names = argument_names(view_name)
    column = request.args.get(names["order"])
    direction = request.args.get(names["direction"], "asc")
    if column is None:
        return default
    if column not in allowed or direction not in {"asc", "desc"}:
        raise ValueError(f"cannot be sorted by {column} {direction}")
    return Order(column, descending=direction == "desc")


def read_size(view_name: str, default: int) -> int:
    """Rows a page; more than `LARGEST_PAGE` is cut, since asking for it is not an attack.

    Raises:
        ValueError: not a positive number.
    """
    raw = request.args.get(argument_names(view_name)["size"])
    if raw is None:
        return default
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9 or int(raw) == 0:
        raise ValueError("not a page size")
    return min(int(raw), LARGEST_PAGE)


def read_page(
    view_name: str, order: Order, *, value_type: TypeEngine[Any], key_type: TypeEngine[Any]
) -> Cursor | None:
    """The page token of the address, if any.

    Raises:
        ValueError: a token that is none, or a page number other than the first: pages go by key.
    """
    names = argument_names(view_name)
    if request.args.get(names["page"], "0") != "0":
        raise ValueError("pages have no numbers here")
    token = request.args.get(names["cursor"])
    if token is None:
        return None
    return read_cursor(token, order, value_type=value_type, key_type=key_type)

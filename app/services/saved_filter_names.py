"""The saved filters that stand above the invoice list: read on the way, in the statement of what is around it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, String, case, cast, func, select

from app.models import SavedFilter

_UNIT, _RECORD = "\x1f", "\x1e"
"""What separates values and rows in one text: no name and no address of a list holds them."""


@dataclass(frozen=True, slots=True)
class FilterName:
    """A filter that the person of the scope keeps; `query` is what stands in its address."""

    public_id: UUID
    name: str
    query: str
    is_default: bool


def own_names() -> ScalarSelect[str]:
    """Names and addresses of the filters as one text; the scope says whose, at which company."""
    written = (
        cast(SavedFilter.public_id, String)
        + _UNIT
        + case((SavedFilter.is_default, "1"), else_="0")
        + _UNIT
        + SavedFilter.name
        + _UNIT
        + SavedFilter.query
    )
    return (
        select(func.aggregate_strings(written, _RECORD))
        .where(SavedFilter.removed_at.is_(None))
        .scalar_subquery()
    )


def read_names(written: str | None) -> tuple[FilterName, ...]:
    """What `own_names` gave, by name."""
    rows = (record.split(_UNIT) for record in (written or "").split(_RECORD) if record)
    found = (FilterName(UUID(key), name, query, first == "1") for key, first, name, query in rows)
    return tuple(sorted(found, key=lambda one: one.name.casefold()))

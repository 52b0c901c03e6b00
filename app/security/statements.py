"""What a statement mentions: company rows, by mapped classes or around them, and SQL written by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import configure_mappers
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import Alias, Join, TableClause

from app.models import Base


@dataclass(frozen=True, slots=True)
class Mentions:
    """`bare` are the owned tables that are named without their class: criteria do not reach those."""

    owned: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    has_text: bool = False


def mentions_of(statement: Any) -> Mentions:
    """Look through the whole of a statement, sub-selects and all; remembered by the statement's shape."""
    shape_of = getattr(statement, "_generate_cache_key", None)  # what SQLAlchemy remembers SQL by
    shape = shape_of() if shape_of is not None else None
    if shape is None:
        return _look_through(statement)
    found = _seen.get(shape.key)
    if found is None:
        found = _look_through(statement)
        if len(_seen) >= _KEPT:
            _seen.clear()
        _seen[shape.key] = found
    return found


_KEPT = 1000
_seen: dict[Any, Mentions] = {}


def _look_through(statement: Any) -> Mentions:
    look = _Look()
    for element in visitors.iterate(statement):
        look.at(element)
    # SQLAlchemy itself names bare columns of a class that is there, and tables between two related classes.
    bare = look.bare | (look.beside - look.mapped - _between_classes())
    return Mentions(frozenset(look.owned), frozenset(bare), look.has_text)


class _Look:
    """What was found so far: `bare` for certain, `beside` unless a class explains it."""

    def __init__(self) -> None:
        self.owned: set[str] = set()
        self.bare: set[str] = set()
        self.beside: set[str] = set()
        self.mapped: set[str] = set()
        self.has_text = False

    def at(self, element: Any) -> None:
        kind = getattr(element, "__visit_name__", "")
        if kind == "table":
            self._at_table(element)
        elif kind == "column":
            self._at_column(element)
        elif kind in {"select", "insert", "update", "delete"}:
            found = self.beside if _is_of_classes(element) else self.bare
            found.update(_bare_tables(element))
        elif kind == "textclause":
            self.has_text = True

    def _at_table(self, table: Any) -> None:
        if is_owned(table):
            self.owned.add(table.name)
            if not isinstance(table, Table):
                self.bare.add(table.name)
            elif _is_mapped(table):
                self.mapped.add(table.name)

    def _at_column(self, column: Any) -> None:
        name = _owner_of(column)
        if name is not None:
            self.owned.add(name)
            if not _is_mapped(column):
                self.beside.add(name)
            elif isinstance(column.table, Table):
                self.mapped.add(name)


def is_owned(table: Any) -> bool:
    """Whether rows of this table belong to a company, also where somebody named it by hand."""
    if isinstance(table, Table):
        return table.name == "company" or "company_id" in table.c
    return isinstance(table, TableClause) and table.name in _owned_names()


def _owner_of(column: Any) -> str | None:
    table = getattr(column, "table", None)
    while isinstance(table, Alias):
        table = table.element
    return table.name if table is not None and is_owned(table) else None


def _is_mapped(element: Any) -> bool:
    return "parententity" in getattr(element, "_annotations", {})


def _bare_tables(statement: Any) -> Iterator[str]:
    """Owned tables that one SELECT, INSERT, UPDATE or DELETE names itself; those below it are met on their own."""
    named = _named_in(statement) if _is_of_classes(statement) else statement.get_children()
    for item in named:
        yield from (table.name for table in _tables_below(item) if not _is_mapped(table))


def _is_of_classes(statement: Any) -> bool:
    """Whether the session compiles this statement, and adds criteria to it."""
    return getattr(statement, "_propagate_attrs", {}).get("compile_state_plugin") == "orm"


def _named_in(statement: Any) -> Iterator[Any]:
    """What the author wrote down, without the tables that SQLAlchemy derives from mapped columns."""
    yield from getattr(statement, "_raw_columns", ())
    yield from getattr(statement, "_from_obj", ())
    yield from (target for target, *_rest in getattr(statement, "_setup_joins", ()))
    yield from getattr(statement, "_extra_froms", ())
    table = getattr(statement, "table", None)
    if table is not None:
        yield table


def _tables_below(item: Any) -> Iterator[Any]:
    if _is_mapped(item):
        return
    if isinstance(item, Join):
        yield from _tables_below(item.left)
        yield from _tables_below(item.right)
    elif isinstance(item, Alias):
        yield from _tables_below(item.element)
    elif isinstance(item, TableClause) and is_owned(item):
        yield item


@cache
def _owned_names() -> frozenset[str]:
    return frozenset(table.name for table in Base.metadata.tables.values() if is_owned(table))


@cache
def _between_classes() -> frozenset[str]:
    configure_mappers()
    between = (
        relation.secondary
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.secondary is not None
    )
    return frozenset(
        table.name for table in between if isinstance(table, Table) and is_owned(table)
    )

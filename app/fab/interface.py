"""How generated screens read the tables: pages by key, capped counts, eager relations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_appbuilder.models.filters import Filters
from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import Session, aliased, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import LoaderOption

from app.fab.arguments import ListArguments
from app.fab.filters import BelongsTo, TenantFilterConverter
from app.fab.keyset import Cursor, Order, beyond, python_type_of, read_value
from app.fab.saving import SavingInterface

COUNT_CAP = 1_000
_LARGEST_KEY = 2**31 - 1
_LABEL_COLUMNS = ("name", "number", "label", "title", "email")


@dataclass(frozen=True)
class Page:
    """Rows of one page, the position of the first, and where its neighbours begin.

    `total` stops at `COUNT_CAP` + 1: counting further costs more than the answer is worth.
    """

    rows: Sequence[Any]
    first: int
    total: int
    previous: Cursor | None
    next: Cursor | None

    @property
    def has_previous(self) -> bool:
        return self.first > 1


class TenantInterface(SavingInterface):
    """Flask-AppBuilder's view of one table. Which rows exist is the session scope's affair.

    Rows are named in addresses by `public_id` where the table has one; integer keys stay inside.
    """

    filter_converter_class = TenantFilterConverter
    FilterRelationOneToManyEqual = BelongsTo

    def __init__(self, obj: type[Any], session: Session | None = None) -> None:
        super().__init__(obj, session)
        if self.is_pk_composite():
            raise TypeError(f"{obj.__name__} has no single primary key: no pages by key.")
        self.key_name = "public_id" if "public_id" in self.list_columns else self.get_pk_name()
        self._related: dict[str, TenantInterface] = {}

    # --- columns and relations -------------------------------------------------------------

    def is_plain(self, name: str) -> bool:
        """A column of this very table, as opposed to a relation, a property or a dotted path."""
        return name in self.list_columns

    def column_type(self, name: str) -> Any:
        return self.list_columns[name].type

    def foreign_key_attribute(self, relation: str) -> str:
        """The attribute that holds the other row's key; a composite key has `company_id` beside it."""
        prop = self.list_properties[relation]
        for local, remote in prop.local_remote_pairs:
            if remote.primary_key:
                return str(prop.parent.get_property_by_column(local).key)
        raise TypeError(f"{relation} does not point at a primary key.")

    def get_relation_fk(self, col_name: str) -> Any:
        return self.list_columns[self.foreign_key_attribute(col_name)]

    def get_related_interface(self, col_name: str) -> "TenantInterface":
        if col_name not in self._related:
            self._related[col_name] = type(self)(self.get_related_model(col_name))
        return self._related[col_name]

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        return self.get_related_interface(col_name).get(value)

    # --- one row -----------------------------------------------------------------------------

    def key_of(self, item: object) -> str:
        """How addresses name the row."""
        return str(getattr(item, self.key_name))

    def get_keys(self, lst: Iterable[object]) -> list[str]:
        return [self.key_of(item) for item in lst]

    def get(
        self,
        id: Any,  # noqa: A002 - FAB's name for the key
        filters: Filters | None = None,
        select_columns: list[str] | None = None,
        outer_default_load: bool = False,
    ) -> Any:
        """The row an address names, else None: also when the text cannot be a key at all."""
        rows = self.get_many([id], filters, columns=select_columns or ())
        return rows[0] if rows else None

    def get_many(
        self, keys: Iterable[object], filters: Filters | None = None, *, columns: Sequence[str] = ()
    ) -> Sequence[Any]:
        """The rows that exist among the named ones, in one statement."""
        known = [key for key in map(self._parsed_key, keys) if key is not None]
        if not known:
            return []
        statement = self._filtered(select(self.obj), filters).where(
            getattr(self.obj, self.key_name).in_(known)
        )
        return self.session.scalars(statement.options(*self.eager(columns))).unique().all()

    def _parsed_key(self, key: object) -> object:
        kind = self.column_type(self.key_name)
        if isinstance(key, python_type_of(kind)):
            return key
        try:
            return read_value(str(key), kind)
        except ValueError:
            return None

    # --- pages ---------------------------------------------------------------------------------

    def page(
        self, filters: Filters | None, arguments: ListArguments, columns: Sequence[str] = ()
    ) -> Page:
        """One page in at most two statements, however far down the list it is."""
        cursor, size, order = arguments.cursor, arguments.size, arguments.order
        backward = cursor is not None and cursor.backward
        statement = self._filtered(select(self.obj), filters).options(*self.eager(columns))
        statement = self._from_cursor(statement, arguments).limit(size + 1)
        found = list(self.session.scalars(statement).unique())
        rows = found[:size][::-1] if backward else found[:size]
        more = len(found) > size
        first = _first_ordinal(cursor, len(rows), more=more)
        has_next = bool(rows) if backward else more
        last = first + len(rows) - 1
        return Page(
            rows=rows,
            first=first,
            total=self._count(filters) if has_next or (cursor and not rows) else last,
            previous=self._cursor(rows, order, first, backward=True) if first > size + 1 else None,
            next=self._cursor(rows, order, last, backward=False) if has_next else None,
        )

    def eager(self, columns: Iterable[str]) -> list[LoaderOption]:
        """Load what the columns show with the rows, and leave out the bulky columns they do not."""
        shown = set(columns)
        options: list[LoaderOption] = []
        for relation in sorted({name.partition(".")[0] for name in shown}):
            if self.is_relation(relation):
                load = selectinload if self.list_properties[relation].uselist else joinedload
                options.append(load(getattr(self.obj, relation)))
        if shown:
            bulky = (self.is_text, self.is_json, self.is_binary)
            options.extend(
                defer(getattr(self.obj, name))
                for name in self.list_columns
                if name not in shown and any(test(name) for test in bulky)
            )
        return options

    def _filtered(self, statement: Select[Any], filters: Filters | None) -> Select[Any]:
        return filters.apply_all(statement) if filters else statement

    def _from_cursor(self, statement: Select[Any], arguments: ListArguments) -> Select[Any]:
        order, cursor = arguments.order, arguments.cursor
        ascending = order.descending == (cursor is not None and cursor.backward)
        column, key = getattr(self.obj, order.column), self.get_pk()
        if cursor is not None:
            statement = statement.where(
                beyond(
                    (column, key),
                    self._with_inner_key(cursor, order, ascending=ascending),
                    ascending=ascending,
                    nullable=self.is_nullable(order.column),
                    nulls_last_ascending=self.session.get_bind().dialect.name == "postgresql",
                )
            )
        sorting: tuple[ColumnElement[Any], ...] = (column,) if column is key else (column, key)
        return statement.order_by(*(c.asc() if ascending else c.desc() for c in sorting))

    def _cursor(
        self, rows: Sequence[Any], order: Order, ordinal: int, *, backward: bool
    ) -> Cursor | None:
        if not rows:
            return None
        edge = rows[0] if backward else rows[-1]
        value = None if self._is_by_hidden_key(order) else getattr(edge, order.column)
        return Cursor(value, getattr(edge, self.key_name), ordinal, backward=backward)

    def _is_by_hidden_key(self, order: Order) -> bool:
        """Whether rows stand in the order of a key that addresses do not tell."""
        return order.column == self.get_pk_name() != self.key_name

    def _with_inner_key(self, cursor: Cursor, order: Order, *, ascending: bool) -> Cursor:
        """The cursor with the primary key of the row that it names.

        Where that row is gone, its neighbours of the same value are shown again rather than left out.
        """
        if self.key_name == self.get_pk_name():
            return cursor
        edge, name = aliased(self.obj), self.get_pk_name()
        outermost = literal(0 if ascending else _LARGEST_KEY, self.column_type(name))
        # An aggregate has one row in any case. Outside the subquery, or of a wider type, `coalesce`
        # would keep PostgreSQL from using the index.
        found = select(func.coalesce(func.max(getattr(edge, name)), outermost))
        key = found.where(getattr(edge, self.key_name) == cursor.key).scalar_subquery()
        return replace(
            cursor, key=key, value=key if self._is_by_hidden_key(order) else cursor.value
        )

    def _count(self, filters: Filters | None) -> int:
        """How many rows there are, counting no further than the cap."""
        counted = self._filtered(select(self.get_pk()), filters).limit(COUNT_CAP + 1).subquery()
        return self.session.scalar(select(func.count()).select_from(counted)) or 0

    # --- what a relation may point at --------------------------------------------------------

    def options(
        self,
        text: str,
        *,
        limit: int,
        search: Sequence[str] = (),
        narrow: Callable[[Select[Any]], Select[Any]] | None = None,
    ) -> tuple[list[Any], bool]:
        """Rows whose label columns contain the text, and whether there are more of them."""
        columns = [getattr(self.obj, name) for name in search or self.label_columns()]
        statement = select(self.obj)
        if text:
            contains = [column.icontains(text, autoescape=True) for column in columns]
            statement = statement.where(or_(*contains))
        if narrow is not None:
            statement = narrow(statement)
        statement = statement.order_by(*columns[:1], self.get_pk()).limit(limit + 1)
        found = list(self.session.scalars(statement).unique())
        return found[:limit], len(found) > limit

    def option(
        self, key: str, *, narrow: Callable[[Select[Any]], Select[Any]] | None = None
    ) -> Any:
        """The row of this key if it may be chosen, else None."""
        known = self._parsed_key(key)
        if known is None:
            return None
        statement = select(self.obj).where(getattr(self.obj, self.key_name) == known)
        return self.session.scalars(narrow(statement) if narrow else statement).one_or_none()

    def label_columns(self) -> list[str]:
        """The columns by which people know a row: the first of the usual names, else the first text."""
        named = [name for name in _LABEL_COLUMNS if name in self.list_columns]
        texts = [name for name in self.list_columns if self.is_string(name)]
        return (named or texts)[:1]


def _first_ordinal(cursor: Cursor | None, found: int, *, more: bool) -> int:
    if cursor is None:
        return 1
    if not cursor.backward:
        return cursor.ordinal + 1
    return max(1, cursor.ordinal - found) if more else 1

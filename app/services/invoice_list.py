"""The invoice list of the portal: which documents, in which order, how many; columns only, no entities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import Session

from app.domain.invoicing import InvoiceTab
from app.services.invoice_paging import NEWEST_FIRST, PAGE_SIZE, Cursor, Order, value_of
from app.services.invoice_search import Search, holding_values, values_of
from app.services.invoice_statements import (
    Form,
    conditions,
    count_name,
    counted_statement,
    counts_by_index,
    counts_in_one_pass,
    rows_statement,
    surroundings_statement,
)
from app.services.saved_filter_names import FilterName, read_names

COUNT_CAP = 1_000
"""Tabs count up to here; more reads "1,000+": each further thousand costs the biggest companies milliseconds."""


@dataclass(frozen=True, slots=True)
class InvoiceQuery:
    """What the address bar asks for. `today` decides what is overdue."""

    today: date
    tab: InvoiceTab = InvoiceTab.ALL
    search: Search | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    address_id: int | None = None
    order: Order = NEWEST_FIRST
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class AddressName:
    id: int
    public_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the filters offer, and those that were saved, by name.

    `is_found_on_index` says that a number or an amount was found as such. Else `holding` are the documents
    whose references hold what was searched; None where no index names them.
    """

    addresses: tuple[AddressName, ...]
    earliest_on: date | None
    is_found_on_index: bool
    saved: tuple[FilterName, ...] = ()
    holding: tuple[int, ...] | None = None

    @property
    def names(self) -> Mapping[int, str]:
        return {address.id: address.name for address in self.addresses}

    def address_of(self, public_id: UUID) -> AddressName | None:
        return next((one for one in self.addresses if one.public_id == public_id), None)


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Rows have the columns of `_COLUMNS`; `first` is the place of the first one, counted from 1."""

    rows: tuple[Row[*tuple[Any, ...]], ...]
    first: int
    previous: Cursor | None
    next: Cursor | None

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def surroundings(session: Session, search: Search | None) -> Surroundings:
    """One statement for everything around the list."""
    rows = session.execute(*_surroundings(session, search)).all()
    if not rows:
        return Surroundings((), None, is_found_on_index=False)
    first = rows[0]
    return Surroundings(
        addresses=tuple(AddressName(row.id, row.public_id, row.name) for row in rows),
        earliest_on=first.earliest,
        is_found_on_index=bool(first.found),
        holding=None if first.holding is None else tuple(first.holding),
        saved=read_names(first.saved),
    )


def settled(query: InvoiceQuery, around: Surroundings) -> InvoiceQuery:
    """The query with its search decided: by number or amount when that finds something, else anywhere."""
    if query.search is None or around.is_found_on_index:
        return query
    return replace(query, search=replace(query.search.anywhere, ids=around.holding))


def invoice_page(session: Session, query: InvoiceQuery, *, size: int = PAGE_SIZE) -> InvoicePage:
    """One page of the documents that the query asks for; always one statement."""
    form, values = _asked(session, query)
    found = session.execute(rows_statement(form, limit=size + 1), values).all()
    return _page_of(query, found, size)


def counted_page(
    session: Session, query: InvoiceQuery
) -> tuple[InvoicePage, dict[InvoiceTab, int]]:
    """A page with the counts of the tabs beside it, in one statement wherever an index counts."""
    if _reads_through(query.search):
        return invoice_page(session, query), tab_counts(session, query)
    form, values = _asked(session, query)
    found = session.execute(counted_statement(form, limit=PAGE_SIZE + 1), values).all()
    page = _page_of(query, found, PAGE_SIZE)
    if not found:
        return page, tab_counts(session, query)
    return page, _capped([getattr(found[0], count_name(tab)) for tab in InvoiceTab])


def tab_counts(session: Session, query: InvoiceQuery) -> dict[InvoiceTab, int]:
    """How many documents each tab holds under the query's filters, at most COUNT_CAP + 1; one statement."""
    form, values = _asked(session, query)
    count = counts_in_one_pass if _reads_through(query.search) else counts_by_index
    return _capped(session.execute(count(form.without_page), values).one())


def asked_of(
    session: Session, query: InvoiceQuery
) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """Everything that the query asks for, its search, filters and tab; and the values to bind to that."""
    form, values = _asked(session, query)
    return conditions(form), values


def year_before(today: date) -> date:
    """The first day of the twelve months that end today."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return (today - timedelta(days=is_leap_day)).replace(year=today.year - 1) + timedelta(days=1)


def _surroundings(session: Session, search: Search | None) -> tuple[Any, dict[str, Any]]:
    if search is None:
        return surroundings_statement(None, is_certain=True, is_named=False), {}
    values = {} if search.is_certain else values_of(session, search)
    is_named = session.get_bind().dialect.name == "postgresql"
    statement = surroundings_statement(
        tuple(values), is_certain=search.is_certain, is_named=is_named
    )
    return statement, values | (holding_values(search) if is_named else {})


def _reads_through(search: Search | None) -> bool:
    """Whether no index says which documents match."""
    return search is not None and search.is_certain and search.ids is None


def _asked(session: Session, query: InvoiceQuery) -> tuple[Form, dict[str, Any]]:
    """The form of what is asked, and the values that are bound to it."""
    filters = {
        "issued_from": query.issued_from,
        "issued_to": query.issued_to,
        "at_address": query.address_id,
    }
    values = {name: value for name, value in filters.items() if value is not None}
    if query.search is not None:
        values |= values_of(session, query.search)
    cursor = query.cursor
    form = Form(query.tab, query.order, cursor.walk if cursor else None, tuple(values))
    beside = {"beside_value": cursor.value, "beside_id": cursor.id} if cursor else {}
    return form, values | beside | {"today": query.today, "full": COUNT_CAP + 1}


def _capped(counts: Iterable[int | None]) -> dict[InvoiceTab, int]:
    return {
        tab: min(count or 0, COUNT_CAP + 1) for tab, count in zip(InvoiceTab, counts, strict=True)
    }


def _page_of(query: InvoiceQuery, found: Sequence[Row[*tuple[Any, ...]]], size: int) -> InvoicePage:
    cursor = query.cursor
    has_more, rows = len(found) > size, tuple(found[:size])
    if cursor is None:
        return _page(rows, query.order, first=1, before=False, after=has_more)
    if not cursor.backward:
        return _page(rows, query.order, first=cursor.ordinal + 1, before=True, after=has_more)
    # What arrived since the cursor was made may have moved the beginning.
    first = max(cursor.ordinal - len(rows), 1) if has_more else 1
    return _page(rows[::-1], query.order, first=first, before=has_more, after=True)


def _page(
    rows: tuple[Row[*tuple[Any, ...]], ...], order: Order, *, first: int, before: bool, after: bool
) -> InvoicePage:
    if not rows:
        return InvoicePage(rows, first, None, None)
    top, bottom, last = rows[0], rows[-1], first + len(rows) - 1
    return InvoicePage(
        rows=rows,
        first=first,
        previous=Cursor(value_of(top, order), top.id, first, backward=True) if before else None,
        next=Cursor(value_of(bottom, order), bottom.id, last) if after else None,
    )

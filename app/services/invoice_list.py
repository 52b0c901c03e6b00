"""The invoice list of the portal: which documents, in which order, how many; columns only, no entities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.orm import Session

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import InvoiceTab, PaymentState
from app.models import Address, Invoice
from app.services.invoice_paging import NEWEST_FIRST, PAGE_SIZE, Cursor, Order, page_of, value_of
from app.services.invoice_search import Search, condition, holding, is_found

COUNT_CAP = 1_000
"""Tabs count up to here; more reads "1,000+": each further thousand costs the biggest companies milliseconds."""
UNPAID = (PaymentState.OPEN, PaymentState.PARTLY)
# As expressions: a list of values is written into the SQL anew at each execution.
_UNPAID = tuple(literal(state, Invoice.payment_state.type) for state in UNPAID)
_COLUMNS = (
    Invoice.id,
    Invoice.public_id,
    Invoice.number,
    Invoice.kind,
    Invoice.address_id,
    Invoice.issued_on,
    Invoice.due_on,
    Invoice.currency,
    Invoice.signed_cents,
    Invoice.open_cents,
    Invoice.payment_state,
)


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
    """What the filters offer; `is_found_on_index` says that a number or an amount was found as such.

    Else `holding` are the documents whose references hold what was searched; None where no index names them.
    """

    addresses: tuple[AddressName, ...]
    earliest_on: date | None
    is_found_on_index: bool
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
    statement = _around_no_search() if search is None else _around_search(session, search)
    rows = session.execute(statement).all()
    if not rows:
        return Surroundings((), None, is_found_on_index=False)
    first = rows[0]
    return Surroundings(
        addresses=tuple(AddressName(row.id, row.public_id, row.name) for row in rows),
        earliest_on=first.earliest,
        is_found_on_index=bool(first.found),
        holding=None if first.holding is None else tuple(first.holding),
    )


def settled(query: InvoiceQuery, around: Surroundings) -> InvoiceQuery:
    """The query with its search decided: by number or amount when that finds something, else anywhere."""
    if query.search is None or around.is_found_on_index:
        return query
    return replace(query, search=replace(query.search.anywhere, ids=around.holding))


def invoice_page(session: Session, query: InvoiceQuery, *, size: int = PAGE_SIZE) -> InvoicePage:
    """One page of the documents that the query asks for; always one statement."""
    statement = _rows_of(query, _conditions(session, query), limit=size + 1)
    return _page_of(query, session.execute(statement).all(), size)


def counted_page(
    session: Session, query: InvoiceQuery
) -> tuple[InvoicePage, dict[InvoiceTab, int]]:
    """A page with the counts of the tabs beside it, in one statement wherever an index counts."""
    if _reads_through(query.search):
        return invoice_page(session, query), tab_counts(session, query)
    is_first_of_all = query.search is None and query.cursor is None
    statement = _first_page(query) if is_first_of_all else _counted(session, query)
    found = session.execute(statement).all()
    page = _page_of(query, found, PAGE_SIZE)
    if not found:
        return page, tab_counts(session, query)
    return page, _capped([getattr(found[0], _count_name(tab)) for tab in InvoiceTab])


def tab_counts(session: Session, query: InvoiceQuery) -> dict[InvoiceTab, int]:
    """How many documents each tab holds under the query's filters, at most COUNT_CAP + 1; one statement."""
    if _reads_through(query.search):
        statement = _counts_in_one_pass(_conditions(session, query), query.today)
    else:
        statement = select(*_counts_of(session, query))
    return _capped(session.execute(statement).one())


def in_tab(tab: InvoiceTab, today: date) -> ColumnElement[bool]:
    """The documents of a tab; a credit note is in ALL and CREDIT_NOTES only."""
    if tab is InvoiceTab.ALL:
        return true()
    if tab is InvoiceTab.CREDIT_NOTES:
        return Invoice.kind == InvoiceKind.CREDIT_NOTE
    invoices = Invoice.kind == InvoiceKind.INVOICE
    if tab is InvoiceTab.PAID:
        return and_(invoices, Invoice.payment_state == PaymentState.PAID)
    is_open = and_(invoices, Invoice.payment_state.in_(_UNPAID), Invoice.open_cents > 0)
    return is_open if tab is InvoiceTab.OPEN else and_(is_open, Invoice.due_on < today)


def year_before(today: date) -> date:
    """The first day of the twelve months that end today."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return (today - timedelta(days=is_leap_day)).replace(year=today.year - 1) + timedelta(days=1)


def _reads_through(search: Search | None) -> bool:
    """Whether no index says which documents match."""
    return search is not None and search.is_certain and search.ids is None


def _conditions(session: Session, query: InvoiceQuery) -> list[ColumnElement[bool]]:
    searched = [] if query.search is None else [condition(session, query.search)]
    return searched + _filters(query)


def _filters(query: InvoiceQuery) -> list[ColumnElement[bool]]:
    """Everything but the search."""
    conditions: list[ColumnElement[bool]] = []
    if query.issued_from is not None:
        conditions.append(Invoice.issued_on >= query.issued_from)
    if query.issued_to is not None:
        conditions.append(Invoice.issued_on <= query.issued_to)
    if query.address_id is not None:
        conditions.append(Invoice.address_id == query.address_id)
    return conditions


def _around(found: ColumnElement[bool], holding: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    earliest = select(func.min(Invoice.issued_on)).scalar_subquery()
    columns = (Address.id, Address.public_id, Address.name)
    beside = (earliest.label("earliest"), found.label("found"), holding.label("holding"))
    return select(*columns, *beside).order_by(Address.name, Address.id)


@cache
def _around_no_search() -> Select[*tuple[Any, ...]]:
    """Made once: making a statement takes longer than most of them take to answer."""
    return _around(true(), null())


def _around_search(session: Session, search: Search) -> Select[*tuple[Any, ...]]:
    """The references are looked through when no number and no amount is as searched."""
    if search.is_certain:
        return _around(false(), holding(session, search))
    looked = select(is_found(session, search).label("found")).cte("looked")
    once = looked.prefix_with("MATERIALIZED")
    around = _around(once.c.found, case((once.c.found, null()), else_=holding(session, search)))
    return around.select_from(Address).join(once, true())


def _counts_of(session: Session, query: InvoiceQuery) -> tuple[ScalarSelect[int], ...]:
    """Each tab's count along its index."""
    if query.search is not None:
        return _counts_by_index(_conditions(session, query), query.today, cap=COUNT_CAP)
    return _counts_without_search(
        replace(query, tab=InvoiceTab.ALL, order=NEWEST_FIRST, cursor=None), COUNT_CAP
    )


@lru_cache(maxsize=64)
def _counts_without_search(query: InvoiceQuery, cap: int) -> tuple[ScalarSelect[int], ...]:
    """The counts of most pages, made once for each choice of filters; whose rows is added at each execution."""
    return _counts_by_index(_filters(query), query.today, cap=cap)


def _capped(counts: Iterable[int | None]) -> dict[InvoiceTab, int]:
    return {
        tab: min(count or 0, COUNT_CAP + 1) for tab, count in zip(InvoiceTab, counts, strict=True)
    }


def _counted(session: Session, query: InvoiceQuery) -> Select[*tuple[Any, ...]]:
    conditions, counts = _conditions(session, query), _counts_of(session, query)
    return _rows_of(query, conditions, counts, limit=PAGE_SIZE + 1)


@lru_cache(maxsize=64)
def _first_page(query: InvoiceQuery) -> Select[*tuple[Any, ...]]:
    """The page that is asked most, made once for each choice of filters, as are its counts."""
    counts = _counts_without_search(
        replace(query, tab=InvoiceTab.ALL, order=NEWEST_FIRST), COUNT_CAP
    )
    return _rows_of(query, _filters(query), counts, limit=PAGE_SIZE + 1)


def _rows_of(
    query: InvoiceQuery,
    conditions: Sequence[ColumnElement[bool]],
    counts: Sequence[ScalarSelect[int]] = (),
    *,
    limit: int,
) -> Select[*tuple[Any, ...]]:
    beside = [count.label(_count_name(tab)) for tab, count in zip(InvoiceTab, counts, strict=False)]
    base = select(*_COLUMNS, *beside).where(*conditions, in_tab(query.tab, query.today))
    return page_of(base, query.order, query.cursor, limit=limit)


def _count_name(tab: InvoiceTab) -> str:
    return f"{tab}_count"


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
        previous=Cursor(value_of(top, order), top.public_id, first, backward=True)
        if before
        else None,
        next=Cursor(value_of(bottom, order), bottom.public_id, last) if after else None,
    )


def _counts_by_index(
    conditions: Sequence[ColumnElement[bool]], today: date, *, cap: int
) -> tuple[ScalarSelect[int], ...]:
    """Each tab along its index, no further than the cap."""
    capped = (
        select(literal(1))
        .select_from(Invoice)
        .where(*conditions, in_tab(tab, today))
        .limit(cap + 1)
        .subquery()
        for tab in InvoiceTab
    )
    return tuple(select(func.count()).select_from(rows).scalar_subquery() for rows in capped)


def _counts_in_one_pass(
    conditions: Sequence[ColumnElement[bool]], today: date
) -> Select[*tuple[Any, ...]]:
    """All tabs while reading the rows once: where no index answers, five readings would cost five."""
    counts = (func.count().filter(in_tab(tab, today)) for tab in InvoiceTab)
    return select(*counts).select_from(Invoice).where(*conditions)

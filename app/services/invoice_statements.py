"""The statements of the invoice list: made once for each form that a page can have, its values bound at each execution.

Making a statement takes longer than most of them take to answer, and one that is the same object each time is
compiled once. Whose rows are meant is added by the session's scope.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import InvoiceTab, PaymentState
from app.models import Address, Invoice
from app.services.invoice_paging import Order, Walk, page_of
from app.services.invoice_search import holding, is_found, ways_of
from app.services.saved_filter_names import own_names

UNPAID = (PaymentState.OPEN, PaymentState.PARTLY)
COLUMNS = (
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
# As expressions: a list of values is written into the SQL anew at each execution.
_UNPAID = tuple(literal(state, Invoice.payment_state.type) for state in UNPAID)
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Form:
    """What a page asks for, without the values; `names` are those of the filters and the search."""

    tab: InvoiceTab
    order: Order
    walk: Walk | None
    names: tuple[str, ...]

    @property
    def without_page(self) -> "Form":
        return replace(self, tab=InvoiceTab.ALL, order=Order(), walk=None)


@lru_cache(_KEPT)
def rows_statement(form: Form, *, limit: int) -> Select[*tuple[Any, ...]]:
    """A page of rows alone."""
    return _rows(form, (), limit=limit)


@lru_cache(_KEPT)
def counted_statement(form: Form, *, limit: int) -> Select[*tuple[Any, ...]]:
    """A page of rows with the counts of all tabs beside each."""
    counts = _counts_by_index(form)
    named = [count.label(count_name(tab)) for tab, count in zip(InvoiceTab, counts, strict=True)]
    return _rows(form, named, limit=limit)


@lru_cache(_KEPT)
def counts_by_index(form: Form) -> Select[*tuple[Any, ...]]:
    """Each tab's count along its index, no further than the cap."""
    return select(*_counts_by_index(form))


@lru_cache(_KEPT)
def counts_in_one_pass(form: Form) -> Select[*tuple[Any, ...]]:
    """All tabs while reading the rows once: where no index answers, five readings would cost five."""
    counts = (func.count().filter(in_tab(tab, _today())) for tab in InvoiceTab)
    return select(*counts).select_from(Invoice).where(*_conditions(form))


@lru_cache(_KEPT)
def surroundings_statement(
    names: tuple[str, ...] | None, *, is_certain: bool, is_named: bool
) -> Select[*tuple[Any, ...]]:
    """What is around the list. `names` are the search's; None where nothing is searched.

    The references are looked through (`is_named`: in the index) when no number and no amount is as searched.
    """
    held: ColumnElement[Any] = holding() if is_named else null()
    if names is None:
        return _around(true(), null())
    if is_certain:
        return _around(false(), held)
    looked = select(is_found(ways_of(names)).label("found")).cte("looked")
    once = looked.prefix_with("MATERIALIZED")
    around = _around(once.c.found, case((once.c.found, null()), else_=held))
    return around.select_from(Address).join(once, true())


def in_tab(tab: InvoiceTab, today: date | BindParameter[date]) -> ColumnElement[bool]:
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


def conditions(form: Form) -> list[ColumnElement[bool]]:
    """Everything that narrows the rows of a page, for a statement of one's own."""
    return [*_conditions(form), in_tab(form.tab, _today())]


def count_name(tab: InvoiceTab) -> str:
    return f"{tab}_count"


def _rows(
    form: Form, beside: Sequence[ColumnElement[Any]], *, limit: int
) -> Select[*tuple[Any, ...]]:
    base = select(*COLUMNS, *beside).where(*conditions(form))
    return page_of(base, form.order, form.walk, limit=limit)


def _conditions(form: Form) -> list[ColumnElement[bool]]:
    filters = {
        "issued_from": Invoice.issued_on >= bindparam("issued_from"),
        "issued_to": Invoice.issued_on <= bindparam("issued_to"),
        "at_address": Invoice.address_id == bindparam("at_address"),
    }
    found = [condition for name, condition in filters.items() if name in form.names]
    ways = ways_of(tuple(name for name in form.names if name not in filters))
    return [or_(*ways), *found] if ways else found


def _around(found: ColumnElement[bool], held: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    earliest = select(func.min(Invoice.issued_on)).scalar_subquery()
    columns = (Address.id, Address.public_id, Address.name)
    beside = (earliest.label("earliest"), found.label("found"), held.label("holding"))
    statement = select(*columns, *beside, own_names().label("saved"))
    return statement.order_by(Address.name, Address.id)


def _counts_by_index(form: Form) -> tuple[ColumnElement[int], ...]:
    """In the order of the tabs. What one reading tells of two tabs is read once.

    With more paid documents than the cap there are more documents than the cap; the overdue ones are among the open.
    """
    paid = _once(select(func.count().label("n")).select_from(_first(form, InvoiceTab.PAID)), "paid")
    opened = _first(form, InvoiceTab.OPEN)
    late = func.count().filter(opened.c.due_on < _today())
    unpaid = _once(select(func.count().label("n"), late.label("late")), "unpaid")
    full = _full()
    return (
        case((paid("n") >= full, full), else_=_count(form, InvoiceTab.ALL)),
        unpaid("n"),
        case((unpaid("n") >= full, _count(form, InvoiceTab.OVERDUE)), else_=unpaid("late")),
        paid("n"),
        _count(form, InvoiceTab.CREDIT_NOTES),
    )


def _count(form: Form, tab: InvoiceTab) -> ScalarSelect[int]:
    return select(func.count()).select_from(_first(form, tab)).scalar_subquery()


def _first(form: Form, tab: InvoiceTab) -> Subquery:
    """As many of a tab's documents as are counted."""
    found = select(Invoice.due_on).where(*_conditions(form), in_tab(tab, _today()))
    return found.limit(_full()).subquery()


def _once(statement: Select[*tuple[Any, ...]], name: str) -> Callable[[str], ScalarSelect[int]]:
    """Columns of a row that is computed once, however often they are named."""
    row = statement.cte(name).prefix_with("MATERIALIZED")
    return lambda column: select(row.c[column]).scalar_subquery()


def _full() -> BindParameter[int]:
    """One more than tabs count to."""
    return bindparam("full", type_=Integer)


def _today() -> BindParameter[date]:
    return bindparam("today", type_=Date)

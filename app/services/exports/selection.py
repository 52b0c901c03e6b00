"""Which invoices an export holds: what an address bar asked for, as a value that is stored and read back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Self

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import InvoiceTab, PaymentState
from app.models import Invoice
from app.services.company_lookup import companies_named
from app.services.invoice_list import InvoiceQuery, asked_of
from app.services.invoice_paging import Order
from app.services.invoice_search import Search, SearchKind, begins_with


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter of a generated list: column, name of the test, and value as JSON has it."""

    column: str
    test: str
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class InvoiceSelection:
    """A query of the portal's list, narrowed by the filters of the back-office's."""

    query: InvoiceQuery
    conditions: tuple[Condition, ...] = ()

    def where(self, session: Session) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
        """Everything that is asked for, and the values to bind; the scope of the session narrows it as well.

        Raises ValueError for a filter that there is not.
        """
        asked, values = asked_of(session, self.query)
        return [*asked, *(_written(one, self.query.today) for one in self.conditions)], values

    def as_json(self) -> dict[str, Any]:
        query = self.query
        search = query.search
        return {
            "today": query.today.isoformat(),
            "tab": query.tab.value,
            "search": search and [search.text, search.kind.value, search.cents],
            "issued_from": query.issued_from and query.issued_from.isoformat(),
            "issued_to": query.issued_to and query.issued_to.isoformat(),
            "address_id": query.address_id,
            "order": str(query.order),
            "conditions": [[one.column, one.test, one.value] for one in self.conditions],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        query = InvoiceQuery(
            today=date.fromisoformat(stored["today"]),
            tab=InvoiceTab(stored["tab"]),
            search=_search(stored["search"]),
            issued_from=_day(stored["issued_from"]),
            issued_to=_day(stored["issued_to"]),
            address_id=stored["address_id"],
            order=Order.read(stored["order"]),
        )
        return cls(query, tuple(Condition(*one) for one in stored["conditions"]))


def every_page(query: InvoiceQuery, *conditions: Condition) -> InvoiceSelection:
    """What a list shows, from its first page to its last."""
    return InvoiceSelection(replace(query, cursor=None), conditions)


def _overdue(today: date) -> ColumnElement[bool]:
    return and_(Invoice.open_cents > 0, Invoice.due_on < today)


_TESTS: Mapping[tuple[str, str], Callable[[Any], ColumnElement[bool]]] = MappingProxyType(
    {
        ("company_id", "oc"): lambda value: Invoice.company_id == value,
        ("company_id", "co"): lambda value: Invoice.company_id.in_(companies_named(value)),
        ("number", "sw"): lambda value: begins_with(Invoice.number, value),
        ("number", "eq"): lambda value: Invoice.number == value,
        ("kind", "eq"): lambda value: Invoice.kind == InvoiceKind(value),
        ("payment_state", "eq"): lambda value: Invoice.payment_state == PaymentState(value),
        ("issued_on", "ge"): lambda value: Invoice.issued_on >= date.fromisoformat(value),
        ("issued_on", "le"): lambda value: Invoice.issued_on <= date.fromisoformat(value),
        ("issued_on", "eq"): lambda value: Invoice.issued_on == date.fromisoformat(value),
    }
)
"""What the filters of the back-office's list mean, by their column and their short name."""


def _written(one: Condition, today: date) -> ColumnElement[bool]:
    if (one.column, one.test) == ("due_on", "eq"):
        return _overdue(today)
    try:
        return _TESTS[one.column, one.test](one.value)
    except KeyError as error:
        raise ValueError(f"no filter {one.test} on {one.column}") from error


def _search(stored: list[Any] | None) -> Search | None:
    return None if stored is None else Search(stored[0], SearchKind(stored[1]), stored[2])


def _day(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)

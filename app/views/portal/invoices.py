"""Invoices and credit notes of a company: the list, and one document in full."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, abort, make_response, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.clock import today
from app.domain.invoicing import InvoiceTab
from app.extensions import db, ports
from app.fab.portal import PortalView, expose
from app.fab.redirects import here, requested_next
from app.security.access import requires
from app.security.permissions import Permission
from app.services.invoice_list import (
    COUNT_CAP,
    InvoicePage,
    InvoiceQuery,
    Surroundings,
    counted_page,
    settled,
    surroundings,
)
from app.services.invoice_page import find_invoice
from app.services.invoice_paging import Cursor, Order, SortKey
from app.services.invoice_search import SearchKind
from app.views.formats import count_text
from app.views.portal.filter_words import default_url, saved_links, sort_words, tab_words
from app.views.portal.invoice_address import (
    CHOSEN_DAYS,
    EVERYTHING,
    LAST_MONTHS,
    BadAddress,
    ListAddress,
    PlaceUnknown,
    tab_name,
)
from app.views.portal.invoice_picture import InvoicePicture
from app.views.portal.invoice_rows import document_rows
from app.views.portal.own_addresses import sees_every_address


class InvoicesView(PortalView):
    """`/c/<company>/invoices`; every filter, order and page stands in the address."""

    endpoint_name = "invoices"
    route_base = "/c/<uuid:company_id>/invoices"

    @expose("")
    @requires(Permission.VIEW_INVOICES)
    def index(self) -> BaseResponse | str:
        session, on, list_url = db.session(), today(), url_for("invoices.index")
        try:
            address = ListAddress.read(request.args)
            around = surroundings(session, address.search)
            if not request.query_string and (default := default_url(around, list_url)):
                return redirect(default)
            query = settled(address.query(around, today=on), around)
        except PlaceUnknown:
            return self._no_such_place()
        except BadAddress:
            abort(400)
        page, counts = counted_page(session, query)
        return self.render(
            "portal/invoices.html", **_list_context(address, around, query, page, counts)
        )

    def _no_such_place(self) -> Response:
        """Somebody sent a link to a list of an address that its reader does not see: no word about which."""
        page = self.render(
            "portal/invoices_no_place.html", all_url=url_for("invoices.index", tab=EVERYTHING)
        )
        return make_response(page, HTTPStatus.NOT_FOUND)

    @expose("/<uuid:public_id>")
    @requires(Permission.VIEW_INVOICES)
    def show(self, public_id: UUID) -> str:
        details = find_invoice(db.session(), public_id)
        if details is None:
            abort(404)
        list_url = url_for("invoices.index")
        back = requested_next() or ""
        return self.render(
            "portal/invoice.html",
            invoice=InvoicePicture(details, today=today(), list_url=list_url),
            list_url=list_url,
            back_url=back if back.startswith(list_url) else list_url,
        )


@dataclass(frozen=True, slots=True)
class _Choices:
    """What a page offers beside its rows; tabs as (tab, name, address), orders as (label, address, direction)."""

    tabs: tuple[tuple[InvoiceTab, str, str], ...]
    orders: tuple[tuple[str, str, str], ...]
    periods: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    years: tuple[int, ...]


def _list_context(
    address: ListAddress,
    around: Surroundings,
    query: InvoiceQuery,
    page: InvoicePage,
    counts: dict[InvoiceTab, int],
) -> dict[str, Any]:
    list_url = url_for("invoices.index")
    back = here() if request.query_string else ""
    # What somebody has typed is not kept.
    choose = _choices if address.text else _kept_choices
    choices = choose(
        address.without_page, list_url, _of(around, query.today), locale=str(get_locale())
    )
    return {
        "back": back,
        "address": address,
        "list_url": list_url,
        "statement_url": url_for("statement.show") if sees_every_address() else None,
        "has_any": around.earliest_on is not None,
        "earliest_on": around.earliest_on,
        "saved": saved_links(around, address, list_url),
        "save_url": f"{url_for('saved_filters.add')}?{address.written()}",
        "all_url": url_for("invoices.index", tab=EVERYTHING),
        "documents": document_rows(
            page.rows, today=query.today, list_url=list_url, places=around.names, back=back
        ),
        "status_tabs": tuple(
            (name, url, count_text(counts[tab], COUNT_CAP), tab is address.tab)
            for tab, name, url in choices.tabs
        ),
        "orders": choices.orders,
        "periods": choices.periods,
        "places": choices.places,
        "years": choices.years,
        "where": _where(page, counts[query.tab]),
        "is_by_number": query.search is not None and query.search.kind is SearchKind.NUMBER,
        "page_urls": _page_urls(address, page, query.order, list_url),
    }


def _page_urls(
    address: ListAddress, page: InvoicePage, order: Order, list_url: str
) -> dict[str, str | None]:
    def token(cursor: Cursor) -> str:
        return cursor.write(order, vault=ports().vault)

    before, after = page.previous, page.next
    return {
        "first_url": address.url(list_url) if before else None,
        "previous_url": address.url(list_url, before=token(before)) if before else None,
        "next_url": address.url(list_url, after=token(after)) if after else None,
    }


def _of(around: Surroundings, on: date) -> tuple[tuple[int, ...], tuple[tuple[str, str], ...]]:
    """Every year there is a document of, the newest first, and every address."""
    first = around.earliest_on
    years = tuple(range(on.year, first.year - 1, -1)) if first else ()
    return years, tuple((str(one.public_id), one.name) for one in around.addresses)


def _choices(
    address: ListAddress,
    list_url: str,
    found: tuple[tuple[int, ...], tuple[tuple[str, str], ...]],
    *,
    locale: str,
) -> _Choices:
    years, addresses = found
    return _Choices(
        tabs=_tabs(address, list_url),
        orders=_orders(address, list_url),
        periods=_periods(years, address),
        places=(("", _("All addresses")), *addresses),
        years=years,
    )


_kept_choices = lru_cache(maxsize=1_024)(_choices)


def _tabs(address: ListAddress, list_url: str) -> tuple[tuple[InvoiceTab, str, str], ...]:
    return tuple(
        (
            tab,
            tab_words(tab),
            address.url(list_url, tab="" if tab is InvoiceTab.ALL else tab_name(tab)),
        )
        for tab in InvoiceTab
    )


def _orders(address: ListAddress, list_url: str) -> tuple[tuple[str, str, str], ...]:
    """(label, address that sorts by it, direction it is sorted in now or "")."""
    shown = (SortKey.NUMBER, SortKey.ISSUED, SortKey.DUE, SortKey.AMOUNT)
    return tuple(
        (
            sort_words(key),
            address.url(list_url, order=_order_argument(address.order, key)),
            _direction(address.order, key),
        )
        for key in shown
    )


def _order_argument(current: Order, key: SortKey) -> str:
    """A second click turns the order round; the first puts the newest, largest and latest on top."""
    wanted = Order(key, descending=key is not SortKey.NUMBER)
    if current.key is key:
        wanted = Order(key, descending=not current.descending)
    return "" if wanted == Order() else str(wanted)


def _direction(current: Order, key: SortKey) -> str:
    if current.key is not key:
        return ""
    return "descending" if current.descending else "ascending"


def _periods(years: tuple[int, ...], address: ListAddress) -> tuple[tuple[str, str], ...]:
    periods = [("", _("All years")), (LAST_MONTHS, _("Last 12 months"))]
    periods += [(str(year), str(year)) for year in years]
    if address.period.isdigit() and address.period not in dict(periods):
        periods.append((address.period, address.period))
    return (*periods, (CHOSEN_DAYS, _("Choose dates")))


def _where(page: InvoicePage, total: int) -> str:
    """Where the page stands; its own last document says more than a count that stopped before it."""
    if not page.rows:
        return _("No documents")
    span = {"first": count_text(page.first, 10**9), "last": count_text(page.last, 10**9)}
    if page.next is None:
        return _("%(first)s to %(last)s of %(total)s", **span, total=span["last"])
    if page.last > COUNT_CAP:
        return _("%(first)s to %(last)s", **span)
    return _("%(first)s to %(last)s of %(total)s", **span, total=count_text(total, COUNT_CAP))

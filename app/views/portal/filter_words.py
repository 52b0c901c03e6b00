"""The saved filters beside the invoice list, and what one of them asks for, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import pgettext

from app.domain.invoicing import InvoiceTab
from app.services.invoice_list import Surroundings
from app.services.invoice_paging import Order, SortKey
from app.services.saved_filter_names import FilterName
from app.views.formats import day
from app.views.portal.invoice_address import LAST_MONTHS, BadAddress, ListAddress

SHOWN = 6
"""Links above the list; the page of the saved filters has all of them."""


@dataclass(frozen=True, slots=True)
class SavedLinks:
    """The first of the saved filters as (name, address, whether the list shows it now), and how many there are."""

    first: tuple[tuple[str, str, bool], ...]
    count: int
    is_new: bool
    """Whether the list shows something that is worth a name and has none yet."""


def saved_links(around: Surroundings, address: ListAddress, list_url: str) -> SavedLinks:
    """The one that is shown stands among the first, wherever its name comes."""
    now = address.written()
    ordered = sorted(around.saved, key=lambda one: one.query != now)[:SHOWN]
    return SavedLinks(
        first=tuple(
            (one.name, f"{list_url}?{one.query}", one.query == now)
            for one in around.saved
            if one in ordered
        ),
        count=len(around.saved),
        is_new=bool(now) and all(one.query != now for one in around.saved),
    )


def default_url(around: Surroundings, list_url: str) -> str | None:
    """Where the bare address of the list leads; None for the whole list.

    A default view of an address that is no longer the reader's is passed over.
    """
    default = next((one for one in around.saved if one.is_default), None)
    if default is None or not _still_opens(default, around):
        return None
    return f"{list_url}?{default.query}"


def filter_words(query: str, names: Mapping[UUID, str]) -> str:
    """What a filter asks for; `names` are those of the addresses that the reader sees."""
    try:
        address = ListAddress.of(query)
    except BadAddress:
        return ""
    parts = [
        tab_words(address.tab) if address.tab is not InvoiceTab.ALL else "",
        _("“%(text)s”", text=address.text) if address.text else "",
        _period_words(address),
        _place_words(address.address, names),
        _order_words(address.order),
    ]
    return " · ".join(part for part in parts if part) or _("All documents")


def tab_words(tab: InvoiceTab) -> str:
    """The label of a tab of the list."""
    # Several documents stand behind a tab: French says "Payées" there and "Payée" on a row.
    return {
        InvoiceTab.ALL: pgettext("documents", "All"),
        InvoiceTab.OPEN: _("Open"),
        InvoiceTab.OVERDUE: _("Overdue"),
        InvoiceTab.PAID: pgettext("documents", "Paid"),
        InvoiceTab.CREDIT_NOTES: _("Credit notes"),
    }[tab]


def sort_words(key: SortKey) -> str:
    """The label of a column that the list is sorted by."""
    return {
        SortKey.NUMBER: _("Number"),
        SortKey.ISSUED: _("Issued"),
        SortKey.DUE: _("Due"),
        SortKey.AMOUNT: _("Amount"),
    }[key]


def _still_opens(default: FilterName, around: Surroundings) -> bool:
    try:
        place = ListAddress.of(default.query).address
    except BadAddress:
        return False
    return place is None or around.address_of(place) is not None


def _period_words(address: ListAddress) -> str:
    if address.period == LAST_MONTHS:
        return _("Last 12 months")
    if address.period.isdigit():
        return address.period
    since, until = address.issued_from, address.issued_to
    if since and until:
        return _("%(first)s to %(last)s", first=day(since), last=day(until))
    if since:
        return _("from %(day)s", day=day(since))
    return _("until %(day)s", day=day(until)) if until else ""


def _place_words(place: UUID | None, names: Mapping[UUID, str]) -> str:
    if place is None:
        return ""
    return names.get(place) or _("An address that you do not see")


def _order_words(order: Order) -> str:
    if order == Order():
        return ""
    arrow = "↓" if order.descending else "↑"
    return _("sorted by %(column)s", column=f"{sort_words(order.key)} {arrow}")

"""The address bar of the invoice list: read into a query, and written back for every link of the page."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from werkzeug.datastructures import MultiDict

from app.domain.invoicing import InvoiceTab
from app.extensions import ports
from app.services.invoice_list import InvoiceQuery, Surroundings, year_before
from app.services.invoice_paging import Cursor, Order, PageUnknown
from app.services.invoice_search import Search, read_search

LAST_MONTHS = "12m"
CHOSEN_DAYS = "days"
EVERYTHING = "all"
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class BadAddress(ValueError):
    """Something in the address is none of what the page offers."""


class PlaceUnknown(BadAddress):
    """The list is about an address that the reader does not see, or that does not exist."""


@dataclass(frozen=True, slots=True)
class ListAddress:
    """The arguments of the list as they were given, known to be well-formed."""

    tab: InvoiceTab = InvoiceTab.ALL
    text: str = ""
    everywhere: bool = False
    period: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    address: UUID | None = None
    order: Order = Order()  # noqa: RUF009 - frozen
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, arguments: MultiDict[str, str]) -> Self:
        """Raises BadAddress: an address somebody mangled shows no list that is not what it says."""
        get = {name: value.strip() for name, value in arguments.items()}.get
        try:
            return cls(
                tab=InvoiceTab[(get("tab", "") or "ALL").upper().replace("-", "_")],
                text=get("q", ""),
                everywhere=get("match", "") == "anywhere",
                period=_period(get("period", "")),
                issued_from=_day(get("from", "")),
                issued_to=_day(get("to", "")),
                address=UUID(get("address", "")) if get("address") else None,
                order=Order.read(get("order", "") or "-issued"),
                after=get("after", ""),
                before=get("before", ""),
            )
        except (KeyError, ValueError) as error:
            raise BadAddress from error

    @classmethod
    def of(cls, query: str) -> Self:
        """The address that a saved filter holds. Raises BadAddress."""
        return cls.read(MultiDict(parse_qsl(query)))

    @property
    def search(self) -> Search | None:
        search = read_search(self.text)
        return search.anywhere if search is not None and self.everywhere else search

    @property
    def without_page(self) -> Self:
        return replace(self, after="", before="")

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.period or self.issued_from or self.issued_to or self.address)

    def query(self, around: Surroundings, *, today: date) -> InvoiceQuery:
        """Raises BadAddress: a page token that is none; PlaceUnknown: an address of somebody else."""
        place = around.address_of(self.address) if self.address else None
        if self.address and place is None:
            raise PlaceUnknown
        since, until = self.days(today)
        return InvoiceQuery(
            today=today,
            tab=self.tab,
            search=self.search,
            issued_from=since,
            issued_to=until,
            address_id=place.id if place else None,
            order=self.order,
            cursor=self._cursor(),
        )

    def days(self, today: date) -> tuple[date | None, date | None]:
        """First and last day of issue, both included."""
        if self.period == LAST_MONTHS:
            return year_before(today), today
        if self.period.isdigit():
            return date(int(self.period), 1, 1), date(int(self.period), 12, 31)
        if self.issued_from and self.issued_to and self.issued_from > self.issued_to:
            return self.issued_to, self.issued_from
        return self.issued_from, self.issued_to

    def arguments(self, **changes: str) -> dict[str, str]:
        """What stands in the address, with changes; a page token only when it is among them."""
        mine = {
            "tab": "" if self.tab is InvoiceTab.ALL else tab_name(self.tab),
            "q": self.text,
            "match": "anywhere" if self.everywhere else "",
            "period": self.period,
            "from": self.issued_from.isoformat() if self.issued_from else "",
            "to": self.issued_to.isoformat() if self.issued_to else "",
            "address": str(self.address) if self.address else "",
            "order": "" if self.order == Order() else str(self.order),
        }
        return {name: value for name, value in (mine | changes).items() if value}

    def written(self) -> str:
        """What a saved filter keeps: everything but the page."""
        return urlencode(self.arguments())

    def url(self, list_url: str, **changes: str) -> str:
        """With `tab=all` where nothing is asked for: the bare address opens the reader's default view."""
        arguments = self.arguments(**changes) or {"tab": EVERYTHING}
        return f"{list_url}?{urlencode(arguments)}"

    def clear_url(self, list_url: str) -> str:
        """The same tab and order without any filter."""
        return self.url(list_url, q="", match="", period="", address="", **{"from": "", "to": ""})

    def _cursor(self) -> Cursor | None:
        try:
            if self.after:
                return Cursor.read(self.after, self.order, backward=False, vault=ports().vault)
            if self.before:
                return Cursor.read(self.before, self.order, backward=True, vault=ports().vault)
        except PageUnknown as error:
            raise BadAddress from error
        return None


def tab_name(tab: InvoiceTab) -> str:
    """`credit-notes`, as addresses write it."""
    return tab.lower().replace("_", "-")


def _period(text: str) -> str:
    is_year = text.isascii() and text.isdigit() and _FIRST_YEAR <= int(text[:5]) <= _LAST_YEAR
    if text in {"", LAST_MONTHS, CHOSEN_DAYS} or is_year:
        return text
    raise ValueError("not a period")


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None

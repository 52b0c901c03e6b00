"""Rows of documents as pages show them: formatted once, states drawn once, no translation per row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import PaymentState
from app.fab.patterns import Pattern, hole
from app.views.formats import day, money, page_region
from app.views.fragments import kept

StateKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class State:
    """The words and the look of a status pill."""

    text: str
    kind: str = ""
    ring: bool = False


class Labels(NamedTuple):
    """The words of the columns."""

    issued: str
    due: str
    delivery: str
    pick: str


class DocumentRow(NamedTuple):
    """One line of a list of documents, as HTML already: `pill` is the one of `state`, a key of the page's states.

    A tuple, because a page makes dozens and reads each field: frozen dataclasses take their time to be made.
    """

    number: str
    url: str
    pdf_url: str
    xml_url: str
    issued: str
    due: str
    state: StateKey
    amount: str
    place: str
    pick: str
    cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class DocumentRows:
    rows: tuple[DocumentRow, ...]
    states: Mapping[StateKey, State]
    labels: Labels

    def draw(
        self, macro: Macro, pills: Mapping[StateKey, str], *, with_due: bool, with_pick: bool
    ) -> Markup:
        """The rows as `macro` draws them: it draws one with holes, which the rows fill."""
        named, unnamed = (
            self._pattern(macro, with_due=with_due, with_pick=with_pick, place=place)
            for place in (hole("place"), "")
        )
        filled = (
            (named if row.place else unnamed).fill(row._asdict() | {"state": pills[row.state]})
            for row in self.rows
        )
        return Markup("".join(filled))  # noqa: S704 - the rows are escaped

    def _pattern(self, macro: Macro, *, with_due: bool, with_pick: bool, place: str) -> Pattern:
        number, url, pdf_url, xml_url, issued, due, state, amount, _place, pick, cents, currency = (
            hole(name) for name in DocumentRow._fields
        )
        drawn = kept(
            macro, self.labels, number, url, pdf_url, xml_url, issued, state, amount,
            due if with_due else None, None, place, "", pick if with_pick else None, cents, currency,
        )  # fmt: skip
        return Pattern(drawn)


def document_rows(
    found: Iterable[Any], *, today: date, list_url: str, places: Mapping[int, str], back: str = ""
) -> DocumentRows:
    """What `components/documents.html` draws. `back` is the address of the list the reader came from."""
    suffix = f"?next={quote(back)}" if back else ""
    look = _Look(
        today,
        escape(list_url),
        suffix,
        {key: escape(name) for key, name in places.items()},
        page_region(),
    )
    rows = tuple(_row(one, look) for one in found)
    return DocumentRows(
        rows=rows,
        states={key: state_of(key) for key in {row.state for row in rows}},
        labels=Labels(_("Issued"), _("Due"), "", _("Select")),
    )


def state_key(invoice: Any, today: date) -> StateKey:
    """What to say of a document's payment, and for how many days it is late."""
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        return "credit_note", 0
    if invoice.open_cents < 0:
        return "credit", 0
    if invoice.payment_state is PaymentState.PAID:
        return "paid", 0
    if invoice.open_cents > 0 and invoice.due_on is not None and invoice.due_on < today:
        return "overdue", (today - invoice.due_on).days
    return ("partly" if invoice.payment_state is PaymentState.PARTLY else "open"), 0


def state_of(key: StateKey) -> State:
    name, days = key
    if name == "overdue":
        text = ngettext("Overdue %(num)s day", "Overdue %(num)s days", days)
        return State(text, "bad")
    text, kind = _STATES[name]
    return State(str(text), kind, ring=name == "open")


_STATES: Mapping[str, tuple[LazyString, str]] = MappingProxyType(
    {
        "credit_note": (lazy_gettext("Credit note"), ""),
        "credit": (lazy_gettext("Credit to use"), ""),
        "paid": (lazy_gettext("Paid"), "ok"),
        "partly": (lazy_gettext("Partly paid"), "warn"),
        "open": (lazy_gettext("Open"), "info"),
    }
)


@dataclass(frozen=True, slots=True)
class _Look:
    """What all rows of a list have in common."""

    today: date
    list_url: str
    suffix: str
    places: Mapping[int, str]
    region: Locale


def _row(one: Any, look: _Look) -> DocumentRow:
    public_id = str(one.public_id)
    url = f"{look.list_url}/{public_id}"
    return DocumentRow(
        number=escape(one.number),
        url=url + look.suffix,
        pdf_url=f"{url}.pdf",
        xml_url=f"{url}.xml",
        issued=escape(day(one.issued_on, region=look.region)),
        due="" if one.due_on is None else escape(day(one.due_on, region=look.region)),
        state=state_key(one, look.today),
        amount=escape(money(one.signed_cents, one.currency, region=look.region)),
        place=look.places.get(one.address_id, ""),
        pick=public_id,
        cents=one.signed_cents,
        currency=escape(one.currency),
    )

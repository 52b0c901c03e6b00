"""One document as its page shows it: content, what is left to pay and how, what it corrects, what is odd about it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from app.documents.epc import epc_qr_svg
from app.domain.einvoice import InvoiceKind
from app.domain.identifiers import (
    display_iban,
    display_structured_communication,
    is_valid_structured_communication,
    normalise_iban,
    normalise_structured_communication,
)
from app.domain.money import from_cents
from app.services.invoice_page import InvoiceDetails, RelatedDocument, Settlement
from app.views.formats import day, money
from app.views.portal.invoice_content import InvoiceContent
from app.views.portal.invoice_rows import State, state_key, state_of

_VIEW_BOX = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
_FIELDS: Final[Mapping[str, LazyString]] = {
    "payment.iban": lazy_gettext("the account number"),
    "payment.id": lazy_gettext("the structured communication"),
}
_SENTENCES: Final[Mapping[str, LazyString]] = {
    "lines_missing": lazy_gettext("This document has no lines."),
    "type_code_disagrees": lazy_gettext(
        "The type written on this document does not fit the kind of document it is."
    ),
    "embedded_pdf_unreadable": lazy_gettext(
        "A PDF that came with this document could not be read; the one offered here was drawn from its data."
    ),
}


@dataclass(frozen=True, slots=True)
class Copyable:
    """A value as it is read and as it is pasted."""

    label: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Settled:
    """One part that was paid."""

    text: str
    amount: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Related:
    """One side of a correction, in words; `url` where the document is in the portal."""

    text: str
    number: str
    url: str | None


@dataclass(frozen=True, slots=True)
class TransferBox:
    """How to pay by transfer what is left; `qr` is an SVG for banking apps, where they can use one."""

    amount: str
    rows: tuple[Copyable, ...]
    qr: Markup | None


class InvoicePicture:
    """`list_url` is the address of the list; a document stands below it by its public id."""

    def __init__(self, details: InvoiceDetails, *, today: date, list_url: str) -> None:
        self.details = details
        self.content = InvoiceContent(details.einvoice)
        self._today = today
        self._list_url = list_url

    @property
    def title(self) -> str:
        if self.details.kind is InvoiceKind.CREDIT_NOTE:
            return _("Credit note %(number)s", number=self.details.number)
        return _("Invoice %(number)s", number=self.details.number)

    @property
    def state(self) -> State:
        return state_of(state_key(self.details, self._today))

    @property
    def url(self) -> str:
        return self._url(self.details.public_id)

    @property
    def amount(self) -> str:
        return money(self.details.signed_cents, self.details.currency)

    @property
    def left(self) -> str:
        """What is left to pay, or of a credit note to use, without its sign."""
        return money(abs(self.details.open_cents), self.details.currency)

    @property
    def is_owed(self) -> bool:
        return self.details.open_cents > 0

    @property
    def is_credit(self) -> bool:
        return self.details.signed_cents < 0

    @property
    def is_collected(self) -> bool:
        return self.details.einvoice.is_collected

    @property
    def transfer(self) -> TransferBox | None:
        """None where nothing is to be transferred, or the document names no account."""
        means = self.details.einvoice.transfer
        if means is None or not self.is_owed:
            return None
        rows = [
            Copyable(_("Beneficiary"), self.details.einvoice.beneficiary, ""),
            Copyable(_("IBAN"), display_iban(means.iban), normalise_iban(means.iban)),
            Copyable(_("BIC"), means.bic, ""),
            _communication(means.payment_id or self.details.number),
        ]
        return TransferBox(self.left, tuple(row for row in rows if row.text), self._qr())

    @property
    def settlements(self) -> Iterator[Settled]:
        for one in self.details.settlements:
            on = day(one.on) if one.on else ""
            yield Settled(
                text=_settlement_text(one, on, is_credit=self.is_credit),
                amount=money(one.amount_cents, self.details.currency),
                url=self._url(one.public_id) if one.public_id else None,
            )

    @property
    def related(self) -> Iterator[Related]:
        for one in self.details.related:
            url = self._url(one.public_id) if one.public_id else None
            yield Related(_relation(one, self.details.kind), one.number, url)

    @property
    def warnings(self) -> list[str]:
        """Each sentence once, however many lines it is about."""
        sentences = (_warning(one["code"], one["params"]) for one in self.details.warnings)
        return [*dict.fromkeys(sentence for sentence in sentences if sentence)]

    def _url(self, public_id: UUID) -> str:
        return f"{self._list_url}/{public_id}"

    def _qr(self) -> Markup | None:
        """For what is left, so that nobody pays twice what was paid in part."""
        einvoice = self.details.einvoice
        left = from_cents(self.details.open_cents, self.details.currency)
        svg = epc_qr_svg(replace(einvoice, totals=replace(einvoice.totals, payable=left)))
        if svg is None:
            return None
        label = Markup.escape(_("Payment QR code for your banking app"))
        # Four modules of white belong to the code: without them cameras do not find it.
        return Markup(  # noqa: S704 - made by segno of digits and path commands
            _VIEW_BOX.sub(
                lambda found: (
                    f'viewBox="-4 -4 {int(found[1]) + 8} {int(found[2]) + 8}" '
                    f'role="img" aria-label="{label}"'
                ),
                svg,
            )
        )


def _communication(payment_id: str) -> Copyable:
    label = _("Communication")
    if is_valid_structured_communication(payment_id):
        label = _("Structured communication")
    text = display_structured_communication(payment_id)
    return Copyable(label, text, normalise_structured_communication(payment_id) or payment_id)


def _settlement_text(one: Settlement, on: str, *, is_credit: bool) -> str:
    if one.is_payment:
        return _("Payment of %(day)s", day=on) if on else _("Payment")
    if one.number is None:
        return _("Used for another invoice") if is_credit else _("Credit note")
    if is_credit:
        return _("Used for %(number)s", number=one.number)
    return _("Credit note %(number)s of %(day)s", number=one.number, day=on)


def _relation(one: RelatedDocument, kind: InvoiceKind) -> str:
    if not one.is_corrected_by_this:
        return _("Corrected by")
    return _("Corrects") if kind is InvoiceKind.CREDIT_NOTE else _("Refers to")


def _warning(code: str, params: Mapping[str, Any]) -> str:
    if code == "sums_differ":
        return _(
            "The sums on this document do not match. It is shown as it was received; ask us before you pay it."
        )
    if code == "check_digits_wrong":
        field = _FIELDS.get(params.get("field", ""))
        if field is None:
            return ""
        return _("The check digits of %(field)s on this document are wrong.", field=field)
    return str(_SENTENCES.get(code, ""))

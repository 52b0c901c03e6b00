"""What a document says, in the words and formats of its reader: blocks that `portal/invoice_body.html` draws.

The words for units, VAT categories and document fields are those of the PDF, so that page and paper agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from flask_babel import get_locale

from app.documents.pdf.labels import PLAIN_UNITS, labels
from app.domain.einvoice import (
    AllowanceCharge,
    EInvoice,
    InvoiceKind,
    Line,
    Party,
    Period,
    PostalAddress,
    TaxCategory,
    TaxSubtotal,
)
from app.domain.identifiers import (
    display_enterprise_number,
    display_vat_number,
    normalise_enterprise_number,
)
from app.views.formats import day, decimal, percent, price

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PartyBlock:
    role: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineBlock:
    id: str
    name: str
    details: tuple[str, ...]
    quantity: str
    price: str
    vat: str
    amount: str


@dataclass(frozen=True, slots=True)
class TaxBlock:
    label: str
    reason: str
    taxable: str
    tax: str


class InvoiceContent:
    """The blocks of one document; each is made when a page asks for it."""

    def __init__(self, einvoice: EInvoice) -> None:
        locale = get_locale()
        self.einvoice = einvoice
        self.words = labels(locale.language if locale else "fr")

    @property
    def is_credit_note(self) -> bool:
        return self.einvoice.kind is InvoiceKind.CREDIT_NOTE

    @cached_property
    def parties(self) -> tuple[PartyBlock, ...]:
        einvoice, words = self.einvoice, self.words
        found = [
            ("", einvoice.seller),
            (words["customer"], einvoice.buyer),
            (words["beneficiary"], einvoice.payee),
            (words["tax_representative"], einvoice.tax_representative),
        ]
        return tuple(self._party(role, party) for role, party in found if party is not None)

    @cached_property
    def references(self) -> list[Pair]:
        """Only what the document has."""
        einvoice, words = self.einvoice, self.words
        pairs = [
            (words["your_reference"], einvoice.buyer_reference),
            (words["order"], einvoice.order_reference),
            (words["contract"], einvoice.contract_reference),
            (words["project"], einvoice.project_reference),
            (words["customer_number"], ", ".join(each.value for each in einvoice.buyer.ids)),
            (words["period"], _period(einvoice.period)),
            (words["delivery"], self._delivery()),
            (words["tax_point"], day(einvoice.tax_point_on) if einvoice.tax_point_on else ""),
        ]
        return [(label, value) for label, value in pairs if value.strip()]

    def lines(self) -> Iterator[LineBlock]:
        """One after the other: a document may have thousands."""
        return map(self._line, self.einvoice.lines)

    @cached_property
    def taxes(self) -> tuple[TaxBlock, ...]:
        return tuple(map(self._tax, self.einvoice.tax_subtotals))

    @cached_property
    def totals(self) -> list[Pair]:
        """From the sum of the lines to what the document asks for; steps of nothing are left out."""
        totals, words = self.einvoice.totals, self.words
        elsewhere = self.einvoice.tax_in_tax_currency
        steps: list[tuple[str, Decimal | None]] = []
        if self.einvoice.allowances_charges:
            steps.append((words["sum_of_lines"], totals.line_extension))
        steps += [
            (self._allowance_name(item), _signed(item)) for item in self.einvoice.allowances_charges
        ]
        steps += [(words["total_excl"], totals.tax_exclusive), (words["total_vat"], totals.tax)]
        pairs = [(label, self.money(amount)) for label, amount in steps]
        if elsewhere is not None:
            code = self.einvoice.tax_currency
            pairs.append((f"{words['vat_in']} {code}", price(elsewhere, code)))
        pairs.append((words["total_incl"], self.money(totals.tax_inclusive)))
        if totals.prepaid:
            pairs.append((words["prepaid"], self.money(-totals.prepaid)))
        if totals.rounding:
            pairs.append((words["rounding"], self.money(totals.rounding)))
        return pairs

    @property
    def payable(self) -> Pair:
        label = self.words["credited" if self.is_credit_note else "to_pay"]
        return label, self.money(self.einvoice.totals.payable)

    @property
    def notes(self) -> list[str]:
        texts = (*self.einvoice.notes, self.einvoice.payment_terms)
        return [text.strip() for text in texts if text.strip()]

    def money(self, amount: Decimal | None) -> str:
        return price(amount, self.einvoice.currency)

    def _party(self, role: str, party: Party) -> PartyBlock:
        name, contact = party.display_name, party.contact
        others = [party.trading_name] if party.trading_name not in {"", name} else []
        others += [*_address_lines(party.address), *self._numbers(party)]
        others += [text for text in (contact.name, contact.phone, contact.email) if text]
        return PartyBlock(role, name, tuple(others))

    def _numbers(self, party: Party) -> Iterator[str]:
        if party.vat_id:
            yield f"{self.words['vat_number']} {display_vat_number(party.vat_id)}"
        legal = party.legal_id.value if party.legal_id else ""
        if legal and normalise_enterprise_number(legal) != normalise_enterprise_number(
            party.vat_id
        ):
            yield f"{self.words['enterprise_number']} {display_enterprise_number(legal)}"

    def _delivery(self) -> str:
        delivery = self.einvoice.delivery
        if delivery is None:
            return ""
        on = day(delivery.delivered_on) if delivery.delivered_on else ""
        parts = (on, delivery.party_name, *_address_lines(delivery.address))
        return ", ".join(part for part in parts if part)

    def _line(self, line: Line) -> LineBlock:
        return LineBlock(
            id=line.id,
            name=line.name or line.description or line.note or "—",
            details=tuple(text for text in self._details(line) if text),
            quantity=self._quantity(line.quantity, line.unit),
            price=self._price(line),
            vat=line.tax.code if line.tax.rate is None else percent(line.tax.rate),
            amount=self.money(line.net_amount),
        )

    def _details(self, line: Line) -> Iterator[str]:
        if line.name and line.description != line.name:
            yield line.description
        if line.name or line.description:
            yield line.note
        if line.seller_item_id:
            yield f"{self.words['item_reference']} {line.seller_item_id}"
        for item in line.properties:
            yield f"{item.name}: {item.value}"
        yield _period(line.period)
        for allowance in line.allowances_charges:
            yield f"{self._allowance_name(allowance)}: {self.money(_signed(allowance))}"

    def _quantity(self, quantity: Decimal | None, unit: str) -> str:
        if quantity is None:
            return ""
        if unit in PLAIN_UNITS:
            return decimal(quantity)
        return f"{decimal(quantity)} {self.words.get(f'unit_{unit}', unit)}"

    def _price(self, line: Line) -> str:
        if line.net_price is None:
            return ""
        if line.base_quantity is None or line.base_quantity == 1:
            return self.money(line.net_price)
        per = self._quantity(line.base_quantity, line.unit)
        return f"{self.money(line.net_price)} {self.words['per']} {per}"

    def _tax(self, subtotal: TaxSubtotal) -> TaxBlock:
        category = subtotal.category
        return TaxBlock(
            label=self._category(category),
            reason=category.exemption_reason or category.exemption_reason_code,
            taxable=self.money(subtotal.taxable),
            tax=self.money(subtotal.tax),
        )

    def _category(self, category: TaxCategory) -> str:
        meaning = self.words.get(f"category_{category.code}", "")
        rate = "" if category.rate is None else percent(category.rate)
        return meaning if meaning and not category.rate else rate or meaning or category.code

    def _allowance_name(self, item: AllowanceCharge) -> str:
        return item.reason or self.words["charge" if item.is_charge else "allowance"]


def _signed(item: AllowanceCharge) -> Decimal:
    return item.amount if item.is_charge else -item.amount


def _period(period: Period | None) -> str:
    if period is None:
        return ""
    return " – ".join(day(one) for one in (period.start_on, period.end_on) if one)  # noqa: RUF001


def _address_lines(address: PostalAddress) -> Iterator[str]:
    place = " ".join(part for part in (address.postal_code, address.city) if part)
    country = address.country
    lines = (
        address.street,
        address.additional_street,
        address.extra_line,
        f"{country}-{place}" if country and place else place or country,
        address.subdivision,
    )
    return (line for line in lines if line)

"""Blocks of a page: a party's address, the references, the rows of the line table."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.documents.pdf.formats import Formats
from app.documents.pdf.glyphs import printable, printable_lines
from app.documents.pdf.labels import PLAIN_UNITS
from app.domain.einvoice import (
    AllowanceCharge,
    EInvoice,
    InvoiceKind,
    Line,
    Party,
    Period,
    PostalAddress,
    TaxCategory,
)
from app.domain.identifiers import (
    BE_ENTERPRISE_SCHEME,
    display_enterprise_number,
    display_vat_number,
    normalise_enterprise_number,
)

Pair = tuple[str, str]


def party_block(party: Party, words: dict[str, str]) -> dict[str, Any]:
    """`ids` begins with the VAT number, or the enterprise number of a party that has none."""
    name, trading_name = printable(party.display_name), printable(party.trading_name)
    lines = [trading_name] if trading_name not in {"", name} else []
    contact = party.contact
    return {
        "name": name,
        "lines": lines + list(_address_lines(party.address)),
        "ids": list(_numbers(party, words)),
        "contact": [
            text for text in map(printable, (contact.name, contact.phone, contact.email)) if text
        ],
    }


def references(einvoice: EInvoice, words: dict[str, str], formats: Formats) -> list[Pair]:
    """What both sides' bookkeepers look for, by label; only what the document has."""
    buyer = einvoice.buyer
    is_on_peppol = buyer.endpoint is not None and buyer.endpoint.scheme.isdigit()
    pairs = [
        (words["your_reference"], einvoice.buyer_reference),
        (words["order"], einvoice.order_reference),
        (words["contract"], einvoice.contract_reference),
        (words["project"], einvoice.project_reference),
        (words["customer_number"], ", ".join(each.value for each in buyer.ids)),
        *_preceding(einvoice, words, formats),
        (words["period"], _period(einvoice.period, formats)),
        (words["delivery"], _delivery(einvoice, formats)),
        (words["peppol_id"], str(buyer.endpoint) if is_on_peppol else ""),
        (words["tax_representative"], _representative(einvoice)),
    ]
    return [(label, printable(value)) for label, value in pairs if value.strip()]


def line_rows(
    lines: Iterable[Line], words: dict[str, str], formats: Formats
) -> list[dict[str, Any]]:
    return [
        {
            "id": printable(line.id),
            "name": printable(line.name or line.description or line.note),
            "details": [
                text for text in map(printable, _line_details(line, words, formats)) if text
            ],
            "quantity": _quantity(line, words, formats),
            "price": _price(line, words, formats),
            "vat": _vat(line.tax, formats),
            "amount": formats.money(line.net_amount),
        }
        for line in lines
    ]


def _address_lines(address: PostalAddress) -> Iterator[str]:
    place = " ".join(part for part in (address.postal_code, address.city) if part)
    if address.country and place:
        place = f"{address.country}-{place}"
    for text in (
        address.street,
        address.additional_street,
        address.extra_line,
        place,
        address.subdivision,
    ):
        if shown := printable(text):
            yield shown
    if address.country and not place:
        yield printable(address.country)


def _numbers(party: Party, words: dict[str, str]) -> Iterator[str]:
    if party.vat_id:
        yield f"{words['vat_number']} {printable(display_vat_number(party.vat_id))}"
    legal_id = party.legal_id
    if legal_id is None:
        return
    if normalise_enterprise_number(legal_id.value) == normalise_enterprise_number(party.vat_id):
        return
    is_belgian = legal_id.scheme == BE_ENTERPRISE_SCHEME or party.address.country == "BE"
    shown = display_enterprise_number(legal_id.value) if is_belgian else legal_id.value
    yield f"{words['enterprise_number']} {printable(shown)}"


def _preceding(einvoice: EInvoice, words: dict[str, str], formats: Formats) -> Iterator[Pair]:
    is_credit = einvoice.kind is InvoiceKind.CREDIT_NOTE
    label = words["preceding_credit" if is_credit else "preceding_invoice"]
    for each in einvoice.preceding:
        yield (
            label,
            f"{each.number} ({formats.day(each.issued_on)})" if each.issued_on else each.number,
        )


def _period(period: Period | None, formats: Formats) -> str:
    if period is None:
        return ""
    days = [formats.day(day) for day in (period.start_on, period.end_on) if day]
    return " \N{EN DASH} ".join(days)


def _delivery(einvoice: EInvoice, formats: Formats) -> str:
    delivery = einvoice.delivery
    if delivery is None:
        return ""
    day = formats.day(delivery.delivered_on) if delivery.delivered_on else ""
    return ", ".join(
        part for part in (day, delivery.party_name, *_address_lines(delivery.address)) if part
    )


def _representative(einvoice: EInvoice) -> str:
    party = einvoice.tax_representative
    return f"{party.display_name} {display_vat_number(party.vat_id)}" if party else ""


def _line_details(line: Line, words: dict[str, str], formats: Formats) -> Iterator[str]:
    if line.name and line.description and line.description != line.name:
        yield from printable_lines(line.description)
    if line.note and (line.name or line.description):
        yield from printable_lines(line.note)
    yield f"{words['item_reference']} {line.seller_item_id}" if line.seller_item_id else ""
    yield from (f"{each.name}: {each.value}" for each in line.properties)
    yield _period(line.period, formats)
    for item in line.allowances_charges:
        yield _allowance(item, words, formats)


def _allowance(item: AllowanceCharge, words: dict[str, str], formats: Formats) -> str:
    label = item.reason or words["charge" if item.is_charge else "allowance"]
    return f"{label}: {formats.money(item.amount if item.is_charge else -item.amount)}"


def _quantity(line: Line, words: dict[str, str], formats: Formats) -> str:
    if line.quantity is None:
        return ""
    return f"{formats.quantity(line.quantity)}{_unit(line.unit, words)}"


def _price(line: Line, words: dict[str, str], formats: Formats) -> str:
    if line.net_price is None:
        return ""
    price = formats.money(line.net_price)
    if line.base_quantity is None or line.base_quantity == 1:
        return price
    return f"{price} {words['per']} {formats.quantity(line.base_quantity)}{_unit(line.unit, words)}"


def _unit(code: str, words: dict[str, str]) -> str:
    if code in PLAIN_UNITS:
        return ""
    return f"\N{NO-BREAK SPACE}{words.get(f'unit_{code}', printable(code))}"


def _vat(tax: TaxCategory, formats: Formats) -> str:
    return printable(tax.code) if tax.rate is None else formats.percent(tax.rate)

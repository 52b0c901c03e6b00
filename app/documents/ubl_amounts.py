"""Reading the lines, taxes, allowances and totals of an UBL document."""

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from app.documents import verdicts
from app.documents.ubl_xml import CAC, CBC, child, day, identifier, number, required_number, text
from app.domain.einvoice import (
    ZERO,
    AllowanceCharge,
    InvoiceKind,
    ItemProperty,
    Line,
    Period,
    TaxCategory,
    TaxSubtotal,
    Totals,
)

_LINE = {InvoiceKind.INVOICE: f"{CAC}InvoiceLine", InvoiceKind.CREDIT_NOTE: f"{CAC}CreditNoteLine"}
_QUANTITY = {
    InvoiceKind.INVOICE: f"{CBC}InvoicedQuantity",
    InvoiceKind.CREDIT_NOTE: f"{CBC}CreditedQuantity",
}


def read_lines(root: etree._Element, kind: InvoiceKind) -> Iterator[Line]:
    for element in root.iterchildren(_LINE[kind]):
        yield _line(element, _QUANTITY[kind])


def read_totals(root: etree._Element, *, currency: str, tax: Decimal) -> Totals:
    """Raises CurrencyMismatch, AmountMissing, AmountInvalid."""
    total = child(root, f"{CAC}LegalMonetaryTotal")
    for amount in total if total is not None else ():
        found = amount.get("currencyID", currency)
        if found != currency:
            raise verdicts.CurrencyMismatch(currency=currency, found=found[:10])
    return Totals(
        line_extension=required_number(total, f"{CBC}LineExtensionAmount"),
        tax_exclusive=required_number(total, f"{CBC}TaxExclusiveAmount"),
        tax_inclusive=required_number(total, f"{CBC}TaxInclusiveAmount"),
        payable=required_number(total, f"{CBC}PayableAmount"),
        tax=tax,
        allowances=number(total, f"{CBC}AllowanceTotalAmount") or ZERO,
        charges=number(total, f"{CBC}ChargeTotalAmount") or ZERO,
        prepaid=number(total, f"{CBC}PrepaidAmount") or ZERO,
        rounding=number(total, f"{CBC}PayableRoundingAmount") or ZERO,
    )


def tax_totals(root: etree._Element, currency: str) -> dict[str, etree._Element]:
    """The cac:TaxTotal of each currency: the document's, and the one VAT is accounted in."""
    found: dict[str, etree._Element] = {}
    for total in root.iterchildren(f"{CAC}TaxTotal"):
        amount = child(total, f"{CBC}TaxAmount")
        code = currency if amount is None else amount.get("currencyID", currency)
        found.setdefault(code, total)
    return found


def read_tax_subtotals(total: etree._Element | None) -> Iterator[TaxSubtotal]:
    if total is None:
        return
    for element in total.iterchildren(f"{CAC}TaxSubtotal"):
        yield TaxSubtotal(
            taxable=required_number(element, f"{CBC}TaxableAmount"),
            tax=required_number(element, f"{CBC}TaxAmount"),
            category=_tax_category(child(element, f"{CAC}TaxCategory")) or TaxCategory(),
        )


def read_allowances_charges(parent: etree._Element) -> Iterator[AllowanceCharge]:
    for element in parent.iterchildren(f"{CAC}AllowanceCharge"):
        yield AllowanceCharge(
            is_charge=text(element, f"{CBC}ChargeIndicator").lower() in {"true", "1"},
            amount=required_number(element, f"{CBC}Amount"),
            base_amount=number(element, f"{CBC}BaseAmount"),
            percentage=number(element, f"{CBC}MultiplierFactorNumeric"),
            reason=text(element, f"{CBC}AllowanceChargeReason"),
            reason_code=text(element, f"{CBC}AllowanceChargeReasonCode"),
            tax=_tax_category(child(element, f"{CAC}TaxCategory")),
        )


def read_period(parent: etree._Element) -> Period | None:
    element = child(parent, f"{CAC}InvoicePeriod")
    if element is None:
        return None
    period = Period(day(element, f"{CBC}StartDate"), day(element, f"{CBC}EndDate"))
    return None if period == Period() else period


def _line(element: etree._Element, quantity_tag: str) -> Line:
    item = child(element, f"{CAC}Item")
    price = child(element, f"{CAC}Price")
    discount = child(price, f"{CAC}AllowanceCharge")
    quantity = child(element, quantity_tag)
    return Line(
        id=text(element, f"{CBC}ID"),
        net_amount=required_number(element, f"{CBC}LineExtensionAmount"),
        quantity=number(element, quantity_tag),
        unit=(quantity.get("unitCode") or "").strip() if quantity is not None else "",
        name=text(item, f"{CBC}Name"),
        description=text(item, f"{CBC}Description"),
        note=text(element, f"{CBC}Note"),
        net_price=number(price, f"{CBC}PriceAmount"),
        base_quantity=number(price, f"{CBC}BaseQuantity"),
        gross_price=number(discount, f"{CBC}BaseAmount"),
        price_discount=number(discount, f"{CBC}Amount"),
        tax=_tax_category(child(item, f"{CAC}ClassifiedTaxCategory")) or TaxCategory(),
        seller_item_id=text(item, f"{CAC}SellersItemIdentification", f"{CBC}ID"),
        buyer_item_id=text(item, f"{CAC}BuyersItemIdentification", f"{CBC}ID"),
        standard_item_id=identifier(item, f"{CAC}StandardItemIdentification", f"{CBC}ID"),
        origin_country=text(item, f"{CAC}OriginCountry", f"{CBC}IdentificationCode"),
        allowances_charges=tuple(read_allowances_charges(element)),
        properties=tuple(_properties(item)),
        order_line_reference=text(element, f"{CAC}OrderLineReference", f"{CBC}LineID"),
        object_id=identifier(element, f"{CAC}DocumentReference", f"{CBC}ID"),
        accounting_cost=text(element, f"{CBC}AccountingCost"),
        period=read_period(element),
    )


def _properties(item: etree._Element | None) -> Iterator[ItemProperty]:
    if item is None:
        return
    for element in item.iterchildren(f"{CAC}AdditionalItemProperty"):
        yield ItemProperty(text(element, f"{CBC}Name"), text(element, f"{CBC}Value"))


def _tax_category(element: etree._Element | None) -> TaxCategory | None:
    if element is None:
        return None
    return TaxCategory(
        code=text(element, f"{CBC}ID"),
        rate=number(element, f"{CBC}Percent"),
        exemption_reason=text(element, f"{CBC}TaxExemptionReason"),
        exemption_reason_code=text(element, f"{CBC}TaxExemptionReasonCode"),
    )

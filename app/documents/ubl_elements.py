"""Writing UBL elements: each function adds one group to a parent, in the order of the schema.

Empty values are left out, so callers state the order once and never ask whether a value is there.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lxml import etree

from app.documents.ubl_parties import SEPA_SCHEME
from app.documents.ubl_xml import CAC_NS, CBC_NS
from app.domain.einvoice import (
    AllowanceCharge,
    Delivery,
    EInvoice,
    Line,
    Party,
    PaymentMeans,
    Period,
    PostalAddress,
    TaxCategory,
)
from app.domain.identifiers import Identifier

Value = str | Decimal | date | None


def group(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{CAC_NS}}}{name}")


def put(parent: etree._Element, tag: str, value: Value, /, **attributes: str) -> None:
    """A basic element, unless there is nothing to say."""
    if value is None or value == "":
        return
    element = etree.SubElement(
        parent, f"{{{CBC_NS}}}{tag}", {k: v for k, v in attributes.items() if v}
    )
    element.text = f"{value:f}" if isinstance(value, Decimal) else str(value)


def put_identifier(parent: etree._Element, name: str, value: Identifier | None) -> None:
    if value is not None:
        put(parent, name, value.value, schemeID=value.scheme)


def put_reference(parent: etree._Element, name: str, value: Value) -> None:
    """A group that holds nothing but an ID."""
    if value:
        put(group(parent, name), "ID", value)


def put_party(parent: etree._Element, party: Party, *, creditor_id: str = "") -> None:
    """The content of a cac:Party, or of cac:PayeeParty and the like."""
    put_identifier(parent, "EndpointID", party.endpoint)
    sepa = (Identifier(creditor_id, SEPA_SCHEME),) if creditor_id else ()
    for each in (*party.ids, *sepa):
        put_identifier(group(parent, "PartyIdentification"), "ID", each)
    if party.trading_name:
        put(group(parent, "PartyName"), "Name", party.trading_name)
    if party.address != PostalAddress():
        put_address(group(parent, "PostalAddress"), party.address)
    _put_tax_number(parent, party.vat_id, scheme="VAT")
    _put_tax_number(parent, party.tax_registration, scheme="TAX")
    if party.name or party.legal_id or party.legal_form:
        legal = group(parent, "PartyLegalEntity")
        put(legal, "RegistrationName", party.name)
        put_identifier(legal, "CompanyID", party.legal_id)
        put(legal, "CompanyLegalForm", party.legal_form)
    _put_contact(parent, party)


def put_address(parent: etree._Element, address: PostalAddress) -> None:
    put(parent, "StreetName", address.street)
    put(parent, "AdditionalStreetName", address.additional_street)
    put(parent, "CityName", address.city)
    put(parent, "PostalZone", address.postal_code)
    put(parent, "CountrySubentity", address.subdivision)
    if address.extra_line:
        put(group(parent, "AddressLine"), "Line", address.extra_line)
    if address.country:
        put(group(parent, "Country"), "IdentificationCode", address.country)


def put_period(parent: etree._Element, period: Period | None) -> None:
    if period is not None:
        element = group(parent, "InvoicePeriod")
        put(element, "StartDate", period.start_on)
        put(element, "EndDate", period.end_on)


def put_delivery(parent: etree._Element, delivery: Delivery | None) -> None:
    if delivery is None:
        return
    element = group(parent, "Delivery")
    put(element, "ActualDeliveryDate", delivery.delivered_on)
    if delivery.location_id or delivery.address != PostalAddress():
        location = group(element, "DeliveryLocation")
        put_identifier(location, "ID", delivery.location_id)
        if delivery.address != PostalAddress():
            put_address(group(location, "Address"), delivery.address)
    if delivery.party_name:
        put(group(group(element, "DeliveryParty"), "PartyName"), "Name", delivery.party_name)


def put_payment_means(parent: etree._Element, means: PaymentMeans, *, due_on: date | None) -> None:
    element = group(parent, "PaymentMeans")
    put(element, "PaymentMeansCode", means.code, name=means.name)
    put(element, "PaymentDueDate", due_on)
    put(element, "PaymentID", means.payment_id)
    if means.iban or means.account_name or means.bic:
        account = group(element, "PayeeFinancialAccount")
        put(account, "ID", means.iban)
        put(account, "Name", means.account_name)
        put_reference(account, "FinancialInstitutionBranch", means.bic)
    if means.mandate_reference or means.debited_account:
        mandate = group(element, "PaymentMandate")
        put(mandate, "ID", means.mandate_reference)
        put_reference(mandate, "PayerFinancialAccount", means.debited_account)


def put_allowances_charges(
    parent: etree._Element, items: Iterable[AllowanceCharge], *, currency: str
) -> None:
    for item in items:
        element = group(parent, "AllowanceCharge")
        put(element, "ChargeIndicator", "true" if item.is_charge else "false")
        put(element, "AllowanceChargeReasonCode", item.reason_code)
        put(element, "AllowanceChargeReason", item.reason)
        put(element, "MultiplierFactorNumeric", item.percentage)
        put(element, "Amount", item.amount, currencyID=currency)
        put(element, "BaseAmount", item.base_amount, currencyID=currency)
        if item.tax is not None:
            put_tax_category(element, "TaxCategory", item.tax)


def put_tax_category(parent: etree._Element, name: str, category: TaxCategory) -> None:
    element = group(parent, name)
    put(element, "ID", category.code)
    put(element, "Percent", category.rate)
    put(element, "TaxExemptionReasonCode", category.exemption_reason_code)
    put(element, "TaxExemptionReason", category.exemption_reason)
    put_reference(element, "TaxScheme", "VAT")


def put_tax_totals(parent: etree._Element, einvoice: EInvoice) -> None:
    currency = einvoice.currency
    total = group(parent, "TaxTotal")
    put(total, "TaxAmount", einvoice.totals.tax, currencyID=currency)
    for each in einvoice.tax_subtotals:
        element = group(total, "TaxSubtotal")
        put(element, "TaxableAmount", each.taxable, currencyID=currency)
        put(element, "TaxAmount", each.tax, currencyID=currency)
        put_tax_category(element, "TaxCategory", each.category)
    if einvoice.tax_in_tax_currency is not None:
        elsewhere = group(parent, "TaxTotal")
        put(elsewhere, "TaxAmount", einvoice.tax_in_tax_currency, currencyID=einvoice.tax_currency)


def put_totals(parent: etree._Element, einvoice: EInvoice) -> None:
    totals = einvoice.totals
    element = group(parent, "LegalMonetaryTotal")
    for name, amount in (
        ("LineExtensionAmount", totals.line_extension),
        ("TaxExclusiveAmount", totals.tax_exclusive),
        ("TaxInclusiveAmount", totals.tax_inclusive),
        ("AllowanceTotalAmount", totals.allowances or None),
        ("ChargeTotalAmount", totals.charges or None),
        ("PrepaidAmount", totals.prepaid or None),
        ("PayableRoundingAmount", totals.rounding or None),
        ("PayableAmount", totals.payable),
    ):
        put(element, name, amount, currencyID=einvoice.currency)


def put_line(element: etree._Element, line: Line, *, quantity: str, currency: str) -> None:
    """`quantity` is the name of its element: InvoicedQuantity or CreditedQuantity."""
    put(element, "ID", line.id)
    put(element, "Note", line.note)
    put(element, quantity, line.quantity, unitCode=line.unit)
    put(element, "LineExtensionAmount", line.net_amount, currencyID=currency)
    put(element, "AccountingCost", line.accounting_cost)
    put_period(element, line.period)
    if line.order_line_reference:
        put(group(element, "OrderLineReference"), "LineID", line.order_line_reference)
    if line.object_id is not None:
        reference = group(element, "DocumentReference")
        put_identifier(reference, "ID", line.object_id)
        put(reference, "DocumentTypeCode", "130")
    put_allowances_charges(element, line.allowances_charges, currency=currency)
    _put_item(group(element, "Item"), line)
    _put_price(element, line, currency=currency)


def _put_item(element: etree._Element, line: Line) -> None:
    put(element, "Description", line.description)
    put(element, "Name", line.name)
    put_reference(element, "BuyersItemIdentification", line.buyer_item_id)
    put_reference(element, "SellersItemIdentification", line.seller_item_id)
    if line.standard_item_id is not None:
        put_identifier(group(element, "StandardItemIdentification"), "ID", line.standard_item_id)
    if line.origin_country:
        put(group(element, "OriginCountry"), "IdentificationCode", line.origin_country)
    if line.tax != TaxCategory():
        put_tax_category(element, "ClassifiedTaxCategory", line.tax)
    for each in line.properties:
        described = group(element, "AdditionalItemProperty")
        put(described, "Name", each.name)
        put(described, "Value", each.value)


def _put_price(parent: etree._Element, line: Line, *, currency: str) -> None:
    if line.net_price is None:
        return
    element = group(parent, "Price")
    put(element, "PriceAmount", line.net_price, currencyID=currency)
    put(element, "BaseQuantity", line.base_quantity, unitCode=line.unit)
    if line.price_discount is not None:
        discount = group(element, "AllowanceCharge")
        put(discount, "ChargeIndicator", "false")
        put(discount, "Amount", line.price_discount, currencyID=currency)
        put(discount, "BaseAmount", line.gross_price, currencyID=currency)


def _put_tax_number(parent: etree._Element, number: str, *, scheme: str) -> None:
    if number:
        element = group(parent, "PartyTaxScheme")
        put(element, "CompanyID", number)
        put_reference(element, "TaxScheme", scheme)


def _put_contact(parent: etree._Element, party: Party) -> None:
    contact = party.contact
    if contact.name or contact.phone or contact.email:
        element = group(parent, "Contact")
        put(element, "Name", contact.name)
        put(element, "Telephone", contact.phone)
        put(element, "ElectronicMail", contact.email)

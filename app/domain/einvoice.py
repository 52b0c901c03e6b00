"""An electronic invoice or credit note as EN 16931 names its parts; what a UBL document says.

Absent texts are "", absent dates None, and identifiers are as received. The sums are those of the
document, right or wrong. The snapshot (`to_json`) is what pages and PDFs are drawn from.
Source: EN 16931-1:2017, semantic model; BT and BG numbers are its business terms and groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.domain import snapshot
from app.domain.identifiers import Identifier

ZERO = Decimal(0)
PEPPOL_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PEPPOL_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
DIRECT_DEBIT_CODES = frozenset({"49", "59"})  # UNCL 4461
TRANSFER_CODES = frozenset({"1", "30", "31", "42", "57", "58"})  # UNCL 4461; 1 is "not defined"


class InvoiceKind(StrEnum):
    """The root element of the document; a type code (380, 381, 384...) only refines it."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """BG-5, BG-8, BG-12, BG-15: street BT-35, 36, 162; country as ISO 3166-1 alpha-2."""

    street: str = ""
    additional_street: str = ""
    extra_line: str = ""
    city: str = ""
    postal_code: str = ""
    subdivision: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """BG-6, BG-9."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """BG-4 seller, BG-7 buyer, BG-10 payee, BG-11 tax representative.

    `name` BT-27/44, `trading_name` BT-28/45, `vat_id` BT-31/48, `tax_registration` BT-32,
    `legal_id` BT-30/47, `legal_form` BT-33, `endpoint` BT-34/49, `ids` BT-29/46. The buyer's
    `ids` hold the number the seller knows this customer by.
    """

    name: str = ""
    trading_name: str = ""
    vat_id: str = ""
    tax_registration: str = ""
    legal_id: Identifier | None = None
    legal_form: str = ""
    endpoint: Identifier | None = None
    ids: tuple[Identifier, ...] = ()
    address: PostalAddress = PostalAddress()
    contact: Contact = Contact()

    @property
    def display_name(self) -> str:
        return self.name or self.trading_name


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """BG-3: BT-25 and BT-26."""

    number: str
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """BG-14 (document), BG-26 (line)."""

    start_on: date | None = None
    end_on: date | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """BG-13: BT-70 party, BT-71 location, BT-72 date, BG-15 address."""

    party_name: str = ""
    location_id: Identifier | None = None
    delivered_on: date | None = None
    address: PostalAddress = PostalAddress()


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """BG-16: code BT-81, name BT-82, payment id BT-83, BG-17 account (BT-84 to 86), BG-19 debit."""

    code: str = ""
    name: str = ""
    payment_id: str = ""
    iban: str = ""
    """BT-84: an IBAN where SEPA is used, else whatever the seller's bank calls an account."""
    account_name: str = ""
    bic: str = ""
    mandate_reference: str = ""
    debited_account: str = ""


@dataclass(frozen=True, slots=True)
class TaxCategory:
    """BT-118, 119, 120, 121 (and their kin on lines and allowances); `rate` in percent."""

    code: str = ""
    rate: Decimal | None = None
    exemption_reason: str = ""
    exemption_reason_code: str = ""


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """BG-20 and BG-21 (document), BG-27 and BG-28 (line)."""

    is_charge: bool
    amount: Decimal
    base_amount: Decimal | None = None
    percentage: Decimal | None = None
    reason: str = ""
    reason_code: str = ""
    tax: TaxCategory | None = None


@dataclass(frozen=True, slots=True)
class TaxSubtotal:
    """BG-23: BT-116 and BT-117."""

    taxable: Decimal
    tax: Decimal
    category: TaxCategory = TaxCategory()


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22: BT-106 to BT-110 and BT-112 to BT-115, in the currency of the document."""

    line_extension: Decimal
    tax_exclusive: Decimal
    tax_inclusive: Decimal
    payable: Decimal
    tax: Decimal = ZERO
    allowances: Decimal = ZERO
    charges: Decimal = ZERO
    prepaid: Decimal = ZERO
    rounding: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ItemProperty:
    """BG-32: BT-160 and BT-161."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25. Price BG-29: `net_price` BT-146 is for `base_quantity` BT-149 units.

    `net_amount` BT-131, `unit` BT-130 (UN/ECE Recommendation 20), `gross_price` BT-148,
    `price_discount` BT-147, `object_id` BT-128, `accounting_cost` BT-133.
    """

    id: str
    net_amount: Decimal
    quantity: Decimal | None = None
    unit: str = ""
    name: str = ""
    description: str = ""
    note: str = ""
    net_price: Decimal | None = None
    base_quantity: Decimal | None = None
    gross_price: Decimal | None = None
    price_discount: Decimal | None = None
    tax: TaxCategory = TaxCategory()
    seller_item_id: str = ""
    buyer_item_id: str = ""
    standard_item_id: Identifier | None = None
    origin_country: str = ""
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    properties: tuple[ItemProperty, ...] = ()
    order_line_reference: str = ""
    object_id: Identifier | None = None
    accounting_cost: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class EInvoice:
    """The document: number BT-1, dates BT-2, 7, 9, type code BT-3, currency BT-5, notes BT-22.

    References: buyer BT-10, project BT-11, contract BT-12, order BT-13, sales order BT-14,
    despatch advice BT-16, tender BT-17, object BT-18, accounting BT-19. `creditor_id` is BT-90;
    `tax_currency` BT-6 with `tax_in_tax_currency` BT-111.
    """

    kind: InvoiceKind
    number: str
    issued_on: date
    currency: str
    seller: Party
    buyer: Party
    totals: Totals
    type_code: str = ""
    due_on: date | None = None
    tax_point_on: date | None = None
    tax_currency: str = ""
    tax_in_tax_currency: Decimal | None = None
    buyer_reference: str = ""
    order_reference: str = ""
    sales_order_reference: str = ""
    contract_reference: str = ""
    project_reference: str = ""
    despatch_reference: str = ""
    tender_reference: str = ""
    object_id: Identifier | None = None
    accounting_cost: str = ""
    preceding: tuple[DocumentReference, ...] = ()
    notes: tuple[str, ...] = ()
    period: Period | None = None
    payee: Party | None = None
    tax_representative: Party | None = None
    delivery: Delivery | None = None
    payment_means: tuple[PaymentMeans, ...] = ()
    creditor_id: str = ""
    payment_terms: str = ""
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    tax_subtotals: tuple[TaxSubtotal, ...] = ()
    lines: tuple[Line, ...] = ()
    customization_id: str = PEPPOL_CUSTOMIZATION
    profile_id: str = PEPPOL_PROFILE

    @property
    def mandate_reference(self) -> str:
        """BT-89 of the first payment means that has one; "" when it is not collected."""
        return next((m.mandate_reference for m in self.payment_means if m.mandate_reference), "")

    @property
    def is_collected(self) -> bool:
        """Whether the seller will collect it by direct debit, so that nobody pays it twice."""
        return any(m.mandate_reference or m.code in DIRECT_DEBIT_CODES for m in self.payment_means)

    @property
    def transfer(self) -> PaymentMeans | None:
        """Where to pay it by credit transfer, or None: nothing to pay, collected, or no account."""
        to_pay = self.kind is InvoiceKind.INVOICE and self.totals.payable > 0
        if not to_pay or self.is_collected:
            return None
        means = (m for m in self.payment_means if m.iban and m.code in TRANSFER_CODES | {""})
        return next(means, None)

    @property
    def beneficiary(self) -> str:
        """Whose account is paid: the account's holder, the payee, or the seller."""
        holder = self.transfer.account_name if self.transfer else ""
        payee = (self.payee.trading_name or self.payee.name) if self.payee else ""
        return holder or payee or self.seller.display_name

    @property
    def payment_id(self) -> str:
        """BT-83, the remittance information the payer is asked to repeat."""
        return next((m.payment_id for m in self.payment_means if m.payment_id), "")

    def to_json(self) -> dict[str, Any]:
        """Strings, lists and dicts only; `from_json` gives back an equal document."""
        return snapshot.dump(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "EInvoice":
        return snapshot.load(cls, data)

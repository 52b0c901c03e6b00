"""Reading an UBL 2.1 Invoice or CreditNote, of any EN 16931 flavour, into an EInvoice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from app.documents import checks, verdicts
from app.documents.embedded_pdf import EmbeddedPdf, find_embedded_pdf
from app.documents.ubl_amounts import (
    read_allowances_charges,
    read_lines,
    read_period,
    read_tax_subtotals,
    read_totals,
    tax_totals,
)
from app.documents.ubl_parties import (
    read_creditor_id,
    read_delivery,
    read_party,
    read_payment_means,
)
from app.documents.ubl_xml import (
    CAC,
    CBC,
    CREDIT_NOTE_NS,
    INVOICE_NS,
    child,
    day,
    identifier,
    number,
    parse,
    text,
)
from app.documents.verdicts import DocumentWarning
from app.domain.einvoice import ZERO, DocumentReference, EInvoice, InvoiceKind
from app.domain.identifiers import Identifier
from app.domain.money import is_currency

MAX_NUMBER_CHARS = 100
_KINDS = {
    f"{{{INVOICE_NS}}}Invoice": InvoiceKind.INVOICE,
    f"{{{CREDIT_NOTE_NS}}}CreditNote": InvoiceKind.CREDIT_NOTE,
}
_TYPE_CODES = {
    InvoiceKind.INVOICE: f"{CBC}InvoiceTypeCode",
    InvoiceKind.CREDIT_NOTE: f"{CBC}CreditNoteTypeCode",
}
# UNCL 1001 codes that a cac:AdditionalDocumentReference carries for BT-18 and, in credit notes, BT-11.
_OBJECT_CODE = "130"
_PROJECT_CODE = "50"


@dataclass(frozen=True, slots=True)
class ReadDocument:
    einvoice: EInvoice
    warnings: tuple[DocumentWarning, ...] = ()
    embedded_pdf: EmbeddedPdf | None = None


def read(data: bytes) -> ReadDocument:
    """What the document says, sums and identifiers as received, and what is odd about it.

    Raises:
        UnreadableDocument: one of its subclasses in `app.documents.verdicts`.

    Source: EN 16931-3-2 (syntax binding to UBL 2.1).
    """
    root = parse(data)
    kind = _kind(root)
    einvoice = _einvoice(root, kind)
    embedded_pdf, pdf_warnings = find_embedded_pdf(root)
    return ReadDocument(einvoice, (*checks.check(einvoice), *pdf_warnings), embedded_pdf)


def _kind(root: etree._Element) -> InvoiceKind:
    kind = _KINDS.get(root.tag)
    if kind is None:
        raise verdicts.NotAnInvoice(root=etree.QName(root).localname[:80])
    return kind


def _einvoice(root: etree._Element, kind: InvoiceKind) -> EInvoice:
    currency = _currency(root)
    taxes = tax_totals(root, currency)
    tax_total = taxes.get(currency)
    tax_currency = text(root, f"{CBC}TaxCurrencyCode")
    tax_elsewhere = taxes.get(tax_currency) if tax_currency != currency else None
    return EInvoice(
        kind=kind,
        number=_number(root),
        issued_on=_issued_on(root),
        currency=currency,
        totals=read_totals(
            root, currency=currency, tax=number(tax_total, f"{CBC}TaxAmount") or ZERO
        ),
        type_code=text(root, _TYPE_CODES[kind]),
        due_on=day(root, f"{CBC}DueDate")
        or day(root, f"{CAC}PaymentMeans", f"{CBC}PaymentDueDate"),
        tax_point_on=day(root, f"{CBC}TaxPointDate"),
        tax_currency=tax_currency,
        tax_in_tax_currency=number(tax_elsewhere, f"{CBC}TaxAmount"),
        object_id=next(_additional(root, _OBJECT_CODE), None),
        preceding=tuple(_preceding(root)),
        notes=tuple(_texts(root, f"{CBC}Note")),
        period=read_period(root),
        delivery=read_delivery(child(root, f"{CAC}Delivery")),
        payment_means=tuple(map(read_payment_means, root.iterchildren(f"{CAC}PaymentMeans"))),
        payment_terms="\n".join(_payment_terms(root)),
        allowances_charges=tuple(read_allowances_charges(root)),
        tax_subtotals=tuple(read_tax_subtotals(tax_total)),
        lines=tuple(read_lines(root, kind)),
        customization_id=text(root, f"{CBC}CustomizationID"),
        profile_id=text(root, f"{CBC}ProfileID"),
        **_parties(root),
        **_references(root),
    )


def _number(root: etree._Element) -> str:
    value = text(root, f"{CBC}ID")
    if not value:
        raise verdicts.NumberMissing
    if len(value) > MAX_NUMBER_CHARS:
        raise verdicts.NumberTooLong(limit=MAX_NUMBER_CHARS)
    return value


def _issued_on(root: etree._Element) -> date:
    try:
        issued_on = day(root, f"{CBC}IssueDate")
    except verdicts.DateInvalid as error:
        raise verdicts.IssueDateInvalid(value=error.params["value"]) from error
    if issued_on is None:
        raise verdicts.IssueDateMissing
    return issued_on


def _currency(root: etree._Element) -> str:
    currency = text(root, f"{CBC}DocumentCurrencyCode")
    if not is_currency(currency):
        raise verdicts.DocumentCurrencyUnknown(currency=currency[:10])
    return currency


def _parties(root: etree._Element) -> dict[str, Any]:
    """Seller and buyer, of whom something must be said, and those who act for the seller."""
    seller = child(root, f"{CAC}AccountingSupplierParty", f"{CAC}Party")
    buyer = child(root, f"{CAC}AccountingCustomerParty", f"{CAC}Party")
    payee = child(root, f"{CAC}PayeeParty")
    read = {
        "seller": read_party(seller),
        "buyer": read_party(buyer),
        "payee": read_party(payee),
        "tax_representative": read_party(child(root, f"{CAC}TaxRepresentativeParty")),
    }
    if read["seller"] is None:
        raise verdicts.SellerMissing
    if read["buyer"] is None:
        raise verdicts.BuyerMissing
    return {**read, "creditor_id": read_creditor_id(seller, payee)}


def _references(root: etree._Element) -> dict[str, Any]:
    sales_order = text(root, f"{CAC}OrderReference", f"{CBC}SalesOrderID")
    order = text(root, f"{CAC}OrderReference", f"{CBC}ID")
    project = next(_additional(root, _PROJECT_CODE), None)
    return {
        "buyer_reference": text(root, f"{CBC}BuyerReference"),
        # PEPPOL wants an order beside a sales order, and "NA" where there is none.
        "order_reference": "" if sales_order and order == "NA" else order,
        "sales_order_reference": sales_order,
        "contract_reference": text(root, f"{CAC}ContractDocumentReference", f"{CBC}ID"),
        "project_reference": text(root, f"{CAC}ProjectReference", f"{CBC}ID")
        or (project.value if project else ""),
        "despatch_reference": text(root, f"{CAC}DespatchDocumentReference", f"{CBC}ID"),
        "tender_reference": text(root, f"{CAC}OriginatorDocumentReference", f"{CBC}ID"),
        "accounting_cost": text(root, f"{CBC}AccountingCost"),
    }


def _additional(root: etree._Element, type_code: str) -> Iterator[Identifier]:
    for reference in root.iterchildren(f"{CAC}AdditionalDocumentReference"):
        if text(reference, f"{CBC}DocumentTypeCode") == type_code and (
            found := identifier(reference, f"{CBC}ID")
        ):
            yield found


def _preceding(root: etree._Element) -> Iterator[DocumentReference]:
    for billing in root.iterchildren(f"{CAC}BillingReference"):
        reference = child(billing, f"{CAC}InvoiceDocumentReference")
        if number_ := text(reference, f"{CBC}ID"):
            yield DocumentReference(number_, day(reference, f"{CBC}IssueDate"))


def _payment_terms(root: etree._Element) -> Iterator[str]:
    for terms in root.iterchildren(f"{CAC}PaymentTerms"):
        yield from _texts(terms, f"{CBC}Note")


def _texts(parent: etree._Element, tag: str) -> Iterator[str]:
    for element in parent.iterchildren(tag):
        if value := (element.text or "").strip():
            yield value

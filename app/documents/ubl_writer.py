"""Writing an EInvoice as UBL 2.1, Peppol BIS Billing 3 unless it names another customization."""

import base64
from typing import Any

from lxml import etree

from app.documents import ubl_elements as ubl
from app.documents.embedded_pdf import EmbeddedPdf
from app.documents.ubl_xml import CAC_NS, CBC_NS, CREDIT_NOTE_NS, INVOICE_NS
from app.domain.einvoice import EInvoice, InvoiceKind, Party
from app.domain.identifiers import Identifier

_NO_ORDER = "NA"  # what PEPPOL wants beside a sales order when the buyer sent no order


def write(einvoice: EInvoice, *, pdf: EmbeddedPdf | None = None) -> bytes:
    """The document in UTF-8; the same value gives the same bytes, and reads back as that value.

    Sums are written as they are. Two things have no place in the syntax and are left out: the due
    date of a credit note without payment means, and the gross price of a line without discount.

    Raises:
        ValueError: a text holds a character that XML has not, such as NUL.

    Source: Peppol BIS Billing 3.0; order of elements from the UBL 2.1 schemas.
    """
    is_credit = einvoice.kind is InvoiceKind.CREDIT_NOTE
    namespace, name = (CREDIT_NOTE_NS, "CreditNote") if is_credit else (INVOICE_NS, "Invoice")
    nsmap: dict[Any, str] = {None: namespace, "cac": CAC_NS, "cbc": CBC_NS}
    root = etree.Element(f"{{{namespace}}}{name}", nsmap=nsmap)
    _put_head(root, einvoice)
    _put_references(root, einvoice, pdf)
    _put_parties(root, einvoice)
    ubl.put_delivery(root, einvoice.delivery)
    _put_payment(root, einvoice)
    ubl.put_allowances_charges(root, einvoice.allowances_charges, currency=einvoice.currency)
    ubl.put_tax_totals(root, einvoice)
    ubl.put_totals(root, einvoice)
    for line in einvoice.lines:
        element = ubl.group(root, f"{name}Line")
        quantity = "CreditedQuantity" if is_credit else "InvoicedQuantity"
        ubl.put_line(element, line, quantity=quantity, currency=einvoice.currency)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _put_head(root: etree._Element, einvoice: EInvoice) -> None:
    ubl.put(root, "CustomizationID", einvoice.customization_id)
    ubl.put(root, "ProfileID", einvoice.profile_id)
    ubl.put(root, "ID", einvoice.number)
    ubl.put(root, "IssueDate", einvoice.issued_on)
    if einvoice.kind is InvoiceKind.CREDIT_NOTE:
        ubl.put(root, "TaxPointDate", einvoice.tax_point_on)
        ubl.put(root, "CreditNoteTypeCode", einvoice.type_code)
    else:
        ubl.put(root, "DueDate", einvoice.due_on)
        ubl.put(root, "InvoiceTypeCode", einvoice.type_code)
    for note in einvoice.notes:
        ubl.put(root, "Note", note)
    if einvoice.kind is InvoiceKind.INVOICE:
        ubl.put(root, "TaxPointDate", einvoice.tax_point_on)
    ubl.put(root, "DocumentCurrencyCode", einvoice.currency)
    ubl.put(root, "TaxCurrencyCode", einvoice.tax_currency)
    ubl.put(root, "AccountingCost", einvoice.accounting_cost)
    ubl.put(root, "BuyerReference", einvoice.buyer_reference)


def _put_references(root: etree._Element, einvoice: EInvoice, pdf: EmbeddedPdf | None) -> None:
    ubl.put_period(root, einvoice.period)
    if einvoice.order_reference or einvoice.sales_order_reference:
        order = ubl.group(root, "OrderReference")
        ubl.put(order, "ID", einvoice.order_reference or _NO_ORDER)
        ubl.put(order, "SalesOrderID", einvoice.sales_order_reference)
    for each in einvoice.preceding:
        reference = ubl.group(ubl.group(root, "BillingReference"), "InvoiceDocumentReference")
        ubl.put(reference, "ID", each.number)
        ubl.put(reference, "IssueDate", each.issued_on)
    ubl.put_reference(root, "DespatchDocumentReference", einvoice.despatch_reference)
    is_credit = einvoice.kind is InvoiceKind.CREDIT_NOTE
    if not is_credit:
        ubl.put_reference(root, "OriginatorDocumentReference", einvoice.tender_reference)
    ubl.put_reference(root, "ContractDocumentReference", einvoice.contract_reference)
    _put_additional(root, einvoice.object_id, type_code="130")
    if is_credit and einvoice.project_reference:
        _put_additional(root, Identifier(einvoice.project_reference), type_code="50")
    _put_pdf(root, einvoice, pdf)
    if is_credit:
        ubl.put_reference(root, "OriginatorDocumentReference", einvoice.tender_reference)
    else:
        ubl.put_reference(root, "ProjectReference", einvoice.project_reference)


def _put_additional(root: etree._Element, value: Identifier | None, *, type_code: str) -> None:
    if value is not None:
        reference = ubl.group(root, "AdditionalDocumentReference")
        ubl.put_identifier(reference, "ID", value)
        ubl.put(reference, "DocumentTypeCode", type_code)


def _put_pdf(root: etree._Element, einvoice: EInvoice, pdf: EmbeddedPdf | None) -> None:
    if pdf is None:
        return
    reference = ubl.group(root, "AdditionalDocumentReference")
    ubl.put(reference, "ID", einvoice.number)
    ubl.put(reference, "DocumentDescription", "Commercial invoice")
    content = base64.b64encode(pdf.data).decode("ascii")
    attachment = ubl.group(reference, "Attachment")
    name = pdf.filename or "invoice.pdf"
    ubl.put(
        attachment,
        "EmbeddedDocumentBinaryObject",
        content,
        mimeCode="application/pdf",
        filename=name,
    )


def _put_parties(root: etree._Element, einvoice: EInvoice) -> None:
    seller = ubl.group(ubl.group(root, "AccountingSupplierParty"), "Party")
    ubl.put_party(seller, einvoice.seller, creditor_id=einvoice.creditor_id)
    ubl.put_party(ubl.group(ubl.group(root, "AccountingCustomerParty"), "Party"), einvoice.buyer)
    others: tuple[tuple[str, Party | None], ...] = (
        ("PayeeParty", einvoice.payee),
        ("TaxRepresentativeParty", einvoice.tax_representative),
    )
    for name, party in others:
        if party is not None:
            ubl.put_party(ubl.group(root, name), party)


def _put_payment(root: etree._Element, einvoice: EInvoice) -> None:
    due_on = einvoice.due_on if einvoice.kind is InvoiceKind.CREDIT_NOTE else None
    for means in einvoice.payment_means:
        ubl.put_payment_means(root, means, due_on=due_on)
    if einvoice.payment_terms:
        ubl.put(ubl.group(root, "PaymentTerms"), "Note", einvoice.payment_terms)

"""Writing UBL: what is written reads back as it was."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from lxml import etree

from app.documents.embedded_pdf import EmbeddedPdf
from app.documents.ubl_reader import read
from app.documents.ubl_writer import write
from app.domain.einvoice import PEPPOL_CUSTOMIZATION, InvoiceKind
from tests.documents.samples import credit_note, einvoices, invoice


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(einvoices())
@example(invoice())
@example(credit_note())
def test_what_is_written_reads_back_as_it_was(einvoice):
    assert read(write(einvoice)).einvoice == einvoice


def test_the_same_document_is_the_same_bytes():
    assert write(invoice(40)) == write(invoice(40))


def test_markup_in_a_name_is_text():
    tricky = """<script>&amp;"']]>"""

    assert read(write(invoice(notes=(tricky,)))).einvoice.notes == (tricky,)


def test_it_is_peppol_bis_3_unless_it_says_otherwise():
    assert PEPPOL_CUSTOMIZATION.encode() in write(invoice())
    assert b"CustomizationID" not in write(invoice(customization_id=""))


def test_an_amount_is_written_in_full():
    lines = invoice().lines
    einvoice = invoice(totals=type(invoice().totals)(*[Decimal("1E+3")] * 4))

    assert b'<cbc:PayableAmount currencyID="EUR">1000</cbc:PayableAmount>' in write(einvoice)
    assert b'unitCode="C62">20</cbc:InvoicedQuantity>' in write(invoice(lines=lines))


def test_the_due_date_of_a_credit_note_stands_with_its_payment():
    due = credit_note(due_on=date(2026, 12, 1))

    assert b"<cbc:DueDate>" not in write(due)
    assert b"<cbc:PaymentDueDate>2026-12-01</cbc:PaymentDueDate>" in write(due)


def test_a_text_that_xml_cannot_hold_is_an_error_not_a_broken_file():
    with pytest.raises(ValueError, match="XML compatible"):
        write(invoice(notes=("\0",)))


# The order of the schema, as far as we write it: UBL-Invoice-2.1.xsd and UBL-CreditNote-2.1.xsd.
_ORDER = {
    InvoiceKind.INVOICE: (
        "CustomizationID ProfileID ID IssueDate DueDate InvoiceTypeCode Note TaxPointDate DocumentCurrencyCode "
        "TaxCurrencyCode AccountingCost BuyerReference InvoicePeriod OrderReference BillingReference "
        "DespatchDocumentReference OriginatorDocumentReference ContractDocumentReference AdditionalDocumentReference "
        "ProjectReference AccountingSupplierParty AccountingCustomerParty PayeeParty TaxRepresentativeParty Delivery "
        "PaymentMeans PaymentTerms AllowanceCharge TaxTotal LegalMonetaryTotal InvoiceLine"
    ),
    InvoiceKind.CREDIT_NOTE: (
        "CustomizationID ProfileID ID IssueDate TaxPointDate CreditNoteTypeCode Note DocumentCurrencyCode "
        "TaxCurrencyCode AccountingCost BuyerReference InvoicePeriod OrderReference BillingReference "
        "DespatchDocumentReference ContractDocumentReference AdditionalDocumentReference OriginatorDocumentReference "
        "AccountingSupplierParty AccountingCustomerParty PayeeParty TaxRepresentativeParty Delivery "
        "PaymentMeans PaymentTerms AllowanceCharge TaxTotal LegalMonetaryTotal CreditNoteLine"
    ),
}


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(einvoices())
def test_elements_come_in_the_order_of_the_schema(einvoice):
    root = etree.fromstring(write(einvoice, pdf=EmbeddedPdf(b"%PDF-")))
    found = [etree.QName(element).localname for element in root]

    assert found == sorted(found, key=_ORDER[einvoice.kind].split().index)

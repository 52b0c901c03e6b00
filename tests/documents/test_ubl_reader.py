"""Reading UBL: what is taken, what is refused and how it is said."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.documents import ubl_xml, verdicts
from app.documents.embedded_pdf import EmbeddedPdf
from app.documents.pdf import TypstRenderer
from app.documents.ubl_reader import read
from app.documents.ubl_writer import write
from app.domain.einvoice import InvoiceKind, Totals
from app.domain.ports import Brand
from tests.documents.samples import credit_note, invoice

PDF = b"%PDF-1.7\n%an invoice"
INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <b:ID> F-1 </b:ID><b:IssueDate>2026-01-31</b:IssueDate>
  <b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
  <a:AccountingSupplierParty><a:Party><a:PartyName><b:Name>Seller</b:Name></a:PartyName></a:Party></a:AccountingSupplierParty>
  <a:AccountingCustomerParty><a:Party><a:PartyName><b:Name>Buyer</b:Name></a:PartyName></a:Party></a:AccountingCustomerParty>
  <a:LegalMonetaryTotal>
    <b:LineExtensionAmount currencyID="EUR">10</b:LineExtensionAmount>
    <b:TaxExclusiveAmount currencyID="EUR">10</b:TaxExclusiveAmount>
    <b:TaxInclusiveAmount currencyID="EUR">10</b:TaxInclusiveAmount>
    <b:PayableAmount currencyID="EUR">10</b:PayableAmount>
  </a:LegalMonetaryTotal>
</Invoice>"""


def refusal(data):
    with pytest.raises(verdicts.UnreadableDocument) as caught:
        read(data if isinstance(data, bytes) else data.encode())
    return caught.value


def test_the_least_a_document_can_say_is_enough():
    document = read(INVOICE.encode())

    assert document.einvoice.number == "F-1"
    assert document.einvoice.issued_on == date(2026, 1, 31)
    assert document.einvoice.totals.payable == Decimal(10)
    assert document.einvoice.seller.display_name == "Seller"
    assert [warning.code for warning in document.warnings] == ["lines_missing"]


def test_the_root_element_says_which_kind_it_is():
    odd = credit_note(type_code="380")

    document = read(write(odd))

    assert document.einvoice.kind is InvoiceKind.CREDIT_NOTE
    assert document.einvoice.type_code == "380"
    assert "type_code_disagrees" in {warning.code for warning in document.warnings}


def test_a_document_as_we_write_it_has_nothing_odd():
    assert read(write(invoice())).warnings == ()
    assert read(write(credit_note())).warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "params"),
    [
        ("<b:ID> F-1 </b:ID>", "<b:ID> </b:ID>", "number_missing", {}),
        ("F-1", "F" * 101, "number_too_long", {"limit": 100}),
        ("<b:IssueDate>2026-01-31</b:IssueDate>", "", "issue_date_missing", {}),
        ("2026-01-31", "2026-02-31", "issue_date_invalid", {"value": "2026-02-31"}),
        ("2026-01-31", "31/01/2026", "issue_date_invalid", {"value": "31/01/2026"}),
        (">EUR<", ">ABC<", "currency_unknown", {"currency": "ABC"}),
        (
            "<b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>",
            "",
            "currency_unknown",
            {"currency": ""},
        ),
        (
            '<b:PayableAmount currencyID="EUR"',
            '<b:PayableAmount currencyID="USD"',
            "currency_mismatch",
            None,
        ),
        ('EUR">10</b:PayableAmount>', 'EUR">NaN</b:PayableAmount>', "amount_invalid", None),
        ('EUR">10</b:PayableAmount>', 'EUR">1e3</b:PayableAmount>', "amount_invalid", None),
        ('EUR">10</b:PayableAmount>', 'EUR">10,00</b:PayableAmount>', "amount_invalid", None),
        (
            'EUR">10</b:PayableAmount>',
            'EUR">100000000000000</b:PayableAmount>',
            "amount_invalid",
            None,
        ),
        (
            'EUR">10</b:PayableAmount>',
            'EUR"></b:PayableAmount>',
            "amount_missing",
            {"field": "PayableAmount"},
        ),
        ("<b:Name>Seller</b:Name>", "", "seller_missing", {}),
        ("AccountingSupplierParty>", "SellerSupplierParty>", "seller_missing", {}),
        ("<b:Name>Buyer</b:Name>", "<b:Name/>", "buyer_missing", {}),
        ("AccountingCustomerParty>", "BuyerCustomerParty>", "buyer_missing", {}),
    ],
)
def test_what_a_document_must_say_is_asked_for_by_name(old, new, code, params):
    error = refusal(INVOICE.replace(old, new))

    assert error.code == code
    assert params is None or error.params == params


def test_a_date_with_a_time_zone_is_a_date():
    assert read(
        INVOICE.replace("2026-01-31", "2026-01-31+01:00").encode()
    ).einvoice.issued_on == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "document_empty"),
        (b" \n\t ", "document_empty"),
        (b"%PDF-1.7", "not_xml"),
        (b'{"number": 1}', "not_xml"),
        (INVOICE[:400].encode(), "not_xml"),
        (INVOICE.replace("Seller", "S\u00e9ller").encode("latin-1"), "encoding_invalid"),
        (INVOICE.replace("UTF-8", "klingon").encode(), "encoding_invalid"),
        (b"<html/>", "not_an_invoice"),
        (b"<Invoice/>", "not_an_invoice"),
        (
            INVOICE.replace("?>", '?><!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">', 1).encode(),
            "dtd_refused",
        ),
        (
            INVOICE.replace("?>", '?><!DOCTYPE x [<!ENTITY e "x">]>', 1)
            .replace("Seller", "&e;")
            .encode(),
            "dtd_refused",
        ),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>', "dtd_refused"),
        (b"<a>" * 300 + b"</a>" * 300, "document_too_complex"),
        (b"<a>" + b"<b/>" * ubl_xml.MAX_MARKUP + b"</a>", "document_too_complex"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "document_too_complex"),
        (b"x" * (ubl_xml.MAX_BYTES + 1), "document_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_invoice_is_refused_by_a_code(data, code):
    assert refusal(data).code == code


def test_the_billion_laughs_are_refused_before_they_are_told():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>'

    assert (
        refusal(INVOICE.replace("?>", f"?>{bomb}", 1).replace("Seller", "&e11;")).code
        == "dtd_refused"
    )
    assert (
        refusal(INVOICE.replace("?>", f"?>{bomb}", 1).replace('"EUR">10', '"&e11;">10')).code
        == "dtd_refused"
    )


def test_a_document_in_another_encoding_is_read():
    latin = INVOICE.replace("UTF-8", "ISO-8859-1").replace("Seller", "Séller").encode("latin-1")
    utf16 = INVOICE.replace("UTF-8", "UTF-16").replace("Seller", "Séller").encode("utf-16")

    assert read(latin).einvoice.seller.display_name == "Séller"
    assert read(utf16).einvoice.seller.display_name == "Séller"


def test_a_thousand_lines_are_fine():
    document = read(write(invoice(1000)))

    assert len(document.einvoice.lines) == 1000
    assert document.warnings == ()


def test_comments_and_instructions_change_nothing():
    odd = INVOICE.replace("F-1", "<!-- x -->F-1<?pi?>").replace("Seller", "Sel<!-- y -->ler")

    einvoice = read(odd.encode()).einvoice

    assert (einvoice.number, einvoice.seller.display_name) == ("F-1", "Seller")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_to_a_document_is_more_than_a_refusal(data):
    damaged = bytearray(write(invoice(1)))
    for position in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=3)):
        damaged[position] = data.draw(st.sampled_from(b"<>&;/\"'=0-. \x00\xffA"))
    with suppress(verdicts.UnreadableDocument):
        read(bytes(damaged))


def test_numbers_with_every_digit_allowed_are_added_up_and_drawn():
    longest = Decimal("99999999999999.999999999999999999999999")
    line = replace(invoice().lines[0], quantity=longest, net_price=longest, net_amount=longest)
    totals = Totals(*[longest] * 9)

    document = read(write(invoice(lines=(line,), totals=totals)))

    assert document.einvoice.totals.payable == longest
    assert "PEPPOL-EN16931-R120" in {warning.params.get("rule") for warning in document.warnings}
    assert (
        TypstRenderer()
        .render(document.einvoice, xml=b"", language="fr", brand=Brand("Demo"))
        .startswith(b"%PDF-")
    )


class TestEmbeddedPdf:
    def with_attachments(self, *attachments):
        root = etree.fromstring(write(invoice()))
        for description, mime, content in attachments:
            data = write(invoice(), pdf=EmbeddedPdf(b"%PDF-", "a.pdf"))
            reference = next(
                etree.fromstring(data).iterchildren(f"{ubl_xml.CAC}AdditionalDocumentReference")
            )
            next(reference.iterchildren(f"{ubl_xml.CBC}DocumentDescription")).text = description
            binary = next(reference.iter(f"{ubl_xml.CBC}EmbeddedDocumentBinaryObject"))
            binary.set("mimeCode", mime)
            binary.text = content
            root.append(reference)
        return read(etree.tostring(root))

    def test_the_pdf_we_put_in_comes_out(self):
        document = read(write(invoice(), pdf=EmbeddedPdf(PDF, "facture 1.pdf")))

        assert document.embedded_pdf == EmbeddedPdf(PDF, "facture 1.pdf")
        assert document.warnings == ()

    def test_a_document_without_one_has_none(self):
        assert read(write(invoice())).embedded_pdf is None

    @pytest.mark.parametrize(
        "content", ["!!!", "aGVsbG8=", "", "JVBERi0xLjc"], ids=["no base64", "no PDF", "", "cut"]
    )
    def test_one_that_is_none_is_passed_over_with_a_warning(self, content):
        document = self.with_attachments(("invoice", "application/pdf", content))

        assert document.embedded_pdf is None
        assert [warning.code for warning in document.warnings] == ["embedded_pdf_unreadable"]

    def test_the_one_that_says_it_is_the_invoice_wins(self):
        sheets, picture = "JVBERi0xLjc=", "JVBERi0xLjg="

        document = self.with_attachments(
            ("Time sheets", "application/pdf", sheets),
            ("Commercial invoice", "application/pdf", picture),
        )

        assert document.embedded_pdf.data == b"%PDF-1.8"

    def test_of_several_that_say_nothing_none_is_taken(self):
        document = self.with_attachments(
            ("one", "application/pdf", "JVBERi0xLjc="), ("two", "application/pdf", "JVBERi0=")
        )

        assert document.embedded_pdf is None
        assert [warning.code for warning in document.warnings] == ["embedded_pdf_ambiguous"]

    def test_other_attachments_are_left_alone(self):
        document = self.with_attachments(("invoice", "text/csv", "JVBERi0="))

        assert (document.embedded_pdf, document.warnings) == (None, ())

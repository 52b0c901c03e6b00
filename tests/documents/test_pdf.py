"""The readable copy of a document: what it says, what it carries, and that it never changes."""

import hashlib
import io
import re
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.documents.epc import epc_qr_svg
from app.documents.pdf import TypstRenderer, labels, renderer
from app.documents.pdf.formats import Formats
from app.documents.pdf.glyphs import printable
from app.documents.ubl_writer import write
from app.domain.einvoice import (
    AllowanceCharge,
    Contact,
    DocumentReference,
    PaymentMeans,
    PostalAddress,
    TaxCategory,
    TaxSubtotal,
    Totals,
)
from app.domain.ports import Brand, RenderingFailed
from tests.documents.pdf_conformance import attachments, problems, structure_types
from tests.documents.samples import BUYER, SELLER, TRANSFER, credit_note, einvoices, invoice

BRAND = Brand(issuer_name="Titres Demo SA", footer={"fr": "Document fictif."})
RENDERER = TypstRenderer()
DEBIT = PaymentMeans(code="59", mandate_reference="M-2026-0042")


def render(einvoice, language="fr", brand=BRAND, xml=None):
    return RENDERER.render(einvoice, xml=xml or write(einvoice), language=language, brand=brand)


def words(pdf):
    """The text of all pages with every kind of space made one."""
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text.replace("\u200b", ""))


def codes(pdf):
    document = pypdfium2.PdfDocument(pdf)
    found = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    ]
    document.close()
    return found


def png(width=40, height=20):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#0b5fff").save(out, "PNG")
    return out.getvalue()


def test_the_page_says_what_the_document_says():
    einvoice = invoice()

    text = words(render(einvoice))

    for expected in (
        "2026-001234",
        "22/11/2026",
        "22/12/2026",
        "Titres Demo SA",
        "BE 0999.000.228",
        "Boulangerie Łukasz Œuvrard & Fils SRL",
        "BE-4000 Liège",
        "PO-4711",
        "C-10021",
        "Frais de service & <cartes>",
        "Valeur faciale (art. 44)",
        Formats("fr", currency="EUR")
        .money(einvoice.totals.payable)
        .replace("\u202f", " ")
        .replace("\xa0", " "),
        "BE68 5390 0754 7034",
        "GKCCBEBB",
        "+++202/6001/23464+++",
        "Payable à l'échéance.",
        "Document fictif.",
        "Page 1 sur 1",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ["Facture", "Échéance", "DÉTAIL DE LA TVA", "Communication structurée"]),
        ("nl", ["Factuur", "Vervaldatum", "BTW-UITSPLITSING", "Gestructureerde mededeling"]),
        ("de", ["Rechnung", "Fällig am", "MWST.-AUFSTELLUNG", "Strukturierte Mitteilung"]),
        ("en", ["Invoice", "Due date", "VAT BREAKDOWN", "Structured communication"]),
        ("xx", ["Invoice", "Due date"]),
    ],
)
def test_a_page_is_in_the_language_it_is_asked_for(language, expected):
    text = words(render(invoice(), language))

    assert [each for each in expected if each not in text] == []


def test_every_label_is_there_in_every_language():
    assert all(len(row) == len(labels.LANGUAGES) and all(row) for row in labels._WORDS.values())
    for name in ("collected_on", "page", "logo_alt"):
        placeholders = {tuple(sorted(re.findall(r"{\w+}", each))) for each in labels._WORDS[name]}
        assert len(placeholders) == 1


def test_our_own_words_are_all_in_the_font():
    for language in labels.LANGUAGES:
        for word in labels.labels(language).values():
            assert printable(word).replace("\u200b", "") == " ".join(word.split())


@pytest.mark.parametrize(
    "einvoice",
    [
        invoice(),
        credit_note(),
        invoice(payment_means=(DEBIT,)),
        invoice(120),
        invoice(0, tax_subtotals=()),
    ],
    ids=["invoice", "credit note", "direct debit", "many lines", "no lines"],
)
@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_a_page_is_built_to_be_archived_and_accessible(einvoice, language):
    assert problems(render(einvoice, language, replace(BRAND, logo_png=png()))) == []


def test_a_screen_reader_finds_headings_and_tables():
    types = structure_types(render(invoice()))

    assert types.count("/H1") == 1
    assert types.count("/Table") == 2
    assert {"/H2", "/THead", "/TH", "/TR", "/TD", "/Figure"} <= set(types)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_the_attached_xml_is_the_original_to_the_byte(encoding):
    xml = (
        write(invoice())
        .decode()
        .replace("UTF-8", encoding, 1)
        .replace("Łukasz Œuvrard", "Lukas")
        .replace("\n", "\r\n")
    )
    data = xml.encode(encoding)

    ((name, (attached, relationship)),) = attachments(render(invoice(), xml=data)).items()

    assert (name, attached, relationship) == ("2026-001234.xml", data, "/Source")


@pytest.mark.parametrize(
    ("number", "name"),
    [("F/2026 17", "F-2026-17.xml"), ("../..", "document.xml"), ("é", "document.xml")],
)
def test_the_attachment_has_a_harmless_name(number, name):
    assert list(attachments(render(invoice(number=number)))) == [name]


def test_the_same_document_is_the_same_bytes_in_any_process():
    script = """
import hashlib
from tests.documents.test_pdf import invoice, render
print(hashlib.sha256(render(invoice())).hexdigest())
"""
    first = render(invoice())
    render(credit_note(), "de")

    elsewhere = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=100
    )

    assert render(invoice()) == first
    assert (
        TypstRenderer().render(invoice(), xml=write(invoice()), language="fr", brand=BRAND) == first
    )
    assert elsewhere.stdout.strip() == hashlib.sha256(first).hexdigest()


def test_threads_get_their_own_document():
    results = {}

    def work(number):
        results[number] = words(render(invoice(number=number)))

    threads = [threading.Thread(target=work, args=(f"T-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 6
    assert all(number in text for number, text in results.items())


class TestPayment:
    def test_the_code_on_the_page_pays_the_invoice(self):
        (code,) = codes(render(invoice()))

        assert code.splitlines() == [
            "BCD",
            "002",
            "1",
            "SCT",
            "",
            "Titres Demo SA",
            "BE68539007547034",
            f"EUR{invoice().totals.payable.normalize():f}",
            "",
            "",
            "+++202/6001/23464+++",
        ]

    def test_half_a_cent_is_paid_as_a_whole_one(self):
        def code_for(payable):
            return epc_qr_svg(invoice(totals=replace(invoice().totals, payable=Decimal(payable))))

        assert code_for("10.125") == code_for("10.13")

    def test_a_payment_reference_that_is_missing_is_the_number(self):
        (code,) = codes(render(invoice(payment_means=(replace(TRANSFER, payment_id=""),))))

        assert code.splitlines()[-1] == "2026-001234"

    @pytest.mark.parametrize(
        "einvoice",
        [
            credit_note(),
            invoice(payment_means=(DEBIT,)),
            invoice(payment_means=(DEBIT, TRANSFER)),
            invoice(payment_means=()),
            invoice(currency="USD"),
            invoice(totals=Totals(*[Decimal(0)] * 4)),
            invoice(totals=Totals(*[Decimal(-5)] * 4)),
            invoice(totals=Totals(*[Decimal(10) ** 10] * 4)),
            invoice(payment_means=(replace(TRANSFER, iban="BE68539007547035"),)),
            invoice(payment_means=(replace(TRANSFER, iban="1234-5678"),)),
        ],
        ids=[
            "credit",
            "debit",
            "both",
            "none",
            "dollar",
            "zero",
            "negative",
            "huge",
            "wrong iban",
            "no iban",
        ],
    )
    def test_there_is_no_code_where_no_euro_transfer_is_asked_for(self, einvoice):
        assert codes(render(einvoice)) == []

    def test_the_beneficiary_is_who_holds_the_account(self):
        factor = replace(SELLER, name="Factor SA", trading_name="")

        assert codes(render(invoice(payee=factor)))[0].splitlines()[5] == "Factor SA"
        held = invoice(
            payee=factor, payment_means=(replace(TRANSFER, account_name="Titres Recettes"),)
        )
        assert codes(render(held))[0].splitlines()[5] == "Titres Recettes"

    def test_a_direct_debit_says_not_to_pay(self):
        text = words(
            render(invoice(payment_means=(DEBIT, TRANSFER), creditor_id="BE69ZZZ0999000228"))
        )

        assert "Ne payez pas vous-même" in text
        assert "à partir du 22/12/2026" in text
        assert "M-2026-0042" in text
        assert "BE68 5390" not in text


def test_a_credit_note_names_the_invoices_it_corrects():
    several = (DocumentReference("F-1", date(2026, 1, 2)), DocumentReference("F-2"))

    text = words(render(credit_note(preceding=several)))

    assert "Note de crédit" in text
    assert "Corrige la facture F-1 (02/01/2026)" in text
    assert "Corrige la facture F-2" in text


def test_many_lines_repeat_the_header_and_number_the_pages():
    pages = pypdf.PdfReader(io.BytesIO(render(invoice(1000)))).pages

    assert len(pages) > 20
    for index, page in enumerate(pages[:-1]):
        text = page.extract_text()
        assert "Prix unitaire" in text
        assert f"Page {index + 1} sur {len(pages)}" in text


def test_sums_that_are_wrong_are_printed_as_received():
    wrong = Totals(
        Decimal("160.01"),
        Decimal("150.00"),
        Decimal("999.99"),
        Decimal("949.99"),
        tax=Decimal("31.50"),
        allowances=Decimal("10.01"),
        prepaid=Decimal(50),
    )
    discount = AllowanceCharge(is_charge=False, amount=Decimal("10.01"), reason="Loyalty discount")

    text = words(render(invoice(totals=wrong, allowances_charges=(discount,)), "en"))

    for expected in (
        "160,01",
        "Loyalty discount -10,01",
        "150,00",
        "31,50",
        "999,99",
        "-50,00",
        "Amount to pay 949,99",
    ):
        assert expected in text


def test_other_currencies_and_vat_in_euro_are_shown():
    foreign = invoice(currency="JPY", tax_currency="EUR", tax_in_tax_currency=Decimal("12.34"))

    text = words(render(foreign, "en"))

    assert "JP¥" in text
    assert "VAT in EUR 12,34 €" in text


def test_a_reverse_charge_is_named_even_when_the_seller_gave_no_reason():
    subtotal = TaxSubtotal(Decimal(100), Decimal(0), TaxCategory("AE", Decimal(0)))

    assert "Autoliquidation" in words(render(invoice(tax_subtotals=(subtotal,))))


@pytest.mark.parametrize(
    "text",
    [
        '#eval("1+1")',
        "$x^2$ *bold* _it_ `code`",
        '#read("/etc/passwd")',
        "] #panic() [",
        "= Heading",
        "\\u{1F600}",
        "<label> @ref https://example.org",
        "// comment /* x */",
        "{{ 7*7 }} {page} {pages}",
        '"); while true {}',
    ],
)
def test_what_looks_like_markup_is_printed_literally(text):
    injected = invoice(number="N " + text, notes=(text,), buyer=replace(BUYER, name=text))

    printed = words(render(injected)).replace(" ", "")
    assert printed.count(text.replace(" ", "")) == 3


def test_characters_the_font_lacks_do_not_cost_the_document():
    odd = "漢字 العربية 🍞 \u202egnp \ufb01 \u0301 \U0010ffff"

    text = words(render(invoice(buyer=replace(BUYER, name=f"Chez {odd}"), notes=(odd,))))

    assert "Chez □□" in text
    assert "fi" in text
    assert "\u202e" not in text


def test_a_text_without_end_is_cut_on_the_page_and_whole_in_the_attachment():
    endless = invoice(
        notes=("word " * 1_000_000, "line\n" * 100_000), payment_terms="x" * 1_000_000
    )

    pdf = render(endless)

    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) < 10
    assert next(iter(attachments(pdf).values()))[0] == write(endless)


def test_long_words_stay_on_the_page():
    wide = "W" * 300
    long = invoice(
        number="W" * 100,
        buyer=party_full_of(wide),
        lines=(replace(invoice().lines[0], name=wide, description=wide, unit="W" * 40),),
        buyer_reference=wide,
        notes=(wide,),
    )

    page = pypdfium2.PdfDocument(render(long))[0]
    picture = page.render(scale=1).to_pil().convert("L")
    margin = picture.crop((picture.width - 25, 0, picture.width, picture.height))

    assert margin.getextrema() == (255, 255)


def party_full_of(text):
    return replace(
        SELLER,
        name=text,
        trading_name=text,
        address=PostalAddress(
            street=text, extra_line=text, city=text, postal_code=text, country="BE"
        ),
        contact=Contact(*[text] * 3),
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(einvoices(), st.sampled_from(labels.LANGUAGES))
def test_any_document_can_be_drawn(einvoice, language):
    assert render(einvoice, language).startswith(b"%PDF-")


@pytest.mark.parametrize("issued_on", [date(1, 1, 1), date(1969, 12, 31), date(9999, 12, 31)])
def test_a_date_far_away_is_no_obstacle(issued_on):
    assert render(invoice(issued_on=issued_on)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "brand",
    [
        replace(BRAND, colour="red"),
        replace(BRAND, logo_png=b"GIF89a"),
        replace(BRAND, logo_png=png()[:20]),
    ],
)
def test_a_brand_that_cannot_be_drawn_is_a_clear_error(brand):
    with pytest.raises(RenderingFailed):
        render(invoice(), brand=brand)


def test_a_logo_of_any_shape_fits():
    for size in ((10, 400), (900, 20)):
        assert problems(render(invoice(), brand=replace(BRAND, logo_png=png(*size)))) == []


def test_templates_take_nothing_from_outside():
    for template in Path(renderer.__file__).parent.glob("templates/*.typ"):
        code = re.sub(r"//.*", "", template.read_text())
        assert not re.search(r"@\w+/|#import|#include|\bread\(|\beval\(|\bplugin\(", code)

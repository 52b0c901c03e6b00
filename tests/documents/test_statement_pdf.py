"""The statement of account as PDF: what it says, in which language, and that it fits and never changes."""

import hashlib
import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest

from app.documents.pdf.formats import Formats
from app.documents.pdf.glyphs import printable
from app.documents.pdf.labels import LANGUAGES
from app.documents.pdf.statement import statement_pdf
from app.documents.statement_words import statement_words
from app.domain.ports import Brand, RenderingFailed
from app.domain.statement import Account, Movement, MovementKind
from tests.documents.pdf_conformance import problems, structure_types
from tests.documents.statements import COMPANY, FIRST, account, movements, statement
from tests.documents.test_pdf import png

BRAND = Brand(issuer_name="Titres Demo SA", footer={"fr": "Document fictif."})
NO_ATTACHMENT = ["associates its attachment"]
"""An invoice carries its XML; a statement is made of rows and carries nothing."""


def render(of=None, language="fr", **options):
    return statement_pdf(of or statement(), language=language, brand=BRAND, **options)


def pages(pdf):
    found = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [re.sub(r"\s+", " ", page.extract_text().replace("\u200b", "")) for page in found]


def test_it_says_whose_account_it_is_and_what_happened():
    (text,) = pages(render())

    for expected in (
        "Relevé de compte", "Du 01/01/2026 au 30/11/2026", "Titres Demo SA", "BE 0999.000.228",
        "Boulangerie Łukasz Œuvrard & Fils SRL", "BE-4000 Liège", "BE 0417.497.106", "C-10021",
        "Solde initial 1 500,00", "Facture F-2026-00000", "PO-4711", "31/01/2026", "123,45",
        "Paiement reçu", "+++202/6001/23464+++", "Note de crédit F-2026-00003", "Solde final",
        "31 à 60 jours de retard 5,00", "Crédit à utiliser -3,00", "Paiements non imputés -2,00",
        "Document fictif.", "Page 1 sur 1",
    ):  # fmt: skip
        assert expected in text


@pytest.mark.parametrize("language", [*LANGUAGES, "xx"])
def test_it_is_in_the_language_it_is_asked_for(language):
    words, (text,) = statement_words(language), pages(render(language=language))

    for name in ("statement", "due_date", "debit", "opening", "closing", "PAYMENT", "LATE_31_60"):
        assert words[name] in text


def test_our_own_words_are_all_in_the_font():
    for language in LANGUAGES:
        for word in statement_words(language).values():
            assert printable(word).replace("\u200b", "") == " ".join(word.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [0, 8, 120])
def test_it_is_built_to_be_archived_and_accessible(language, count):
    of = statement(account(movements(count)), account(movements(3), "USD"))
    pdf = statement_pdf(of, language=language, brand=replace(BRAND, logo_png=png()))

    assert problems(pdf) == NO_ATTACHMENT


def test_a_screen_reader_finds_headings_and_tables():
    types = structure_types(render())

    assert types.count("/H1") == 1
    assert types.count("/Table") == 2
    assert {"/H2", "/THead", "/TH", "/TR", "/TD"} <= set(types)


def test_the_same_statement_is_the_same_bytes_in_any_process():
    script = """
import hashlib
from tests.documents.test_statement_pdf import render
print(hashlib.sha256(render()).hexdigest())
"""
    elsewhere = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=100
    )

    assert render() == render()
    assert elsewhere.stdout.strip() == hashlib.sha256(render()).hexdigest()


def test_every_page_repeats_whose_it_is_and_the_headings():
    found = pages(render(statement(account(movements(150)))))

    assert len(found) > 3
    for number, text in enumerate(found, 1):
        assert f"Page {number} sur {len(found)}" in text
        assert "Boulangerie Łukasz" in text
    assert all("Échéance Débit Crédit Solde" in text for text in found[:-1])


def test_more_lines_than_it_prints_are_counted_and_summed():
    lines = movements(30)
    last = " ".join(pages(render(statement(account(lines)), "en", most_lines=20)))
    rest = sum(one.debit_cents or 0 for one in lines[20:])

    assert "10 more lines: see the statement as CSV" in last
    assert Formats("en", currency="EUR").amount(rest) in last
    assert "F-2026-00019" in last
    assert "F-2026-00020" not in last


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_and_large_amounts_stay_on_the_page(language):
    wide = "W" * 200
    big = tuple(
        Movement(FIRST, kind, cents, number=wide, reference=wide, due_on=FIRST)
        for kind, cents in (
            (MovementKind.INVOICE, 2**62),
            (MovementKind.CREDIT_NOTE, -(2**62) - 7),
        )
    )
    of = statement(account(big, opening=-(2**61)), company=replace(COMPANY, name=wide))
    document = pypdfium2.PdfDocument(render(of, language))
    for page in document:
        picture = page.render(scale=1).to_pil().convert("L")
        margin = picture.crop((picture.width - 25, 0, picture.width, picture.height))
        assert margin.getextrema() == (255, 255)


def test_a_big_statement_gives_its_memory_back():
    def resident_kb():
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    try:
        resident_kb()
    except OSError:
        pytest.skip("this machine does not say how much memory a process has")
    render(statement(account(movements(400))))
    before = resident_kb()
    for times in range(2, 6):
        render(statement(account(movements(400, times=times))))

    assert resident_kb() < before + 30_000


def test_a_brand_that_cannot_be_drawn_is_a_clear_error():
    with pytest.raises(RenderingFailed):
        statement_pdf(statement(), language="fr", brand=replace(BRAND, colour="red"))


def test_an_account_of_nothing_can_be_drawn():
    assert "Solde final" in pages(render(statement(Account("EUR"))))[0]

"""The statement of account as CSV: what a spreadsheet opens, however long it is."""

import csv
import io
import tracemalloc
from datetime import date

import pytest

from app.documents.pdf.labels import LANGUAGES
from app.documents.statement_csv import statement_csv
from app.documents.statement_words import _WORDS, statement_filename
from app.domain.einvoice import Party
from app.domain.statement import Account, Movement, MovementKind
from tests.documents.statements import FIRST, account, movements, statement


def rows_of(data):
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def rows(*accounts, language="en"):
    return rows_of(b"".join(statement_csv(statement(*accounts), language)))


def test_lines_stand_between_two_balances_and_what_is_open_below():
    found = rows(account(movements(2)))

    assert found[1:] == [
        ["EUR", "01/01/2026", "Opening balance", "", "", "", "", "", "1500,00"],
        ["EUR", "01/01/2026", "Invoice", "F-2026-00000", "PO-4711", "31/01/2026", "123,45", "",
         "1623,45"],
        ["EUR", "01/01/2026", "Payment received", "", "202/6001/23464", "", "", "61,73", "1561,72"],
        ["EUR", "30/11/2026", "Closing balance", "", "", "", "", "", "1561,72"],
        ["EUR", "30/11/2026", "Not due", "", "", "", "", "", "1561,72"],
        ["EUR", "30/11/2026", "1 to 30 days late", "", "", "", "", "", "0,00"],
        ["EUR", "30/11/2026", "31 to 60 days late", "", "", "", "", "", "5,00"],
        ["EUR", "30/11/2026", "Over 60 days late", "", "", "", "", "", "0,00"],
        ["EUR", "30/11/2026", "Credit to use", "", "", "", "", "", "-3,00"],
        ["EUR", "30/11/2026", "Payments not allocated yet", "", "", "", "", "", "-2,00"],
    ]  # fmt: skip


def test_currencies_follow_each_other_each_with_its_decimals():
    found = rows(account(movements(1)), account(movements(1), "JPY"))

    assert [row[0] for row in found[1:]] == ["EUR"] * 9 + ["JPY"] * 9
    assert found[-9][-1] == "150000"


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_in_the_language_that_is_asked_for(language):
    column = LANGUAGES.index(language)

    assert rows(language=language)[0][6:] == [
        _WORDS[name][column] for name in ("debit", "credit", "balance")
    ]


def test_every_word_is_there_in_every_language():
    assert all(len(row) == len(LANGUAGES) and all(row) for row in _WORDS.values())


def test_a_text_never_becomes_a_formula():
    bad = Movement(FIRST, MovementKind.INVOICE, 100, number="=1+1", reference="@SUM(A1)")

    assert rows(Account("EUR", movements=(bad,), count=1))[2][3:5] == ["'=1+1", "'@SUM(A1)"]


def test_a_statement_of_any_length_takes_the_memory_of_a_short_one():
    class Endless:
        def __iter__(self):
            return (Movement(date(2026, 2, 1), MovementKind.INVOICE, 1) for _ in range(50_000))

    pieces = statement_csv(statement(Account("EUR", movements=Endless(), count=50_000)), "fr")
    tracemalloc.start()
    size = sum(len(piece) for piece in pieces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert size > 1_900_000
    assert peak < 1_000_000


def test_the_name_of_the_file_says_whose_and_of_when():
    named = statement(company=Party(name="A/B: ünïon"))

    assert (
        statement_filename(named, language="de") == "A-B- ünïon Kontoauszug 2026-01-01 2026-11-30"
    )
    assert len(statement_filename(statement(company=Party(name="x" * 500)), language="fr")) < 120

"""Tables for spreadsheets: whatever a text holds, it is read back as that text, and never becomes a formula."""

import io
from datetime import date
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.documents import sheets
from app.documents.sheets import csv_pieces, write_xlsx
from app.domain.cells import LONGEST_TEXT, Money, communication, csv_text, fitting, plain
from tests.sheets import rows_of_csv, sheets_of

HEADINGS = ("Number", "Day", "Amount")
FORMULA_STARTS = "=+-@\t\r＝＋－＠"  # noqa: RUF001 - the wide forms
UNSEEN = "\x00\x01\x1b\x7f\u0085\u00ad\u200b\u200e\u202e\u2060\ufeff\u0301"
NASTY = st.text(
    st.sampled_from(UNSEEN + FORMULA_STARTS + "\n\v\f\u2028\u2029\xa0 ;,\"'|/\\0Aaé漢"), max_size=40
)
ANYTHING = (
    NASTY
    | st.text(st.characters(exclude_categories=()))
    | st.builds(str.__add__, st.sampled_from(FORMULA_STARTS), st.text())
)
DAYS = st.none() | st.dates()
AMOUNTS = st.builds(
    Money, st.integers(-(2**63), 2**63 - 1), st.sampled_from(["EUR", "JPY", "KWD", "???"])
)


def as_csv(rows):
    return b"".join(csv_pieces(HEADINGS, rows))


def as_xlsx(rows, headings=HEADINGS):
    target = io.BytesIO()
    write_xlsx(target, headings, rows, title="Invoices")
    return target.getvalue()


@given(ANYTHING, DAYS, AMOUNTS)
@example("=cmd|' /C calc'!A0", None, Money(1, "EUR"))
@example("\u200b=1+1", None, Money(1, "EUR"))
@example("\ud800=1", date(1, 1, 1), Money(-1, "KWD"))
@example('a;"b"\r\nc', date(1899, 12, 31), Money(0, "???"))
def test_csv_reads_back_and_holds_no_formula(text, day, amount):
    rows = rows_of_csv(as_csv([(text, day, amount)]))

    assert rows[0] == list(HEADINGS)
    assert len(rows) == 2
    written, day_text, amount_text = rows[1]
    assert written in {plain(text), f"'{plain(text)}"}
    assert not written.lstrip("\u200b\ufeff").startswith(tuple(FORMULA_STARTS))
    assert day_text == ("" if day is None else f"{day.day:02}/{day.month:02}/{day.year:04}")
    assert int(amount_text.replace(",", "")) == amount.cents


@given(ANYTHING)
@example("\ufeff@SUM(A1)")
@example("\u0301=1")
def test_no_text_begins_a_formula_even_for_a_reader_who_skips_what_is_not_seen(text):
    cell = csv_text(text)

    seen = "".join(sign for sign in cell if sign not in UNSEEN and not sign.isspace())
    assert not seen.startswith(tuple(FORMULA_STARTS))
    assert not csv_text(communication(text)).startswith(tuple(FORMULA_STARTS))
    assert len(cell.splitlines()) <= 1
    cell.encode()


def test_a_structured_communication_is_no_number_and_no_sum():
    assert communication("+++100/1260/05155+++") == "100/1260/05155"
    assert communication("100126005155") == "100/1260/05155"
    assert communication(None) == ""


@given(ANYTHING, DAYS, AMOUNTS)
@settings(max_examples=60, deadline=None)
@example("<r><t>bold</t></r>", None, Money(1, "EUR"))
@example("_x0041_", date(1900, 1, 1), Money(1, "EUR"))
@example("=1+1", date(1899, 12, 31), Money(-123456, "EUR"))
@example("https://example.com", None, Money(2**63 - 1, "EUR"))
@example("\ufeff\ufffe\x00\x0b", date(2026, 11, 22), Money(1, "JPY"))
def test_xlsx_reads_back_and_holds_no_formula(text, day, amount):
    [[headings, row]] = sheets_of(as_xlsx([(text, day, amount)]))

    assert headings == list(HEADINGS)
    assert row[0].strip() == fitting(plain(text)).strip()
    if day is not None and day > date(1900, 3, 1):
        assert row[1] == day
    if abs(amount.cents) < 10**15:
        assert row[-1] == amount.cents / 10**amount.places
    else:
        assert int(row[-1].replace(",", "")) == amount.cents


@given(st.integers(LONGEST_TEXT - 3, LONGEST_TEXT + 3), st.sampled_from(["a", "é", "😀"]))
@settings(max_examples=30, deadline=None)
def test_a_text_that_is_too_long_for_a_cell_is_cut_where_one_sees_it(length, sign):
    [[_, row]] = sheets_of(as_xlsx([(sign * length, None, None)]))

    assert len(row[0].encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert row[0] == sign * length or (row[0].endswith("…") and row[0][:100] == sign * 100)
    assert rows_of_csv(as_csv([(sign * length, None, None)]))[1][0] == sign * length


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    pages = sheets_of(as_xlsx([(str(n), None, None) for n in range(7)]))

    assert [len(page) for page in pages] == [4, 4, 2]
    assert [row[0] for page in pages for row in page[1:]] == [str(n) for n in range(7)]
    assert all(page[0] == list(HEADINGS) for page in pages)


def test_excel_takes_no_more_rows_than_we_give_a_sheet():
    assert sheets.MOST_ROWS + 1 == 2**20


def test_an_empty_table_has_its_headings():
    assert rows_of_csv(as_csv([])) == [list(HEADINGS)]
    assert sheets_of(as_xlsx([])) == [[list(HEADINGS)]]


def test_rows_are_asked_for_while_they_are_sent():
    asked = count()
    rows = ((f"{next(asked):0100}", None, None) for _ in range(10**9))
    pieces = csv_pieces(HEADINGS, rows)
    for _ in range(3):
        assert len(next(pieces)) < 20_000

    assert next(asked) < 1_000


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_amounts_have_the_decimals_of_their_currency(currency):
    [text] = rows_of_csv(as_csv([(Money(1234567, currency),)]))[1]

    assert text == {"EUR": "12345,67", "JPY": "1234567", "KWD": "1234,567"}[currency]

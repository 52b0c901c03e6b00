"""Cells of a CSV: whatever a text holds, a spreadsheet shows it and runs nothing."""

import csv
import io
import unicodedata
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.documents.csv_text import (
    BYTE_ORDER_MARK,
    amount_cell,
    communication_cell,
    csv_pieces,
    day_cell,
    text_cell,
)

UNSEEN = "\x00\x01\x1b\x7f\u0085\u00ad\u200b\u200e\u202e\u2060\ufeff\ud800"
NASTY = st.text(
    st.sampled_from(UNSEEN + "=+-@＝＋－＠\t\r\n\v\f\u2028\u2029\xa0 ;,\"'|/\\0Aaé漢")  # noqa: RUF001
    | st.characters(),
    max_size=40,
)
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n")  # noqa: RUF001


def opened(data):
    """The cells, as a reader of CSV sees them."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


@given(NASTY)
@example("\x00=1+1")
@example("\ufeff@SUM(A1)")
@example("\u200b-1+1")
@example("＝1+1")  # noqa: RUF001
@example("\u0301=1")
def test_no_text_begins_a_formula_even_for_a_reader_who_skips_what_is_not_seen(text):
    cell = text_cell(text)

    seen = "".join(sign for sign in cell if sign not in UNSEEN and not sign.isspace())
    assert not cell.startswith(FORMULA_STARTS)
    assert not seen.startswith(FORMULA_STARTS)
    assert not communication_cell(text).startswith(FORMULA_STARTS)


@given(NASTY)
def test_a_cell_is_one_line_without_control_characters(text):
    cell = text_cell(text)

    assert len(cell.splitlines()) <= 1
    assert not any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in cell)
    cell.encode()


@given(NASTY)
def test_what_can_be_read_of_a_text_stays(text):
    kept = [
        sign for sign in text
        if not sign.isspace() and unicodedata.category(sign) not in {"Cc", "Cs"}
    ]  # fmt: skip
    cell = text_cell(text)

    assert [sign for sign in cell if not sign.isspace()] in (kept, ["'", *kept])


@given(st.lists(st.lists(NASTY.map(text_cell), min_size=2, max_size=4), max_size=8))
def test_rows_come_back_as_they_were_whatever_separators_they_hold(rows):
    data = b"".join(csv_pieces(rows))

    assert data.startswith(BYTE_ORDER_MARK)
    assert opened(data) == rows


def test_pieces_hold_a_few_hundred_rows_each():
    pieces = list(
        csv_pieces(
            ([str(number)] for number in range(1_234)),
        )
    )

    assert len(pieces) > 3
    assert [row[0] for row in opened(b"".join(pieces))] == [str(n) for n in range(1_234)]


@given(st.integers(-(2**63), 2**63), st.sampled_from(["EUR", "JPY", "BHD", "CLF", "???"]))
def test_an_amount_comes_back_as_its_cents(cents, currency):
    cell = amount_cell(cents, currency)

    assert int(cell.replace(",", "")) == cents
    assert len(cell.partition(",")[2]) == {"JPY": 0, "BHD": 3, "CLF": 4}.get(currency, 2)


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (date(2026, 2, 3), "03/02/2026"), (date(26, 2, 3), "03/02/0026")],
)
def test_a_day_has_four_figures_of_its_year(value, cell):
    assert day_cell(value) == cell


def test_a_structured_communication_is_no_number_and_no_sum():
    assert communication_cell("100126005155") == "100/1260/05155"
    assert communication_cell(None) == ""

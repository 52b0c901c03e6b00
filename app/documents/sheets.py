"""Rows as a CSV file, streamed, and as an Excel file, written to disk row by row."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO

from xlsxwriter import Workbook

from app.domain.cells import Cell, Money, csv_text, fitting, plain

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MOST_ROWS = 1_048_575
"""Rows of one sheet of Excel below its headings; more go on in a further sheet."""
_FIRST_YEAR = 1900
_PIECE = 16 * 1024
_EXACT_CENTS = 10**15
"""Excel's numbers have 15 digits: a longer amount is written as a text, which loses nothing."""
_LONGEST_TITLE = 25
_WIDTH = 18


def csv_pieces(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The table that a Belgian Excel opens by a double click, in pieces; rows are asked for as they are sent.

    Semicolons, decimal commas, days first and a byte-order mark are what it expects with French, Dutch or German
    settings.
    """
    line = _Line()
    writer = csv.writer(line, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    yield BYTE_ORDER_MARK + line.encoded()
    for row in rows:
        writer.writerow([csv_text(cell) for cell in row])
        if line.length >= _PIECE:
            yield line.encoded()
    yield line.encoded()


def write_xlsx(
    target: IO[bytes],
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    title: str,
) -> None:
    """The table as an Excel file: days and amounts as such, texts as texts whatever they begin with.

    One row is in memory at a time; until the end the rows are in a temporary file beside `target`.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(target, options) as book:
        sheets = _Sheets(book, headings, title=title)
        for row in rows:
            sheets.write(row)


class _Line:
    """What the CSV writer has written since it was last asked; `length` in characters."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self.length = 0

    def write(self, text: str) -> None:
        self._texts.append(text)
        self.length += len(text)

    def encoded(self) -> bytes:
        text = "".join(self._texts)
        self._texts.clear()
        self.length = 0
        return text.encode()


class _Sheets:
    def __init__(self, book: Workbook, headings: Sequence[str], *, title: str) -> None:
        self._book, self._headings, self._title = book, headings, title[:_LONGEST_TITLE]
        self._heading = book.add_format({"bold": True, "bottom": 1})
        self._day = book.add_format({"num_format": "dd/mm/yyyy"})
        self._amounts = {
            places: book.add_format({"num_format": f"#,##0.{'0' * places}".rstrip(".")})
            for places in range(5)
        }
        self._number = 0
        self._begin()

    def write(self, row: Sequence[Cell]) -> None:
        if self._line == MOST_ROWS:
            self._begin()
        self._line += 1
        for column, cell in enumerate(row):
            self._write_cell(column, cell)

    def _begin(self) -> None:
        self._number += 1
        name = self._title if self._number == 1 else f"{self._title} {self._number}"
        self._sheet, self._line = self._book.add_worksheet(name), 0
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._headings) - 1, _WIDTH)
        for column, text in enumerate(self._headings):
            self._sheet.write_string(0, column, text, self._heading)

    def _write_cell(self, column: int, cell: Cell) -> None:
        if isinstance(cell, Money) and abs(cell.cents) < _EXACT_CENTS:
            style = self._amounts[cell.places]
            self._sheet.write_number(self._line, column, cell.number, style)
        elif isinstance(cell, date) and cell.year >= _FIRST_YEAR:
            instant = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a cell has no zone
            self._sheet.write_datetime(self._line, column, instant, self._day)
        elif cell is not None:
            text = plain(cell) if isinstance(cell, str) else csv_text(cell)
            self._sheet.write_string(self._line, column, _as_text(text))


def _as_text(text: str) -> str:
    """XlsxWriter takes a text in `<r>` for markup of its own, and writes it as it is: a space before it ends that."""
    return fitting(f" {text}" if text.startswith("<r>") else text)

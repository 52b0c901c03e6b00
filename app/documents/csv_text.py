"""Tables that a Belgian spreadsheet opens by a double click: what stands in a cell, and rows as bytes."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Final

from app.domain.identifiers import display_structured_communication
from app.domain.money import exponent, from_cents, is_currency

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_FORMULA_STARTS: Final = frozenset("=+-@＝＋－＠")  # noqa: RUF001 - spreadsheets take the wide ones, too
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me", "Zs"})
_ROWS_AT_ONCE: Final = 500


def csv_pieces(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The rows of cells as a file, piece by piece; no more than one piece is held.

    Semicolons, CRLF and a byte-order mark are what a Belgian Excel expects with French, Dutch or
    German settings.
    """
    yield BYTE_ORDER_MARK
    remaining = iter(rows)
    while piece := list(islice(remaining, _ROWS_AT_ONCE)):
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(piece)
        yield text.getvalue().encode()


def text_cell(value: str | None) -> str:
    """One line of a text from outside; one that would begin a formula gets an apostrophe.

    Source: OWASP, CSV injection. Control characters are left out: a reader may skip them, and what
    follows would then come first.
    """
    text = " ".join(_without_controls(value or "").split())
    seen = next((sign for sign in text if unicodedata.category(sign) not in _UNSEEN), "")
    return f"'{text}" if seen in _FORMULA_STARTS else text


def communication_cell(value: str | None) -> str:
    """With slashes, or a spreadsheet takes it for a number; without the signs of addition."""
    return text_cell(display_structured_communication(value or "").strip("+"))


def day_cell(value: date | None) -> str:
    """dd/mm/yyyy, with all four figures of the year."""
    return "" if value is None else f"{value.day:02}/{value.month:02}/{value.year:04}"


def amount_cell(cents: int, currency: str) -> str:
    """A number with a decimal comma and the decimals of its currency; no separators of thousands."""
    known = is_currency(currency)
    amount = from_cents(cents, currency) if known else Decimal(cents).scaleb(-2)
    return f"{amount:.{exponent(currency) if known else 2}f}".replace(".", ",")


def _without_controls(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cs"}
    )

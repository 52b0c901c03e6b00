"""Cells of tables that leave the product for a spreadsheet: typed values, and texts that stay texts there."""

import unicodedata
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from app.domain.identifiers import display_structured_communication
from app.domain.money import exponent, is_currency

LONGEST_TEXT = 32_767
"""What a cell of Excel holds, counted as Excel counts: in units of UTF-16."""
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide forms are read as the others
_UNSEEN = frozenset({"Cf", "Mn", "Me", "Zs"})
_CUT = "…"


class Money(NamedTuple):
    """An amount in minor units."""

    cents: int
    currency: str

    @property
    def places(self) -> int:
        return _places(self.currency)

    @property
    def number(self) -> float:
        """As a spreadsheet holds it: exact up to 15 digits."""
        return self.cents / _unit(self.currency)

    def written(self, point: str) -> str:
        """With all the decimals of its currency."""
        places = _places(self.currency)
        whole, rest = divmod(abs(self.cents), 10**places)
        decimals = f"{point}{rest:0{places}}" if places else ""
        return f"{'-' if self.cents < 0 else ''}{whole}{decimals}"


Cell = str | date | Money | None


def communication(value: str | None) -> str:
    """A structured communication with its slashes, or a spreadsheet takes it for a number; no signs of addition."""
    return display_structured_communication(value or "").strip("+")


def plain(text: str) -> str:
    """The text on one line, without what no file may hold: control characters and halves of surrogate pairs."""
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    kept = "".join(" " if _is_unwritable(sign) else sign for sign in whole)
    return " ".join(kept.split())


def fitting(text: str) -> str:
    """The text, cut where a cell of Excel would refuse it."""
    if _length(text) <= LONGEST_TEXT:
        return text
    kept = text[: LONGEST_TEXT - 1]
    while _length(kept) > LONGEST_TEXT - 1:
        kept = kept[: -max(1, (_length(kept) - LONGEST_TEXT + 1) // 2)]
    return kept + _CUT


def csv_text(cell: Cell) -> str:
    """The cell as a Belgian spreadsheet reads it: days first, decimal commas, no text that begins a formula.

    Source: OWASP, CSV injection.
    """
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return cell.written(",")
    if isinstance(cell, date):
        return f"{cell.day:02}/{cell.month:02}/{cell.year:04}"
    text = plain(cell)
    return f"'{text}" if _begins_formula(text) else text


@lru_cache
def _places(currency: str) -> int:
    return exponent(currency) if is_currency(currency) else 2


@lru_cache
def _unit(currency: str) -> float:
    return float(10 ** _places(currency))


def _begins_formula(text: str) -> bool:
    """Also behind signs that nobody sees: some programs take them away."""
    return text[_first_seen(text) :].startswith(_FORMULA_STARTS)


def _first_seen(text: str) -> int:
    unseen = (place for place, sign in enumerate(text) if unicodedata.category(sign) not in _UNSEEN)
    return next(unseen, 0)


def _is_unwritable(sign: str) -> bool:
    return unicodedata.category(sign) == "Cc" or sign in "\ufffe\uffff"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

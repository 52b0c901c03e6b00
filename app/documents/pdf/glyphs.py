"""Texts from outside made printable: only characters of our font, and words that can break.

PDF/A refuses a document with a character its fonts lack, and one odd name must not cost the
customer the document: what Inter does not have is spelled by what it has, or shown as a box.
"""

import struct
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import fontpkg_inter

FONT_FOLDER = Path(fontpkg_inter.ROOT) / "files"
_FONT = FONT_FOLDER / "Inter[opsz,wght].ttf"
_BOX = "\N{WHITE SQUARE}"
_LONGEST_WORD = 24  # characters that fit the narrowest column of the templates, were they all W
_BREAK_EVERY = 12
_LONGEST_TEXT = 2000  # characters; the attached XML has the rest of a text that is no invoice's
_MOST_LINES = 200
_BREAK = "\N{ZERO WIDTH SPACE}"


def printable(text: str) -> str:
    """One line, in which white space is a space and no word is wider than a column."""
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT] + "\N{HORIZONTAL ELLIPSIS}"
    words = _covered(text).split()
    return " ".join(word if len(word) <= _LONGEST_WORD else _breakable(word) for word in words)


def printable_lines(text: str) -> list[str]:
    """The lines of a text that are not blank, as far as a document has room for them."""
    return [line for line in map(printable, text.splitlines()[:_MOST_LINES]) if line]


def _covered(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_substitute(char) for char in unicodedata.normalize("NFC", text))


@lru_cache(maxsize=4096)
def _substitute(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        # Controls, among them those that reverse the direction of what follows.
        return ""
    if ord(char) in _font_characters():
        return char
    plain = unicodedata.normalize("NFKD", char)
    spelled = "".join(each for each in plain if ord(each) in _font_characters())
    return spelled or ("" if category.startswith("M") else _BOX)


def _breakable(word: str) -> str:
    pieces = (word[start : start + _BREAK_EVERY] for start in range(0, len(word), _BREAK_EVERY))
    return _BREAK.join(pieces)


@cache
def _font_characters() -> frozenset[int]:
    """The code points of Inter, from the format 12 table of its character map (OpenType 1.9)."""
    data = _FONT.read_bytes()
    cmap = _table(data, b"cmap")
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for index in range(count):
        (offset,) = struct.unpack_from(">I", data, cmap + 4 + 8 * index + 4)
        if struct.unpack_from(">H", data, cmap + offset) == (12,):
            return frozenset(_segmented_coverage(data, cmap + offset))
    raise LookupError("the font has no format 12 character map")


def _table(data: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for index in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        if name == tag:
            return int(offset)
    raise LookupError(f"the font has no {tag!r} table")


def _segmented_coverage(data: bytes, start: int) -> list[int]:
    (count,) = struct.unpack_from(">I", data, start + 12)
    groups = (struct.unpack_from(">III", data, start + 16 + 12 * index) for index in range(count))
    return [code for first, last, _ in groups for code in range(first, last + 1)]

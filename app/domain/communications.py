"""What payers write beside their money: references and invoice numbers in it, account numbers out of it."""

import re
from collections.abc import Iterator

from app.domain.identifiers import (
    is_valid_iban,
    is_valid_structured_communication,
    normalise_structured_communication,
)
from app.domain.typed_text import one_line

SHORTEST_NUMBER = 4
"""Characters of an invoice number that is looked for among other words; a shorter one must stand alone."""
_MOST_CANDIDATES = 40
_LONGEST_NUMBER = 60
_LONGEST_PHRASE = 3
_LONGEST_TEXT = 2000
_OGM = re.compile(
    r"(?<![0-9A-Za-z/])(?:[+*]{3} ?)?[0-9]{3} ?/? ?[0-9]{4} ?/? ?[0-9]{5}(?: ?[+*]{3})?(?![0-9A-Za-z/])"
)
_CREDITOR_REFERENCE = re.compile(r"(?<![0-9A-Za-z])RF[0-9]{2}[0-9A-Z]{1,21}(?![0-9A-Za-z])")
_AROUND = ".,;:!?()[]{}<>\"'«»“”*+="
_IBAN_BEGINNING = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}(?=[ .\-]?[0-9A-Za-z])")
_IBAN_LENGTHS = range(15, 35)


def structured_in(text: str) -> tuple[str, ...]:
    """The structured communications in a text as invoices keep them: twelve digits, or a creditor reference (RF).

    Only those whose check digits agree.
    """
    belgian = (normalise_structured_communication(found) for found in _OGM.findall(text))
    valid = [one for one in belgian if one and is_valid_structured_communication(one)]
    return tuple(dict.fromkeys([*valid, *_CREDITOR_REFERENCE.findall(text.upper())]))


def numbers_in(text: str) -> tuple[str, ...]:
    """What in a text may be the number of an invoice: whole words, and up to three in a row, that hold a digit."""
    words = [word for word in (one.strip(_AROUND) for one in text.split()) if word]
    found = dict.fromkeys(_phrases(words))
    whole = " ".join(text.split())
    long = [one for one in found if len(one) >= SHORTEST_NUMBER or one == whole]
    return tuple(long[:_MOST_CANDIDATES])


def kept_text(text: str, *, longest: int) -> str:
    """One line of what somebody wrote: without account numbers, and without a word that would be cut in two."""
    line = without_accounts(one_line(text[:_LONGEST_TEXT]) or "")
    if len(line) <= longest:
        return line
    cut = line[: longest + 1].rpartition(" ")[0]
    return cut or line[:longest]


def without_accounts(text: str) -> str:
    """The text with each valid IBAN reduced to its country and its last four."""
    pieces: list[str] = []
    position = 0
    for begun in _IBAN_BEGINNING.finditer(text):
        end = _end_of_iban(text, begun.start()) if begun.start() >= position else None
        if end is not None:
            number = text[begun.start() : end]
            pieces += [text[position : begun.start()], f"{number[:2].upper()}…{number[-4:]}"]
            position = end
    return "".join([*pieces, text[position:]])


def _phrases(words: list[str]) -> Iterator[str]:
    for length in range(1, _LONGEST_PHRASE + 1):
        for first in range(len(words) - length + 1):
            phrase = " ".join(words[first : first + length])
            if len(phrase) <= _LONGEST_NUMBER and any(sign.isdigit() for sign in phrase):
                yield phrase


def _end_of_iban(text: str, start: int) -> int | None:
    """Where the account number ends that begins here, if one does."""
    compact = ""
    for place in range(start, len(text)):
        sign = text[place]
        if sign.isalnum() and sign.isascii():
            compact += sign
        elif sign not in " .-":
            return None
        if len(compact) >= _IBAN_LENGTHS.stop:
            return None
        is_end = place + 1 == len(text) or not text[place + 1].isalnum()
        if sign.isalnum() and is_end and len(compact) in _IBAN_LENGTHS and is_valid_iban(compact):
            return place + 1
    return None

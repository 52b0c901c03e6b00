"""Names of people: what is kept of one, and what is refused because mails and lists would carry it to others."""

import re

from app.domain.errors import DomainError
from app.domain.typed_text import required_line

LONGEST_NAME = 64
"""Characters; as wide as its column."""

_NOT_IN_A_NAME = re.compile(r"[<>@/\\:;\"=#%{}\[\]|]")
_WEB_ADDRESS = re.compile(r"\w{2,}[.\u2024\u3002\uff0e\uff61]\w{2,}")
"""Also with the dots that mail programs and browsers take for one (RFC 3490, 3.1)."""


class NotAName(DomainError):
    """`field` holds signs of an address or of a page rather than somebody's name."""

    code = "not_a_name"


def required_name(text: str | None, *, field: str) -> str:
    """One line of a name, with single spaces and without what nobody sees.

    A name stands in mails that the product sends to others: an address to click on has no place in it.

    Raises:
        TextMissing, TextTooLong, NotAName
    """
    name = required_line(text, field=field, longest=LONGEST_NAME)
    has_a_letter = any(character.isalpha() for character in name)
    if not has_a_letter or _NOT_IN_A_NAME.search(name) or _WEB_ADDRESS.search(name):
        raise NotAName(field=field)
    return name

"""The e-mail addresses in what somebody pasted or typed: one or many, with or without the names of people."""

import re
from dataclasses import dataclass

from app.domain.errors import DomainError
from app.domain.typed_text import is_email_address, normalise_email, one_line
from app.services.users import LONGEST_SIGN_IN_NAME

MOST_AT_ONCE = 50
LONGEST_TYPED = 20_000
"""Characters: fifty addresses of the longest kind, with names."""

_QUOTED_NAME = re.compile(r'"[^"]*"(?=\s*<)')
_SEGMENTS = re.compile(r"[,;\r\n]+")
_SHOWN = 80


class NobodyNamed(DomainError):
    """There is no e-mail address in what was typed."""

    code = "nobody_named"


class TooManyNamed(DomainError):
    """More than `limit` addresses at once."""

    code = "too_many_named"


@dataclass(frozen=True, slots=True)
class TypedAddresses:
    """Addresses in their one spelling, each once, and the words that are none, as they were typed."""

    right: tuple[str, ...]
    wrong: tuple[str, ...]


def addresses_in(typed: str | None) -> TypedAddresses:
    """Read addresses apart by commas, semicolons, spaces or new lines, also as `Name <name@company.be>`.

    Raises:
        NobodyNamed, TooManyNamed
    """
    text = typed or ""
    if len(text) > LONGEST_TYPED:
        raise TooManyNamed(field="emails", limit=MOST_AT_ONCE)
    right: dict[str, None] = {}
    wrong: dict[str, None] = {}
    for segment in _SEGMENTS.split(_QUOTED_NAME.sub(" ", text)):
        for word in _words(segment):
            # Control characters part words as well: nothing may follow an address into the head of a mail.
            address = normalise_email(one_line(word) or "")
            if is_email_address(address) and len(address) <= LONGEST_SIGN_IN_NAME:
                right[address] = None
            else:
                wrong[(one_line(word) or "?")[:_SHOWN]] = None
    if len(right) > MOST_AT_ONCE:
        raise TooManyNamed(field="emails", limit=MOST_AT_ONCE)
    if not right and not wrong:
        raise NobodyNamed(field="emails")
    return TypedAddresses(tuple(right), tuple(wrong))


def _words(segment: str) -> list[str]:
    """The addresses of a segment; before one in angle brackets stands a name, which is left out."""
    words = segment.replace("<", " <").replace(">", "> ").split()
    is_named = any(word.startswith("<") for word in words)
    kept = [word for word in words if not is_named or word.startswith("<") or "@" in word]
    return [word.strip("<>").removeprefix("mailto:") for word in kept]

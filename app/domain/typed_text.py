"""What people type into one line: cleaned of what nobody sees, and refused where it cannot be right."""

import re
import unicodedata
from urllib.parse import urlsplit

from app.domain.errors import DomainError

LONGEST_EMAIL = 254
"""RFC 5321, 4.5.3.1.3 less the angle brackets."""

_EMAIL = re.compile(
    r"[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]+\.[^@\s.<>\"(),:;\\\[\]]{2,}"
)
_HOST = re.compile(r"(?=.{4,253}\Z)[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)+", re.UNICODE)
_PHONE = re.compile(r"\+?[0-9 ()/.\-]*[0-9][0-9 ()/.\-]*")
_BELGIAN_POSTCODE = re.compile(r"(?:B-?\s?)?[1-9][0-9]{3}", re.IGNORECASE)


class TextMissing(DomainError):
    """`field` must have a value."""

    code = "text_missing"


class TextTooLong(DomainError):
    """`field` has more than `limit` characters."""

    code = "text_too_long"


class NotAnEmailAddress(DomainError):
    """`email` is not an address that mail can be sent to."""

    code = "not_an_email_address"


class NotAPhoneNumber(DomainError):
    """It has no digits, or signs that no telephone number has."""

    code = "not_a_phone_number"


class NotAWebAddress(DomainError):
    """It is not the address of a site on the web."""

    code = "not_a_web_address"


def one_line(text: str | None) -> str | None:
    """NFC, without control characters, with single spaces; None when nothing is left."""
    composed = unicodedata.normalize("NFC", text or "")
    seen = "".join(_visible(c) for c in composed)
    return " ".join(seen.split()) or None


def _visible(character: str) -> str:
    """Control characters count as spaces; marks that turn text around or that nobody sees, as nothing."""
    category = unicodedata.category(character)
    if category in {"Cf", "Cs"}:
        return ""
    return " " if category in {"Cc", "Zl", "Zp"} else character


def checked_line(text: str | None, *, field: str, longest: int) -> str | None:
    """Raises TextTooLong."""
    line = one_line(text)
    if line is not None and len(line) > longest:
        raise TextTooLong(field=field, limit=longest)
    return line


def required_line(text: str | None, *, field: str, longest: int) -> str:
    """Raises TextMissing, TextTooLong."""
    line = checked_line(text, field=field, longest=longest)
    if line is None:
        raise TextMissing(field=field)
    return line


def normalise_email(typed: str) -> str:
    """The one spelling of an e-mail address: NFKC, trimmed, lower case."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def is_email_address(address: str) -> bool:
    """Whether a normalised address looks like one that mail can be sent to."""
    return len(address) <= LONGEST_EMAIL and _EMAIL.fullmatch(address) is not None


def checked_email(typed: str | None, *, field: str) -> str | None:
    """The address in its one spelling; None for none. Raises NotAnEmailAddress."""
    line = one_line(typed)
    if line is None:
        return None
    address = normalise_email(line)
    if not is_email_address(address):
        raise NotAnEmailAddress(field=field, email=line[:80])
    return address


def checked_phone(typed: str | None, *, field: str, longest: int = 40) -> str | None:
    """Digits with the signs people put between them. Raises NotAPhoneNumber, TextTooLong."""
    line = checked_line(typed, field=field, longest=longest)
    if line is not None and not _PHONE.fullmatch(line):
        raise NotAPhoneNumber(field=field)
    return line


def checked_web_address(typed: str | None, *, field: str, longest: int = 200) -> str | None:
    """A link to follow, with the https:// that people leave out. Raises NotAWebAddress, TextTooLong."""
    line = one_line(typed)
    if line is None:
        return None
    if " " in line:
        raise NotAWebAddress(field=field)
    address = line if "://" in line else f"https://{line}"
    if not _is_site(address):
        raise NotAWebAddress(field=field)
    return checked_line(address, field=field, longest=longest)


def looks_like_postcode(postcode: str | None, country: str) -> bool:
    """False where a Belgian postcode is not four digits; other countries have their own rules."""
    return country != "BE" or postcode is None or bool(_BELGIAN_POSTCODE.fullmatch(postcode))


def _is_site(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"} and "@" not in parts.netloc
    return is_web and port_is_right and bool(_HOST.fullmatch(parts.hostname or ""))

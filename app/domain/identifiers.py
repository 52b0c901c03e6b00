"""Numbers that name companies, accounts and payments: compact form, check digits, how to show them.

Identifiers are stored as received. `normalise_*` gives the form two spellings share, for matching;
`is_valid_*` looks at check digits, which only ever warn; `display_*` is what people read, and
returns anything it does not understand unchanged.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

from schwifty import IBAN
from stdnum.be import ogm_vcs
from stdnum.be import vat as be_vat
from stdnum.eu import vat as eu_vat

_SEPARATORS = re.compile(r"[\s.\-/()_\u00a0\u202f]+")
_OGM = re.compile(r"(?:\+{3}|\*{3})?\s*(\d{3})[\s/]*(\d{4})[\s/]*(\d{5})\s*(?:\+{3}|\*{3})?")
BE_ENTERPRISE_SCHEME = "0208"
BE_VAT_SCHEME = "9925"
_KEY_CHARS = 40


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value and, when it was given, the ISO 6523 or EAS scheme it belongs to."""

    value: str
    scheme: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}" if self.scheme else self.value


def normalise_enterprise_number(value: str) -> str:
    """Ten digits, without BE, dots or spaces: "BE 417.497.106" becomes "0417497106"."""
    compact = _compact(value)
    digits = compact.removeprefix("BE")
    if digits.isascii() and digits.isdigit():
        return digits.rjust(10, "0") if len(digits) == 9 else digits
    return compact


def enterprise_key(number: Identifier, *, country: str) -> str:
    """What companies are matched by: at most 40 characters, "" for an empty number.

    A Belgian number alone; one of another register keeps its scheme, or else its country, in front:
    a French number could look Belgian.
    """
    key = normalise_enterprise_number(number.value)
    is_belgian = number.scheme == BE_ENTERPRISE_SCHEME or (not number.scheme and country == "BE")
    if not key or is_belgian:
        return key[:_KEY_CHARS]
    return f"{number.scheme or country}:{key}"[:_KEY_CHARS]


def is_valid_enterprise_number(value: str) -> bool:
    return _agrees(be_vat, normalise_enterprise_number(value))


def display_enterprise_number(value: str) -> str:
    """0417.497.106, as the Crossroads Bank for Enterprises writes it.

    Only where the check digits agree: registers of other countries have nine or ten digits too.
    """
    digits = normalise_enterprise_number(value)
    if not (re.fullmatch(r"[0-9]{10}", digits) and is_valid_enterprise_number(digits)):
        return value
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def normalise_vat_number(value: str) -> str:
    """Capitals without separators; a Belgian one gets its BE and its leading zero."""
    compact = _compact(value)
    if re.fullmatch(r"BE[0-9]{9,10}|[01][0-9]{9}", compact):
        return "BE" + normalise_enterprise_number(compact)
    return compact


def is_valid_vat_number(value: str) -> bool:
    """False when the rule of its Member State is broken; numbers from elsewhere have no rule here."""
    compact = normalise_vat_number(value)
    return compact[:2].lower() not in eu_vat.MEMBER_STATES or _agrees(eu_vat, compact)


def display_vat_number(value: str) -> str:
    """BE 0417.497.106; numbers of other countries as they were received."""
    compact = normalise_vat_number(value)
    if re.fullmatch(r"BE[0-9]{10}", compact):
        return f"BE {display_enterprise_number(compact)}"
    return value


def normalise_structured_communication(value: str) -> str | None:
    """The twelve digits of a Belgian +++123/1234/12345+++, or None when it is another text."""
    match = _OGM.fullmatch(value.strip())
    return "".join(match.groups()) if match else None


def is_valid_structured_communication(value: str) -> bool:
    """Source: Febelfin, structured communication; first ten digits modulo 97, 0 written 97."""
    digits = normalise_structured_communication(value)
    return digits is not None and ogm_vcs.is_valid(digits)


def display_structured_communication(value: str) -> str:
    """+++123/1234/12345+++ when its check digits agree; any other text as it is."""
    digits = normalise_structured_communication(value)
    if digits is None or not ogm_vcs.is_valid(digits):
        return value
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def make_structured_communication(first_ten_digits: int) -> str:
    """The twelve digits for a number of at most ten digits, check digits added."""
    body = f"{first_ten_digits:010d}"
    if len(body) > 10 or first_ten_digits <= 0:
        raise ValueError("a structured communication has ten digits before its check digits")
    return body + ogm_vcs.calc_check_digits(body)


def normalise_iban(value: str) -> str:
    return _compact(value)


def is_valid_iban(value: str) -> bool:
    return bool(IBAN(normalise_iban(value), allow_invalid=True).is_valid)


def display_iban(value: str) -> str:
    """Groups of four: BE68 5390 0754 7034. Something that is no account number stays itself."""
    compact = normalise_iban(value)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}", compact):
        return value
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def parse_endpoint(value: str) -> Identifier | None:
    """A PEPPOL participant written "scheme:value" ("0208:0417497106"), or None."""
    scheme, colon, participant = value.strip().partition(":")
    if not colon or not re.fullmatch(r"[0-9]{4}|[A-Z]{2}", scheme) or not participant.strip():
        return None
    return Identifier(participant.strip(), scheme)


def normalise_endpoint(endpoint: Identifier) -> Identifier:
    """The form two spellings of one participant share; PEPPOL compares without case."""
    if endpoint.scheme == BE_ENTERPRISE_SCHEME:
        return Identifier(normalise_enterprise_number(endpoint.value), endpoint.scheme)
    if endpoint.scheme == BE_VAT_SCHEME:
        return Identifier(normalise_vat_number(endpoint.value), endpoint.scheme)
    return Identifier(endpoint.value.strip().upper(), endpoint.scheme)


def is_valid_endpoint(endpoint: Identifier) -> bool:
    """Whether check digits agree, for the schemes that have them here (0208 and 9925)."""
    if endpoint.scheme == BE_ENTERPRISE_SCHEME:
        return _agrees(be_vat, endpoint.value)
    if endpoint.scheme == BE_VAT_SCHEME:
        return is_valid_vat_number(endpoint.value)
    return bool(endpoint.scheme and endpoint.value)


def _agrees(rule: ModuleType, number: str) -> bool:
    """Whether check digits agree. An archive names the same few companies again and again."""
    return len(number) <= _KEY_CHARS and _agrees_once(rule, number)


@lru_cache(maxsize=4096)
def _agrees_once(rule: ModuleType, number: str) -> bool:
    return bool(rule.is_valid(number))


def _compact(value: str) -> str:
    return _SEPARATORS.sub("", value).upper()

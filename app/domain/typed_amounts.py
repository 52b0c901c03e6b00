"""Amounts as people and files write them: decimal comma or point, thousands apart or not; never guessed at."""

import re
from decimal import Decimal
from typing import ClassVar

from app.domain.errors import DomainError
from app.domain.money import exponent, to_cents

_SPACES = re.compile(r"[\s\u00a0\u202f']")
_CURRENCY = re.compile(r"^(?:€|EUR)|(?:€|EUR)$")
_PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
_GROUPED = re.compile(r"([0-9]{1,3}(?:([.,])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?")
_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_LONGEST = 24
_IN_A_GROUP = 3


class AmountUnreadable(DomainError):
    """It is no number. params: value."""

    code: ClassVar[str] = "amount_unreadable"


class AmountAmbiguous(DomainError):
    """1.234 may be a thousand or one and a bit. params: value."""

    code: ClassVar[str] = "amount_ambiguous"


class AmountTooFine(DomainError):
    """More decimals than the currency has. params: value, currency."""

    code: ClassVar[str] = "amount_too_fine"


def read_cents(text: str, currency: str) -> int:
    """The amount that a text is, in minor units of the currency. Raises what the two below raise."""
    has_three = exponent(currency) == _IN_A_GROUP
    return exact_cents(read_amount(text, three_decimals=has_three), currency)


def read_amount(text: str, *, three_decimals: bool = False) -> Decimal:
    """The amount that a text is: `1.234,56`, `1 234.56`, `€ 1234,56`, `-12`.

    `three_decimals` says that 1.234 is one and a bit, as in currencies that have three.

    Raises:
        AmountUnreadable: it is none.
        AmountAmbiguous: it can be read in two ways.
    """
    compact = _CURRENCY.sub("", _SPACES.sub("", text))
    negative = compact.startswith(("-", "\u2212"))
    bare = compact.lstrip("+-\u2212")
    if len(bare) > _LONGEST or len(compact) - len(bare) > 1:
        raise AmountUnreadable(field="amount", value=text[:40])
    if not three_decimals and _AMBIGUOUS.fullmatch(bare):
        raise AmountAmbiguous(field="amount", value=text[:40])
    amount = _decimal(bare)
    if amount is None:
        raise AmountUnreadable(field="amount", value=text[:40])
    return -amount if negative else amount


def exact_cents(amount: Decimal, currency: str) -> int:
    """The amount in minor units, which must hold all of it.

    Raises:
        AmountTooFine: something of it would be lost.
        UnknownCurrency: no such code.
        AmountOutOfRange: too large for a table.
    """
    cents = to_cents(amount, currency)
    if Decimal(cents).scaleb(-exponent(currency)) != amount:
        raise AmountTooFine(field="amount", value=str(amount), currency=currency)
    return cents


def _decimal(bare: str) -> Decimal | None:
    if plain := _PLAIN.fullmatch(bare):
        return Decimal(f"{plain[1]}.{plain[2] or '0'}")
    if grouped := _GROUPED.fullmatch(bare):
        whole = re.sub(r"[.,]", "", grouped[1])
        return Decimal(f"{whole}.{grouped[3] or '0'}")
    return None

"""Amounts: decimals in documents, integer minor units in tables, and which currencies exist.

A column called `*_cents` holds the minor units of its currency: 1234 is 12.34 EUR, 1234 JPY
(which has no decimals) or 1.234 BHD (which has three).
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import ClassVar

from babel.numbers import list_currencies

from app.domain.errors import DomainError

# ISO 4217:2015, table A.1: every currency that is not listed here has two decimals. Babel's own
# digits are those people write (none for LBP or IQD), not those the standard counts.
_OTHER_EXPONENTS = {
    code: exponent
    for exponent, codes in {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for code in codes.split()
}
_NOT_MONEY = {"XTS", "XXX"}  # ISO 4217: reserved for testing, and "no currency".
_LARGEST_CENTS = 2**63 - 1  # what a BIGINT column holds


class UnknownCurrency(DomainError):
    """The code is not one of ISO 4217, past or present."""

    code: ClassVar[str] = "currency_unknown"


class AmountOutOfRange(DomainError):
    """The amount does not fit a 64-bit count of minor units."""

    code: ClassVar[str] = "amount_out_of_range"


def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 code in capitals; withdrawn ones count, archives hold them."""
    return code in _currencies()


def exponent(currency: str) -> int:
    """How many decimals the currency has. Raises UnknownCurrency."""
    if not is_currency(currency):
        raise UnknownCurrency(currency=currency)
    return _OTHER_EXPONENTS.get(currency, 2)


def quantum(currency: str) -> Decimal:
    """The smallest amount of the currency: 0.01 for EUR. Raises UnknownCurrency."""
    return Decimal(1).scaleb(-exponent(currency))


def to_cents(amount: Decimal, currency: str) -> int:
    """The amount in minor units; a finer one is rounded half away from zero, as EN 16931 does.

    Raises:
        UnknownCurrency: no such code.
        AmountOutOfRange: not finite, or too large for a table.
    """
    decimals = exponent(currency)
    if not amount.is_finite() or amount.adjusted() + decimals > 18:
        raise AmountOutOfRange(currency=currency)
    cents = int(amount.scaleb(decimals).to_integral_value(rounding=ROUND_HALF_UP))
    if abs(cents) > _LARGEST_CENTS:
        raise AmountOutOfRange(currency=currency)
    return cents


def from_cents(cents: int, currency: str) -> Decimal:
    """The amount those minor units make, with the decimals of the currency."""
    return Decimal(cents).scaleb(-exponent(currency))


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies()) - _NOT_MONEY

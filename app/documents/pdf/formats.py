"""Amounts, quantities, rates and dates as a language writes them in Belgium."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision

from app.documents.pdf.labels import LOCALES
from app.domain.money import exponent, is_currency


class Formats:
    """Nothing is rounded: a document shows the decimals it was sent with."""

    def __init__(self, language: str, *, currency: str) -> None:
        self._locale = LOCALES.get(language, LOCALES["en"])
        self._currency = currency

    def money(self, amount: Decimal, currency: str = "") -> str:
        """With the symbol; at least the decimals of the currency, more where there are more."""
        code = currency or self._currency
        exact = _shortest(amount, at_least=get_currency_precision(code))
        return format_currency(exact, code, locale=self._locale, decimal_quantization=False)

    def amount(self, cents: int) -> str:
        """Minor units without the symbol, for columns below the name of their currency."""
        known = is_currency(self._currency)
        places = exponent(self._currency) if known else 2
        pattern = f"#,##0.{'0' * places}" if places else "#,##0"
        return format_decimal(Decimal(cents).scaleb(-places), pattern, locale=self._locale)

    def number(self, value: int) -> str:
        """A count, in groups of three."""
        return format_decimal(value, locale=self._locale)

    def quantity(self, value: Decimal) -> str:
        return format_decimal(_shortest(value), locale=self._locale, decimal_quantization=False)

    def percent(self, rate: Decimal) -> str:
        """With a no-break space and the sign behind, in every language of Belgium."""
        return f"{self.quantity(rate)}\N{NO-BREAK SPACE}%"

    def day(self, value: date) -> str:
        """dd/MM/yyyy, whatever the short form of the locale does with the year."""
        return format_date(value, "dd/MM/yyyy", locale=self._locale)


def _shortest(value: Decimal, *, at_least: int = 0) -> Decimal:
    """Without trailing zeros behind the decimals that must be there."""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(at_least, -exponent if isinstance(exponent, int) else 0)
    return value.quantize(Decimal(1).scaleb(-decimals))

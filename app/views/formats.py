"""How amounts, dates and identifiers read on a page: Jinja filters over Babel, with the region."""

from collections.abc import Callable
from copy import copy
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers, units
from flask import Flask, g, has_app_context
from flask_babel import get_locale, get_timezone

from app.domain import identifiers
from app.domain.money import exponent, from_cents, is_currency

NOTHING: Final = "—"
_COUNT_CAP: Final = 10_000
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
# The interface speaks a language; numbers and dates also need a region.
_REGIONAL: Final = {language: Locale(language, "BE") for language in ("fr", "nl", "de", "en")}
_FALLBACK: Final = _REGIONAL["en"]
_FALLBACK_ZONE: Final = ZoneInfo("Europe/Brussels")
# Row loops format the same days and often the same amounts; Babel takes 3 to 10 µs for each.
_remembered = lru_cache(maxsize=8192)


def money(cents: int | None, currency: str = "EUR", *, region: Locale | None = None) -> str:
    """An amount given in minor units; a currency nobody knows is shown by its code.

    `region` is what `page_region` says, for rows that ask it once for all of them.
    """
    return NOTHING if cents is None else _money(cents, currency, region or page_region())


def price(amount: Decimal | None, currency: str = "EUR") -> str:
    """An amount with as many decimals as it has: unit prices go below the cent."""
    if amount is None:
        return NOTHING
    return _currency(_with_decimals(amount, _exponent(currency)), currency, page_region())


def compact_money(cents: int, currency: str = "EUR") -> str:
    """A round amount for an axis, without its currency: 12K."""
    amount = from_cents(cents, currency) if is_currency(currency) else Decimal(cents) / 100
    return numbers.format_compact_decimal(amount, locale=page_region(), fraction_digits=1)


def decimal(value: Decimal | None) -> str:
    """A quantity with the decimals it has, trailing zeros dropped."""
    if value is None:
        return NOTHING
    return numbers.format_decimal(
        _with_decimals(value, 0), locale=page_region(), decimal_quantization=False
    )


def percent(rate: Decimal | None) -> str:
    """A rate where 21 means 21 %."""
    if rate is None:
        return NOTHING
    share = _with_decimals(rate, 0).scaleb(-2)
    return numbers.format_percent(share, locale=page_region(), decimal_quantization=False)


def day(value: date | None, *, region: Locale | None = None) -> str:
    """A business day: 22 Nov 2026 in the reader's way. `region` as for `money`."""
    return NOTHING if value is None else _day(value, region or page_region())


def moment(value: datetime | None) -> str:
    """An instant in the reader's time zone: 22 Nov 2026, 10:14."""
    if value is None:
        return NOTHING
    local = value.astimezone(_zone())
    locale = page_region()
    pattern = str(dates.get_datetime_format("medium", locale=locale))
    clock = dates.format_time(local, "short", tzinfo=local.tzinfo, locale=locale)
    return pattern.replace("{0}", clock).replace("{1}", _day(local.date(), locale))


def month(value: date) -> str:
    """November 2026."""
    return _skeleton("yMMMM", value, page_region())


def month_short(value: date) -> str:
    """Nov, for the foot of a bar."""
    return _skeleton("LLL", value, page_region())


def count_text(number: int, cap: int = _COUNT_CAP) -> str:
    """A count that stops at `cap`: 10,000+ for anything above it."""
    return _count(min(number, cap), page_region()) + ("+" if number > cap else "")


def file_size(size_bytes: int) -> str:
    """12.3 kB; thousands, as disks and mail programs count."""
    value, unit = Decimal(size_bytes), "byte"
    for larger in ("kilobyte", "megabyte", "gigabyte"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    rounded = round(value, 0 if unit == "byte" or value >= 100 else 1)
    return units.format_unit(
        _with_decimals(rounded, 0), f"digital-{unit}", length="short", locale=page_region()
    )


def overdue_days(due_on: date | None, today: date) -> int:
    """How many days after its due date today is; 0 when it is not late or has none."""
    return 0 if due_on is None else max((today - due_on).days, 0)


def iban(value: str | None) -> str:
    """In groups of four that stay together."""
    return NOTHING if not value else identifiers.display_iban(value).replace(" ", _NO_BREAK)


def structured_communication(value: str | None) -> str:
    """`+++090/9337/55493+++`."""
    return NOTHING if not value else identifiers.display_structured_communication(value)


def enterprise_number(value: str | None) -> str:
    """0417.497.106."""
    return NOTHING if not value else identifiers.display_enterprise_number(value)


def vat_number(value: str | None) -> str:
    """BE 0417.497.106."""
    return NOTHING if not value else identifiers.display_vat_number(value)


_FILTERS: Final[tuple[Callable[..., object], ...]] = (
    money,
    price,
    compact_money,
    decimal,
    percent,
    day,
    moment,
    month,
    month_short,
    count_text,
    file_size,
    overdue_days,
    iban,
    structured_communication,
    enterprise_number,
    vat_number,
)


def register_formats(app: Flask) -> None:
    """Give templates every format, as a filter and as a function of the same name."""
    for function in _FILTERS:
        app.add_template_filter(function)
        app.add_template_global(function)


def page_region() -> Locale:
    """The language of the page, with the region that numbers and dates need."""
    # As Flask-Babel keeps it for the page; asking it takes longer than formatting what is remembered.
    kept = getattr(g.get("_flask_babel"), "babel_locale", None) if has_app_context() else None
    locale = kept or get_locale()
    return _FALLBACK if locale is None else _REGIONAL.get(locale.language, _FALLBACK)


def _zone() -> tzinfo:
    return get_timezone() or _FALLBACK_ZONE


@_remembered
def _money(cents: int, currency: str, locale: Locale) -> str:
    return _currency(Decimal(cents).scaleb(-_exponent(currency)), currency, locale)


@_remembered
def _count(number: int, locale: Locale) -> str:
    return numbers.format_decimal(number, locale=locale)


@_remembered
def _day(value: date, locale: Locale) -> str:
    return dates.format_date(value, "medium", locale=locale)


@_remembered
def _skeleton(skeleton: str, value: date, locale: Locale) -> str:
    if skeleton == "LLL":
        return dates.format_date(value, skeleton, locale=locale).rstrip(".")
    return dates.format_skeleton(skeleton, value, locale=locale)


def _currency(amount: Decimal, currency: str, locale: Locale) -> str:
    """With the decimals of `amount`: Babel would round to those people write, not those charged."""
    places = -int(amount.as_tuple().exponent)
    return _currency_pattern(places, locale).apply(
        amount, locale, currency=currency, currency_digits=False
    )


@cache
def _currency_pattern(places: int, locale: Locale) -> numbers.NumberPattern:
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (places, places)
    return pattern


def _exponent(currency: str) -> int:
    return exponent(currency) if is_currency(currency) else 2


def _with_decimals(value: Decimal, least: int) -> Decimal:
    """The value without trailing zeros, but with at least `least` decimals."""
    stripped = value.normalize()
    places = max(least, -int(stripped.as_tuple().exponent))
    return stripped.quantize(Decimal(1).scaleb(-places))

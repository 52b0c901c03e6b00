"""Amounts and currencies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import (
    AmountOutOfRange,
    UnknownCurrency,
    exponent,
    from_cents,
    is_currency,
    quantum,
    to_cents,
)


@pytest.mark.parametrize(
    ("amount", "currency", "cents"),
    [
        ("12.34", "EUR", 1234),
        ("1234", "JPY", 1234),
        ("1.234", "BHD", 1234),
        ("-0.01", "EUR", -1),
        ("0", "USD", 0),
    ],
)
def test_an_amount_is_counted_in_the_minor_units_of_its_currency(amount, currency, cents):
    assert to_cents(Decimal(amount), currency) == cents
    assert from_cents(cents, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.005", 1), ("-0.005", -1), ("0.0049", 0), ("2.675", 268)]
)
def test_a_finer_amount_is_rounded_half_away_from_zero(amount, cents):
    assert to_cents(Decimal(amount), "EUR") == cents


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from(["EUR", "JPY", "BHD", "CLF"]))
def test_every_amount_of_a_table_comes_back_as_it_was(cents, currency):
    assert to_cents(from_cents(cents, currency), currency) == cents


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e30", "92233720368547758.08"])
def test_an_amount_that_fits_no_table_is_refused(amount):
    with pytest.raises(AmountOutOfRange):
        to_cents(Decimal(amount), "EUR")


@pytest.mark.parametrize("code", ["", "EURO", "eur", "XXX", "XTS", "ABC", "€"])
def test_what_is_no_currency_is_refused(code):
    assert not is_currency(code)
    with pytest.raises(UnknownCurrency):
        exponent(code)


def test_currencies_of_archives_are_known():
    assert all(is_currency(code) for code in ("EUR", "BGN", "HRK", "BEF"))


def test_the_smallest_amount_follows_the_standard_not_the_habit():
    assert (quantum("EUR"), quantum("JPY"), quantum("LBP")) == (
        Decimal("0.01"),
        Decimal(1),
        Decimal("0.01"),
    )

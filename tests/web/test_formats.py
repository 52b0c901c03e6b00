"""How amounts, dates and identifiers read in the four languages of the region."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import render_template_string
from flask_babel import force_locale

from app.views import formats
from tests.web.design_app import design_app

NBSP = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def app():
    return design_app()


@pytest.fixture(autouse=True)
def request_context(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", f"-4{THIN}428,68{NBSP}€"),
        ("nl", f"€{NBSP}-4.428,68"),
        ("de", f"-4.428,68{NBSP}€"),
        ("en", f"-4.428,68{NBSP}€"),
    ],
)
def test_an_amount_is_written_as_in_belgium(language, expected):
    with force_locale(language):
        assert formats.money(-442868) == expected


def test_amounts_have_the_decimals_their_currency_counts_in():
    with force_locale("de"):
        assert formats.money(1234, "JPY").startswith("1.234" + NBSP)
        assert formats.money(1234, "BHD").startswith("1,234" + NBSP)
        assert formats.money(500, "ZZZ") == f"5,00{NBSP}ZZZ"


def test_the_same_number_in_two_languages_or_currencies_is_not_mixed_up():
    with force_locale("fr"):
        french = formats.money(100)
    with force_locale("nl"):
        assert formats.money(100) != french
        assert formats.money(100, "USD") != formats.money(100, "EUR")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("12", "12,00"), ("0.123450", "0,12345"), ("1E+3", "1.000,00"), ("-0.5", "-0,50")],
)
def test_a_unit_price_keeps_the_decimals_it_has(amount, expected):
    with force_locale("de"):
        assert formats.price(Decimal(amount)) == f"{expected}{NBSP}€"


def test_quantities_and_rates_drop_zeros_that_say_nothing():
    with force_locale("fr"):
        assert formats.decimal(Decimal("3.000")) == "3"
        assert formats.decimal(Decimal("1234.50")) == f"1{THIN}234,5"
        assert formats.percent(Decimal("21.00")) == f"21{NBSP}%"
        assert formats.percent(Decimal("6.5")) == f"6,5{NBSP}%"
        assert formats.percent(Decimal(0)) == f"0{NBSP}%"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", "4 sept. 2026"), ("nl", "4 sep 2026"), ("de", "04.09.2026"), ("en", "04 Sept 2026")],
)
def test_a_day_reads_in_the_readers_way(language, expected):
    with force_locale(language):
        assert formats.day(date(2026, 9, 4)) == expected


def test_an_instant_is_shown_in_the_readers_time_zone():
    with force_locale("en"):
        assert formats.moment(datetime(2026, 7, 4, 22, 14, tzinfo=UTC)) == "05 Jul 2026, 00:14"
        assert formats.moment(datetime(2026, 12, 4, 22, 14, tzinfo=UTC)) == "04 Dec 2026, 23:14"


def test_months_have_a_long_and_a_short_form():
    with force_locale("fr"):
        assert formats.month(date(2026, 9, 1)) == "septembre 2026"
        assert formats.month_short(date(2026, 9, 1)) == "sept"


def test_a_count_stops_at_its_cap():
    with force_locale("nl"):
        assert formats.count_text(148) == "148"
        assert formats.count_text(10_000) == "10.000"
        assert formats.count_text(10_001) == "10.000+"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0"),
        (999, "999"),
        (12_345, "12,3"),
        (60_000_000, "60"),
        (999_999, "1000"),
        (2**40, "1100"),
    ],
)
def test_a_file_size_has_at_most_one_decimal(size, expected):
    with force_locale("de"):
        assert formats.file_size(size).split(NBSP)[0].split(" ")[0].replace(".", "") == expected


def test_identifiers_are_grouped_and_an_account_number_never_breaks():
    assert formats.iban("BE68539007547034") == f"BE68{NBSP}5390{NBSP}0754{NBSP}7034"
    assert formats.enterprise_number("0417497106") == "0417.497.106"
    assert formats.vat_number("BE0417497106") == "BE 0417.497.106"
    assert formats.structured_communication("090933755493") == "+++090/9337/55493+++"


def test_what_is_missing_is_a_dash():
    for function in (formats.money, formats.day, formats.moment, formats.iban, formats.percent):
        assert function(None) == "—"


def test_an_invoice_is_late_from_the_day_after_its_due_date():
    today = date(2026, 11, 22)

    assert formats.overdue_days(date(2026, 11, 22), today) == 0
    assert formats.overdue_days(date(2026, 11, 16), today) == 6
    assert formats.overdue_days(date(2026, 12, 1), today) == 0
    assert formats.overdue_days(None, today) == 0


def test_templates_have_each_format_as_filter_and_function():
    for name in ("money", "day", "count_text"):
        assert render_template_string(
            "{{ " + name + "(value) }}{{ value | " + name + " }}",
            value=None if name != "count_text" else 1,
        )


def test_a_language_without_a_region_of_ours_falls_back_to_english():
    with force_locale("es"):
        spanish = formats.day(date(2026, 9, 4))
    with force_locale("en"):
        assert spanish == formats.day(date(2026, 9, 4))

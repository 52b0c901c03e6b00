"""What people type into one line: cleaned, and refused where it cannot be right."""

import pytest

from app.domain.typed_text import (
    NotAnEmailAddress,
    NotAPhoneNumber,
    NotAWebAddress,
    TextMissing,
    TextTooLong,
    checked_email,
    checked_line,
    checked_phone,
    checked_web_address,
    looks_like_postcode,
    one_line,
    required_line,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Rue  du\tFour\n12 ", "Rue du Four 12"),
        ("e\u0301te\u0301", "été"),
        ("a\x00b\u202ec\u200bd", "a bcd"),
        (" \u200b\n", None),
        (None, None),
    ],
)
def test_nobody_sees_what_is_cleaned_away(typed, kept):
    assert one_line(typed) == kept


def test_a_line_has_its_length_and_may_be_required():
    assert checked_line("abc", field="city", longest=3) == "abc"
    with pytest.raises(TextTooLong) as refused:
        checked_line("abcd", field="city", longest=3)
    assert refused.value.params == {"field": "city", "limit": 3}
    with pytest.raises(TextMissing):
        required_line(" ", field="name", longest=3)


def test_an_email_has_one_spelling():
    assert checked_email(" Anna@Martin.EXAMPLE ", field="email") == "anna@martin.example"
    assert checked_email("", field="email") is None
    for typed in (
        "anna",
        "anna@martin",
        "a b@martin.example",
        "a@b.example,c@d.example",
        "@b.example",
    ):
        with pytest.raises(NotAnEmailAddress):
            checked_email(typed, field="email")


@pytest.mark.parametrize("typed", ["+32 4 000 10 01", "0470/12.34.56", "(02) 000-00-00", "112"])
def test_telephone_numbers_are_kept_as_people_write_them(typed):
    assert checked_phone(typed, field="phone") == typed


@pytest.mark.parametrize("typed", ["soon", "+", "+32 4x", "++32 4"])
def test_what_is_no_telephone_number_is_refused(typed):
    with pytest.raises(NotAPhoneNumber):
        checked_phone(typed, field="phone")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.martin.example", "https://www.martin.example"),
        ("http://martin.example:8080/shop?a=1", "http://martin.example:8080/shop?a=1"),
        ("boulangerie-léa.example", "https://boulangerie-léa.example"),
        ("", None),
    ],
)
def test_a_web_address_becomes_a_link(typed, kept):
    assert checked_web_address(typed, field="website") == kept


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "javascript://martin.example/%0aalert(1)",
        "ftp://martin.example",
        "martin",
        "http://a@martin.example",
        "https://",
        "https://martin.example:port",
        "a b.example",
        "http://[::1",
        "https://-.example",
        "//martin.example",
    ],
)
def test_what_leads_nowhere_on_the_web_is_refused(typed):
    with pytest.raises(NotAWebAddress):
        checked_web_address(typed, field="website")


def test_a_belgian_postcode_has_four_digits_and_others_their_own_rules():
    assert looks_like_postcode("5000", "BE")
    assert looks_like_postcode("B-5000", "BE")
    assert looks_like_postcode(None, "BE")
    assert looks_like_postcode("SW1A 1AA", "GB")
    assert not looks_like_postcode("50000", "BE")
    assert not looks_like_postcode("0500", "BE")

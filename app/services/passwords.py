"""Passwords: the rule a new one must meet, how one is kept, and how one is checked."""

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from app.domain.errors import DomainError
from app.services.common_passwords import is_common, is_one_of

SHORTEST = 12
LONGEST = 128
"""Characters after NFKC. Length and a blocklist are the whole rule (NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5, 6.2)."""

COST, BLOCK_SIZE, LANES = 32768, 8, 1
"""Werkzeug's parameters of scrypt: 32 MiB and some 70 ms a hash."""

WAIT_S = 10.0
"""How long a sign-in waits for its turn before it is told that the system is busy."""

_LEGAL_FORM = re.compile(
    r"\W+(s\.?a|n\.?v|s\.?r\.?l|b\.?v|sprl|bvba|asbl|vzw|snc|vof|sc|cv|ag|gmbh|ltd)\.?$",
    re.IGNORECASE,
)
"""At the end of a company's name, as Belgium and its neighbours write it: nobody types it into a password."""

_hashing = BoundedSemaphore(max(2, os.cpu_count() or 2))
# Each hash takes 32 MiB: without a cap, fifty sign-ins at once would take 1.6 GB.


class PasswordTooShort(DomainError):
    """`shortest` is the number of characters it needs."""

    code = "password_too_short"


class PasswordTooLong(DomainError):
    """`longest` is the number of characters it may have."""

    code = "password_too_long"


class PasswordTooCommon(DomainError):
    """It is on the list of passwords that are tried first."""

    code = "password_too_common"


class PasswordTooPersonal(DomainError):
    """It is the person's e-mail address or name, the company's or the product's."""

    code = "password_too_personal"


class HashingBusy(DomainError):
    """Too many passwords were being checked at once; nothing was decided."""

    code = "hashing_busy"


def check_password_rule(password: str, *, context: Iterable[str] = ()) -> None:
    """Accept a new password, or say what is wrong with it.

    `context` holds whole values that somebody would try first: e-mail address, names, company.
    There are no composition rules. Source: NIST SP 800-63B-4, 3.1.1.2.

    Raises:
        PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordTooPersonal
    """
    chosen = _normal(password)
    if len(chosen) < SHORTEST:
        raise PasswordTooShort(shortest=SHORTEST, field="password")
    if len(chosen) > LONGEST:
        raise PasswordTooLong(longest=LONGEST, field="password")
    if is_one_of(chosen, _with_parts(context)):
        raise PasswordTooPersonal(field="password")
    if is_common(chosen):
        raise PasswordTooCommon(field="password")


def method() -> str:
    """How a new password is hashed, in Werkzeug's notation: Flask-AppBuilder understands what is stored."""
    return f"scrypt:{COST}:{BLOCK_SIZE}:{LANES}"


def hash_password(password: str) -> str:
    """What the table keeps of a password.

    Raises:
        HashingBusy: no turn came within WAIT_S seconds.
    """
    return stretched(password, new_salt())


def new_salt() -> str:
    """128 random bits as text."""
    return secrets.token_urlsafe(16)


def stretched(secret: str, salt: str) -> str:
    """The stored form of a short secret under a salt that is known: equal ones can be looked up.

    Raises:
        HashingBusy: no turn came within WAIT_S seconds.
    """
    return f"{method()}${salt}${_scrypt(secret, salt, (COST, BLOCK_SIZE, LANES))}"


def salt_of(stored: str) -> str:
    """The salt of something that `stretched` has made."""
    return stored.split("$")[1]


def is_right_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the stored one.

    Without a stored one, a hash is computed all the same: the answer takes as long (OWASP ASVS 5, 6.3.8).

    Raises:
        HashingBusy: no turn came within WAIT_S seconds.
    """
    parameters, salt, expected = _parts(stored) or ((COST, BLOCK_SIZE, LANES), _SALT_OF_NOBODY, "")
    found = _scrypt(password, salt, parameters)
    return bool(expected) and hmac.compare_digest(found, expected)


def needs_rehash(stored: str) -> bool:
    """Whether it was hashed with other parameters than a new one would be."""
    return not stored.startswith(f"{method()}$")


_SALT_OF_NOBODY = secrets.token_urlsafe(16)


def _normal(password: str) -> str:
    """The same characters on every keyboard: NFKC (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _with_parts(context: Iterable[str]) -> list[str]:
    """The values, what stands before the @ of an address, and names of companies without their legal form."""
    values = [value for value in context if value]
    before_at = [value.partition("@")[0] for value in values if "@" in value]
    return values + before_at + [_LEGAL_FORM.sub("", value) for value in values]


def _parts(stored: str | None) -> tuple[tuple[int, int, int], str, str] | None:
    """The parameters, the salt and the hash; None for anything that is not scrypt."""
    method, _, rest = (stored or "").partition("$")
    salt, _, digest = rest.partition("$")
    name, *numbers = method.split(":")
    if name != "scrypt" or len(numbers) != 3 or not all(one.isdecimal() for one in numbers):
        return None
    cost, block_size, lanes = (int(one) for one in numbers)
    return ((cost, block_size, lanes), salt, digest) if salt and digest else None


def _scrypt(password: str, salt: str, parameters: tuple[int, int, int]) -> str:
    cost, block_size, lanes = parameters
    # What is longer than a password can be is nobody's: do not spend time on it.
    secret = _normal(password)[: LONGEST + 1].encode("utf-8", "surrogatepass")
    with _turn():
        return hashlib.scrypt(
            secret,
            salt=salt.encode(),
            n=cost,
            r=block_size,
            p=lanes,
            maxmem=132 * cost * block_size * lanes,
        ).hex()


@contextmanager
def _turn() -> Iterator[None]:
    if not _hashing.acquire(timeout=WAIT_S):
        raise HashingBusy
    try:
        yield
    finally:
        _hashing.release()

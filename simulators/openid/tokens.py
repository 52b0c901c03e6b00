"""What the provider issues: codes that work once, and identity tokens signed by its key."""

import hashlib
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from simulators.openid.faults import Fault
from simulators.openid.people import Person

CODE_LIFETIME_S = 60
TOKEN_LIFETIME_S = 300
AN_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for: who chose to be whom, for which request."""

    person: Person
    redirect_uri: str
    nonce: str | None
    code_challenge: str
    issued_at: float


class Grants:
    """Codes and access tokens that are out; each code opens one grant, once."""

    def __init__(self) -> None:
        self._codes: dict[str, Grant] = {}
        self._people: dict[str, Person] = {}
        self._lock = Lock()

    def issue_code(self, grant: Grant) -> str:
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = grant
        return code

    def redeem(self, code: str, *, redirect_uri: str, code_verifier: str) -> Grant | None:
        """The grant of a code; None where it was used, is late, or is not theirs who ask (RFC 7636, 4.6)."""
        with self._lock:
            grant = self._codes.pop(code, None)
        if grant is None or time.time() - grant.issued_at > CODE_LIFETIME_S:
            return None
        is_theirs = hmac.compare_digest(_challenge(code_verifier), grant.code_challenge)
        return grant if is_theirs and redirect_uri == grant.redirect_uri else None

    def issue_access_token(self, person: Person) -> str:
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._people[token] = person
        return token

    def person_of(self, access_token: str) -> Person | None:
        with self._lock:
            return self._people.get(access_token)


class Signer:
    """The provider's key: published by its name, changed when asked."""

    def __init__(self) -> None:
        self._key = _key(0)

    def change_key(self) -> None:
        """Sign by another key from now on; the former one is no longer published."""
        self._key = _key(1)

    def published(self) -> dict[str, Any]:
        return {"keys": [{**self._key.as_dict(private=False), "alg": "RS256"}]}

    def sign(self, claims: dict[str, Any], *, faults: Set[Fault], client_secret: str) -> str:
        kid = str(self._key.kid)
        if Fault.UNSIGNED in faults:
            parts = (json.dumps({"alg": "none"}), json.dumps(claims))
            return ".".join((*(_base64(part.encode()) for part in parts), ""))
        if Fault.SIGNED_BY_CLIENT_SECRET in faults:
            key = OctKey.import_key(client_secret)
            return jwt.encode({"alg": "HS256", "kid": kid}, claims, key)
        signing = _key(2) if Fault.BAD_SIGNATURE in faults else self._key
        return jwt.encode({"alg": "RS256", "kid": kid}, claims, signing)


def id_token_claims(
    grant: Grant, *, issuer: str, client_id: str, faults: Set[Fault]
) -> dict[str, Any]:
    """The claims of OpenID Connect Core 1.0, section 2, spoilt as the faults say."""
    at = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": grant.person.subject,
        "aud": client_id,
        "iat": at,
        "exp": at + TOKEN_LIFETIME_S,
        "auth_time": at,
        "nonce": grant.nonce,
        "name": grant.person.name,
    }
    if Fault.EMAIL_BY_USERINFO not in faults:
        claims |= email_claims(grant.person)
    spoilt: Mapping[Fault, dict[str, Any]] = {
        Fault.WRONG_NONCE: {"nonce": "of-another-sign-in"},
        Fault.NO_NONCE: {"nonce": None},
        Fault.WRONG_AUDIENCE: {"aud": "another-portal"},
        Fault.SHARED_AUDIENCE: {"aud": [client_id, "another-portal"], "azp": "another-portal"},
        Fault.WRONG_ISSUER: {"iss": "https://another.example"},
        Fault.EXPIRED: {"iat": at - 2 * AN_HOUR_S, "exp": at - AN_HOUR_S},
        Fault.FROM_THE_FUTURE: {"iat": at + AN_HOUR_S, "exp": at + 2 * AN_HOUR_S},
        Fault.NO_SUBJECT: {"sub": None},
        Fault.EARLIER_SIGN_IN: {"auth_time": at - AN_HOUR_S},
        Fault.NO_AUTH_TIME: {"auth_time": None},
    }
    for fault, change in spoilt.items():
        if fault in faults:
            claims |= change
    return {name: value for name, value in claims.items() if value is not None}


def email_claims(person: Person) -> dict[str, Any]:
    claims = {"email": person.email, "email_verified": person.is_email_verified}
    return {name: value for name, value in claims.items() if value is not None}


def _challenge(code_verifier: str) -> str:
    digest = hashlib.sha256(code_verifier.encode("ascii", "replace")).digest()
    return _base64(digest)


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@cache
def _key(number: int) -> RSAKey:
    """One of the keys of this process; each takes a moment to make."""
    return RSAKey.generate_key(2048, {"kid": f"{number}-{secrets.token_hex(4)}", "use": "sig"})

"""The identity token: its signature by a published key, and every claim that must be right about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from app.domain.openid import ProviderAnswerRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key of the provider's only: neither none at all, nor one by the secret we share with it."""
LEEWAY_S = 60
"""How far the provider's clock may be from ours."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say to be meant for us, now."""

    issuer: str
    client_id: str
    nonce: str


def checked_claims(
    token: Mapping[str, Any],
    expected: Expected,
    *,
    keys: Callable[[bool], KeySet],
    label: str,
) -> dict[str, Any]:
    """Return the claims of the identity token in a token answer (OpenID Connect Core 1.0, 3.1.3.7).

    `keys(True)` looks for keys that are new.

    Raises:
        ProviderAnswerRefused: it proves nothing; `reason` says which claim or step.
        ProviderUnavailable: the keys could not be had.
    """
    try:
        claims = _validated(_decoded(token.get("id_token"), keys), token, expected)
    except JoseError as error:
        reason = f"{error.error} {getattr(error, 'claim', '')}".strip()
        raise ProviderAnswerRefused(label=label, reason=reason) from error
    except (TypeError, ValueError) as error:
        raise ProviderAnswerRefused(label=label, reason="id_token") from error
    if claims["iss"] != expected.issuer:  # joserfc takes a list that holds it, too
        raise ProviderAnswerRefused(label=label, reason="iss")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise ProviderAnswerRefused(label=label, reason="sub")
    return claims


def _validated(decoded: jwt.Token, token: Mapping[str, Any], expected: Expected) -> dict[str, Any]:
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "values": [expected.client_id]},
            "sub": {"essential": True},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": token.get("access_token"),
        },
    )
    claims.validate(leeway=LEEWAY_S)
    return dict(claims)


def _decoded(id_token: object, keys: Callable[[bool], KeySet]) -> jwt.Token:
    if not isinstance(id_token, str):
        raise TypeError("no identity token")
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        return jwt.decode(id_token, keys(False), registry=registry)
    except InvalidKeyIdError:
        return jwt.decode(id_token, keys(True), registry=registry)

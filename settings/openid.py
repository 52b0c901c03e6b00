"""The OpenID providers of a deployment: how OIDC_PROVIDERS describes them, and what is wrong with a description."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?")
_REQUIRED_SCOPE = "openid"
_IN_WORDS: Mapping[str, str] = {
    "missing": "{field} is missing",
    "extra_forbidden": "{field} is not known here",
    "string_too_short": "{field} is empty",
    "string_pattern_mismatch": "{field} takes small letters, digits and hyphens, at most 40",
}


class OpenIdProvider(BaseModel):
    """One provider: registered there under `client_id`, known here as `name`, to people as `label`.

    `origins` are further sites that its sign-in passes through on the way back: a browser lets a
    form lead to named sites only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    label: str = Field(min_length=1, max_length=60)
    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    origins: tuple[str, ...] = ()

    @field_validator("issuer")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            not _ORIGIN.fullmatch(f"{parts.scheme}://{parts.netloc}")
            or parts.query
            or parts.fragment
        ):
            raise ValueError("issuer is not a URL such as https://login.example.com")
        return value

    @field_validator("client_secret")
    @classmethod
    def _is_a_secret(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError("client_secret is empty")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_who_it_is(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if _REQUIRED_SCOPE not in value:
            raise ValueError(f"scopes must hold {_REQUIRED_SCOPE}")
        return value

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError("origins are like https://login.example.com, without a path")
        return value

    @property
    def is_plain_http(self) -> bool:
        return any(url.startswith("http://") for url in (self.issuer, *self.origins))


def read_providers(text: str) -> tuple[tuple[OpenIdProvider, ...], list[str]]:
    """Return the providers of a JSON list, and each problem with it in words that name no secret."""
    if not text.strip():
        return (), []
    try:
        listed = json.loads(text)
    except ValueError:
        return (), ["OIDC_PROVIDERS is not JSON."]
    if not isinstance(listed, list):
        return (), ["OIDC_PROVIDERS is not a list: [{…}, {…}]."]
    providers: list[OpenIdProvider] = []
    problems: list[str] = []
    for number, entry in enumerate(listed, 1):
        try:
            providers.append(OpenIdProvider.model_validate(entry))
        except ValidationError as error:
            problems += [_in_words(number, dict(one)) for one in error.errors(include_input=False)]
    return tuple(providers), problems + _shared(providers)


def _in_words(number: int, problem: Mapping[str, Any]) -> str:
    field = ".".join(str(part) for part in problem["loc"]) or "the entry"
    known = _IN_WORDS.get(problem["type"])
    if known is not None:
        words = known.format(field=field)
    elif problem["type"] == "value_error":
        words = str(problem["msg"]).removeprefix("Value error, ")
    else:
        words = f"{field}: {problem['msg']}"
    return f"OIDC_PROVIDERS, provider {number}: {words}."


def _shared(providers: list[OpenIdProvider]) -> list[str]:
    """What two providers may not share: an identity belongs to an issuer, an address to a name."""
    problems = []
    for field in ("name", "issuer"):
        values = [getattr(one, field) for one in providers]
        if len(set(values)) < len(values):
            problems.append(f"OIDC_PROVIDERS: two providers have the same {field}.")
    return problems

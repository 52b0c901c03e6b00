"""What a provider publishes about itself: where its pages are, and its keys; asked for again now and then."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.domain.openid import ProviderAnswerRefused, ProviderUnavailable

KEPT_S = 3600.0
"""How long a discovery document and a key set are believed."""
KEYS_AGAIN_S = 30.0
"""An unknown key is looked for again, but not more often than this: a forged token costs the provider nothing."""
AFTER_FAILURE_S = 10.0
"""Who comes this soon after a failure is told at once: waiting people would take all threads of a host."""
_DISCOVERY = "/.well-known/openid-configuration"

Get = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part of a discovery document that is used (OpenID Connect Discovery 1.0, section 3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    token_auth_method: str
    sends_issuer: bool
    """Whether its redirects always name it (RFC 9207, section 3)."""


class Published:
    """What one issuer publishes, kept for a while and shared by all threads."""

    def __init__(self, *, issuer: str, label: str, origins: tuple[str, ...], get: Get) -> None:
        self._issuer = issuer
        self._label = label
        self._origins = origins
        self._get = get
        self._lock = Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._failed_at: float | None = None

    def metadata(self) -> Metadata:
        """Raises ProviderUnavailable, ProviderAnswerRefused."""
        with self._lock:
            if self._metadata is None or _age(self._metadata[0]) > KEPT_S:
                document = self._asked(self._issuer.rstrip("/") + _DISCOVERY)
                self._metadata = (time.monotonic(), self._checked(document))
            return self._metadata[1]

    def keys(self, *, looking_for_another: bool = False) -> KeySet:
        """The keys of its signatures. Raises ProviderUnavailable, ProviderAnswerRefused."""
        uri = self.metadata().jwks_uri
        with self._lock:
            longest = KEYS_AGAIN_S if looking_for_another else KEPT_S
            if self._keys is None or _age(self._keys[0]) > longest:
                self._keys = (time.monotonic(), self._key_set(self._asked(uri)))
            return self._keys[1]

    def _asked(self, url: str) -> Mapping[str, Any]:
        if self._failed_at is not None and _age(self._failed_at) < AFTER_FAILURE_S:
            raise ProviderUnavailable(label=self._label)
        try:
            answer = self._get(url)
        except ProviderUnavailable:
            self._failed_at = time.monotonic()
            raise
        self._failed_at = None
        return answer

    def _key_set(self, document: Mapping[str, Any]) -> KeySet:
        try:
            return KeySet.import_key_set({"keys": list(document["keys"])})
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise self._refused("keys") from error

    def _checked(self, document: Mapping[str, Any]) -> Metadata:
        if document.get("issuer") != self._issuer:
            raise self._refused("issuer_of_discovery")
        authorization = self._address(document, "authorization_endpoint")
        # A browser would stop there without a word: our forms lead to these origins only.
        if _origin(authorization) not in self._origins:
            raise self._refused("origin_of_authorization_endpoint")
        has_userinfo = bool(document.get("userinfo_endpoint"))
        return Metadata(
            authorization_endpoint=authorization,
            token_endpoint=self._address(document, "token_endpoint"),
            jwks_uri=self._address(document, "jwks_uri"),
            userinfo_endpoint=self._address(document, "userinfo_endpoint")
            if has_userinfo
            else None,
            token_auth_method=_auth_method(document),
            sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, document: Mapping[str, Any], name: str) -> str:
        """An endpoint; an issuer on https never sends us to an unprotected one."""
        url = document.get(name)
        scheme = urlsplit(url).scheme if isinstance(url, str) else ""
        is_right = scheme == "https" or (scheme == "http" and self._issuer.startswith("http://"))
        if not isinstance(url, str) or not is_right:
            raise self._refused(name)
        return url

    def _refused(self, reason: str) -> ProviderAnswerRefused:
        return ProviderAnswerRefused(label=self._label, reason=reason)


def _age(at: float) -> float:
    return time.monotonic() - at


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _auth_method(document: Mapping[str, Any]) -> str:
    """How we prove who we are to its token endpoint; the first is the default (Discovery 1.0, section 3)."""
    offered = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    known = ("client_secret_basic", "client_secret_post")
    return next((method for method in known if method in offered), known[0])

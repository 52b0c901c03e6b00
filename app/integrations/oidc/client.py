"""One provider as the application sees it: the way there, and the way back turned into somebody."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests.exceptions import InvalidJSONError, RequestException

from app.domain.openid import (
    Departure,
    ProvedIdentity,
    ProviderAnswer,
    ProviderAnswerRefused,
    ProviderSignInStopped,
    ProviderUnavailable,
)
from app.integrations.oidc.http import Patience, get_json, limited
from app.integrations.oidc.id_token import Expected, checked_claims
from app.integrations.oidc.metadata import Metadata, Published
from settings.openid import OpenIdProvider

log = logging.getLogger(__name__)

LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, section 2."""


@dataclass(frozen=True, slots=True)
class Registration:
    """How this deployment is registered at a provider."""

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    more_origins: tuple[str, ...] = ()


class OpenIdClient:
    """The authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9700)."""

    def __init__(self, registration: Registration, *, patience: Patience | None = None) -> None:
        self._registered = registration
        self._patience = patience or Patience()
        self._published = Published(
            issuer=registration.issuer,
            label=registration.label,
            origins=self.origins,
            get=self._get,
        )

    @property
    def name(self) -> str:
        return self._registered.name

    @property
    def label(self) -> str:
        return self._registered.label

    @property
    def issuer(self) -> str:
        return self._registered.issuer

    @property
    def origins(self) -> tuple[str, ...]:
        parts = urlsplit(self.issuer)
        return (f"{parts.scheme}://{parts.netloc}", *self._registered.more_origins)

    def depart(self, *, return_to: str, language: str, again: bool) -> Departure:
        """Make the way to the provider's page. Raises ProviderUnavailable, ProviderAnswerRefused."""
        metadata = self._published.metadata()
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        afresh = {"prompt": "login", "max_age": "0"} if again else {}
        with self._session(metadata) as session:
            url, state = session.create_authorization_url(
                metadata.authorization_endpoint,
                state=secrets.token_urlsafe(24),
                code_verifier=verifier,
                redirect_uri=return_to,
                nonce=nonce,
                ui_locales=language,
                **afresh,
            )
        return Departure(url=url, state=state, nonce=nonce, code_verifier=verifier)

    def arrive(
        self, departure: Departure, answer: ProviderAnswer, *, return_to: str
    ) -> ProvedIdentity:
        """Turn the way back into somebody.

        Raises:
            ProviderSignInStopped: they went back, or were not let through there.
            ProviderAnswerRefused: something about the answer is wrong; the log says what.
            ProviderUnavailable
        """
        try:
            metadata = self._published.metadata()
            self._check_sender(answer, metadata)
            token = self._token(answer, departure, metadata, return_to=return_to)
            claims = checked_claims(
                token,
                Expected(self.issuer, self._registered.client_id, departure.nonce),
                keys=lambda another: self._published.keys(looking_for_another=another),
                label=self.label,
            )
            return self._identity(claims | self._email_of(claims, token, metadata))
        except ProviderAnswerRefused as error:
            log.warning("answer of provider %s refused: %r", self.name, error.params.get("reason"))
            raise

    def _check_sender(self, answer: ProviderAnswer, metadata: Metadata) -> None:
        """Another provider may have sent the browser here with a code of its own (RFC 9207, section 2.4)."""
        if answer.issuer != self.issuer and (answer.issuer is not None or metadata.sends_issuer):
            raise self._refused("iss_of_redirect")
        if answer.error:
            raise ProviderSignInStopped(label=self.label, reason=answer.error[:60])

    def _token(
        self,
        answer: ProviderAnswer,
        departure: Departure,
        metadata: Metadata,
        *,
        return_to: str,
    ) -> dict[str, Any]:
        if not answer.code:
            raise self._refused("no_code")
        with self._session(metadata) as session:
            try:
                return dict(
                    session.fetch_token(
                        metadata.token_endpoint,
                        grant_type="authorization_code",
                        code=answer.code,
                        code_verifier=departure.code_verifier,
                        redirect_uri=return_to,
                    )
                )
            except OAuthError as error:
                raise self._refused(f"token endpoint: {str(error.error)[:60]}") from error
            except InvalidJSONError as error:
                raise self._refused("token endpoint: not_json") from error
            except RequestException as error:
                raise ProviderUnavailable(label=self.label) from error
            except (TypeError, ValueError) as error:
                raise self._refused("token endpoint: malformed") from error

    def _email_of(
        self, claims: Mapping[str, Any], token: Mapping[str, Any], metadata: Metadata
    ) -> dict[str, Any]:
        """The address as the user information has it, where the token has none (Core 1.0, 5.3)."""
        access_token = token.get("access_token")
        if "email" in claims or metadata.userinfo_endpoint is None or not access_token:
            return {}
        told = self._get(
            metadata.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"}
        )
        if told.get("sub") != claims["sub"]:
            raise self._refused("sub_of_userinfo")
        return {name: told[name] for name in ("email", "email_verified") if name in told}

    def _identity(self, claims: Mapping[str, Any]) -> ProvedIdentity:
        subject, email = claims["sub"], claims.get("email")
        if len(subject) > LONGEST_SUBJECT or not subject.isprintable():
            raise self._refused("sub")
        return ProvedIdentity(
            provider=self.name,
            label=self.label,
            issuer=self.issuer,
            subject=subject,
            email=email if isinstance(email, str) and email and email.isprintable() else None,
            is_email_verified=claims.get("email_verified") is True,
            authenticated_at=self._instant(claims.get("auth_time")),
        )

    def _instant(self, seconds: object) -> datetime | None:
        if not isinstance(seconds, int | float):
            return None
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError) as error:
            raise self._refused("auth_time") from error

    def _session(self, metadata: Metadata) -> OAuth2Session:
        session = OAuth2Session(
            client_id=self._registered.client_id,
            client_secret=self._registered.client_secret,
            token_endpoint_auth_method=metadata.token_auth_method,
            scope=" ".join(self._registered.scopes),
            code_challenge_method="S256",
        )
        return limited(session, self._patience)

    def _get(self, url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return get_json(url, patience=self._patience, label=self.label, headers=headers)

    def _refused(self, reason: str) -> ProviderAnswerRefused:
        return ProviderAnswerRefused(label=self.label, reason=reason)


def client_of(setting: OpenIdProvider) -> OpenIdClient:
    """The client of a provider as the settings describe it."""
    return OpenIdClient(
        Registration(
            name=setting.name,
            label=setting.label,
            issuer=setting.issuer,
            client_id=setting.client_id,
            client_secret=setting.client_secret.get_secret_value(),
            scopes=setting.scopes,
            more_origins=setting.origins,
        )
    )

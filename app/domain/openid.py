"""Signing in through an OpenID provider: what is sent along, what comes back, and what can be wrong about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.errors import DomainError


class ProviderUnknown(DomainError):
    """The settings name no provider of this name."""

    code = "provider_unknown"


class ProviderUnavailable(DomainError):
    """`label` did not answer in time, or answered with an error of its own. Nothing was decided."""

    code = "provider_unavailable"


class ProviderAnswerRefused(DomainError):
    """What `label` answered proves nothing: `reason` names the claim or step that is wrong, for the log."""

    code = "provider_answer_refused"


class ProviderNotFresh(DomainError):
    """The provider was to ask again who somebody is, and took an earlier sign-in for it, or does not say."""

    code = "provider_not_fresh"


class ProviderSignInStopped(DomainError):
    """The person did not go on at `label`, or it did not let them; `reason` is its error code, for the log."""

    code = "provider_sign_in_stopped"


@dataclass(frozen=True, slots=True)
class Departure:
    """On the way to a provider: `url` is its page; the rest waits in the visitor's session for the way back."""

    url: str
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class ProvedIdentity:
    """Who came back from a provider, all of it checked (OpenID Connect Core 1.0, 3.1.3.7).

    `email` is as the provider spells it. `authenticated_at` is when they last proved to it who they are,
    where it says so.
    """

    provider: str
    label: str
    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool
    authenticated_at: datetime | None


class IdentityProvider(Protocol):
    """One provider of the settings. Every method that asks it something may raise ProviderUnavailable."""

    @property
    def name(self) -> str:
        """A word for addresses and tables; never changes."""
        ...

    @property
    def label(self) -> str:
        """What people call it."""
        ...

    @property
    def issuer(self) -> str: ...

    @property
    def origins(self) -> tuple[str, ...]:
        """Where a form that leads to it may lead, as sources of a Content-Security-Policy."""
        ...

    def depart(self, *, return_to: str, language: str, again: bool) -> Departure:
        """Make the way to its page, which leads back to `return_to`; `again` asks it not to trust a former sign-in.

        Raises:
            ProviderUnavailable, ProviderAnswerRefused
        """
        ...

    def arrive(
        self, departure: Departure, answer: "ProviderAnswer", *, return_to: str
    ) -> ProvedIdentity:
        """Turn the way back into somebody.

        Raises:
            ProviderSignInStopped, ProviderAnswerRefused, ProviderUnavailable
        """
        ...


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the provider's redirect carried, unchecked; `issuer` is the parameter of RFC 9207."""

    state: str | None
    code: str | None
    error: str | None
    issuer: str | None

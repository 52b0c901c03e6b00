"""Somebody on the way to a provider: remembered in the session of their browser, and taken out of it once."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from flask import current_app, session

from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.openid import Departure
from app.fab.redirects import own_path
from config import Settings

_KEY: Final = "openid"
MOST: Final = 3
"""Tabs in which one browser may be on the way at a time; the oldest is forgotten first."""
LONGEST: Final = timedelta(minutes=15)
"""Enough to find one's telephone for the provider's own second step."""


class JourneyUnknown(DomainError):
    """Nobody set out from this browser with this state: it is another browser's, was used, or is too old."""

    code = "provider_journey_unknown"


class Purpose(StrEnum):
    """What somebody set out for."""

    SIGN_IN = "SIGN_IN"
    CONFIRM = "CONFIRM"
    LINK = "LINK"


@dataclass(frozen=True, slots=True)
class Journey:
    """`user_id` is who was signed in when it began; `begun_at` is in seconds, for a session holds no instants."""

    provider: str
    purpose: Purpose
    nonce: str
    code_verifier: str
    begun_at: float
    wanted: str | None = None
    user_id: int | None = None

    def departure(self, state: str) -> Departure:
        return Departure(url="", state=state, nonce=self.nonce, code_verifier=self.code_verifier)

    @property
    def begun(self) -> datetime:
        return datetime.fromtimestamp(self.begun_at, UTC)


def set_out(
    departure: Departure,
    *,
    provider: str,
    purpose: Purpose,
    wanted: str | None,
    user_id: int | None,
) -> None:
    """Remember in the browser's session what has to be right on the way back."""
    journey = Journey(
        provider=provider,
        purpose=purpose,
        nonce=departure.nonce,
        code_verifier=departure.code_verifier,
        begun_at=now().timestamp(),
        wanted=wanted,
        user_id=user_id,
    )
    waiting = sorted(session.get(_KEY, {}).items(), key=lambda one: one[1]["begun_at"])
    session[_KEY] = {**dict(waiting[-(MOST - 1) :]), departure.state: asdict(journey)}


def come_back(state: str | None, *, provider: str, user_id: int | None) -> Journey:
    """Take the journey of a state out of the session: it can be ended once, where and by whom it was begun.

    Raises:
        JourneyUnknown: there is none, it is too old, or it led to another provider (RFC 9700, 4.4).
    """
    waiting: dict[str, Any] = dict(session.get(_KEY, {}))
    found = waiting.pop(state or "", None)
    if found is None:
        raise JourneyUnknown
    session[_KEY] = waiting
    journey = Journey(**{**found, "purpose": Purpose(found["purpose"])})
    is_late = now() - journey.begun > LONGEST
    if is_late or journey.provider != provider or journey.user_id != user_id:
        raise JourneyUnknown
    return journey


def return_address(provider: str) -> str:
    """Where a provider sends people back to, as it is registered there: never made from the request's host."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.public_url}/login/with/{provider}/callback"


def wanted_after(journey: Journey, *, default: str) -> str:
    """Where the person wanted to go, a path of this site."""
    return own_path(journey.wanted) or default

"""The issuer's settings: read on every page, changed by an administrator."""

import time
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import IssuerSetting

KEPT_S = 10.0
"""How long a process goes on with what it read: a changed name appears everywhere within this time."""


@dataclass(frozen=True, slots=True)
class IssuerCard:
    """What pages say about the issuer."""

    name: str
    contact_email: str
    contact_phone: str | None = None
    languages: tuple[str, ...] = ("fr", "nl", "de", "en")
    default_language: str = "fr"


UNNAMED = IssuerCard(name="Clientèle", contact_email="")
"""Before anybody has named the issuer, pages still work."""

_lock = Lock()
_kept: dict[str, tuple[float, IssuerCard]] = {}


def issuer_card(session: Session) -> IssuerCard:
    """The issuer as pages name it; at most KEPT_S seconds old."""
    key = str(session.get_bind().engine.url)
    with _lock:
        read_at, card = _kept.get(key, (0.0, UNNAMED))
        if time.monotonic() - read_at < KEPT_S and read_at:
            return card
    row = session.scalars(select(IssuerSetting)).one_or_none()
    card = _card(row) if row is not None else UNNAMED
    with _lock:
        _kept[key] = (time.monotonic(), card)
    return card


def kept_issuer_card(session: Session) -> IssuerCard:
    """The issuer as this process read it last, however long ago: asks the database for nothing."""
    with _lock:
        return _kept.get(str(session.get_bind().engine.url), (0.0, UNNAMED))[1]


def forget_issuer_card() -> None:
    """Read the issuer anew at the next page: after a change, in this process."""
    with _lock:
        _kept.clear()


def _card(row: IssuerSetting) -> IssuerCard:
    return IssuerCard(
        row.name,
        row.contact_email,
        row.contact_phone,
        tuple(row.languages),
        row.default_language,
    )

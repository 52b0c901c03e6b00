"""How MAIL_URL is read: to Flask-Mail's keys, and what cannot be used, each with its sentence."""

from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from settings.safety import is_loopback

OUTBOX, SMTP, SMTPS = "outbox", "smtp", "smtps"
_PLAIN = ["none"]


def mail_config(url: str) -> dict[str, Any]:
    """Flask-Mail's keys: `smtp` is encrypted by STARTTLS unless it says `?tls=none`, `smtps` from the start."""
    parts = urlsplit(url)
    is_tls = parts.scheme == SMTPS
    return {
        "MAIL_SUPPRESS_SEND": parts.scheme == OUTBOX,
        "MAIL_SERVER": parts.hostname or "localhost",
        "MAIL_PORT": parts.port or (465 if is_tls else 587),
        "MAIL_USE_SSL": is_tls,
        "MAIL_USE_TLS": parts.scheme == SMTP and not _is_plain(parts),
        "MAIL_USERNAME": unquote(parts.username) if parts.username else None,
        "MAIL_PASSWORD": unquote(parts.password) if parts.password else None,
    }


def mail_problems(url: str) -> list[str]:
    """What is wrong with it; its text is not repeated, for it may hold a password."""
    try:
        parts = urlsplit(url)
        has_host = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        return ["MAIL_URL is not an address: smtp://user:password@host:587"]
    if parts.scheme == OUTBOX:
        return []
    if parts.scheme not in {SMTP, SMTPS} or not has_host:
        return ["MAIL_URL must be smtp://host, smtps://host or outbox:"]
    if parts.query and not _is_plain(parts):
        return ["MAIL_URL may end in ?tls=none and in no other option."]
    if _is_plain(parts) and (parts.scheme == SMTPS or not is_loopback(parts.hostname or "")):
        return [
            "MAIL_URL with ?tls=none is for smtp:// to this machine: links must not travel bare."
        ]
    return []


def _is_plain(parts: SplitResult) -> bool:
    return parse_qs(parts.query) == {"tls": _PLAIN}

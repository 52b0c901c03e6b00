"""What no deployment may be set to: unsafe values, each with the sentence that tells it to its operator."""

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from config import Settings

SHORTEST_SECRET_KEY = 32


def demo_problems(settings: "Settings") -> list[str]:
    if is_loopback(settings.bind_host):
        return []
    return [
        f"BIND_HOST={settings.bind_host} is not a loopback address; "
        "the demo has public passwords and stays on this machine."
    ]


def production_problems(settings: "Settings") -> list[str]:
    key = settings.secret_key.get_secret_value()
    database = settings.database_url.get_secret_value()
    host = urlsplit(settings.public_url).hostname or ""
    unsafe = {
        f"SECRET_KEY must have at least {SHORTEST_SECRET_KEY} characters and be random.": (
            len(key) < SHORTEST_SECRET_KEY or len(set(key)) < SHORTEST_SECRET_KEY // 4
        ),
        "DATA_KEYS must be set: a name, a colon, and what openssl rand -base64 32 prints.": (
            not settings.data_keys.get_secret_value()
        ),
        "PUBLIC_URL must be set and start with https://.": not (
            host and settings.public_url.startswith("https://")
        ),
        "TRUSTED_HOSTS must name the host of PUBLIC_URL.": host not in settings.trusted_hosts,
        "TRUSTED_HOSTS may not hold a wildcard.": any(
            name[:1] in {".", "*"} for name in settings.trusted_hosts
        ),
        "DATABASE_URL must be set, also to stay on SQLite.": not database,
        "STORAGE_URL must be set to a place that is backed up.": not settings.storage_url,
        "MAIL_URL must be smtp:// or smtps://, or nobody gets mail.": not _sends_mail(settings),
        "PEPPOL_ALLOW_LOOPBACK is for simulators.": settings.peppol_allow_loopback,
        "PEPPOL_PROVIDER=simulator delivers nothing.": settings.peppol_provider == "simulator",
        "TWIKEY_URL must start with https://.": _is_plain_http(settings.twikey_url),
        "PEPPOL_PROVIDER_URL must start with https://.": _is_plain_http(
            settings.peppol_provider_url
        ),
        "OIDC_PROVIDERS: each issuer and origin must start with https://.": any(
            provider.is_plain_http for provider in settings.openid_providers
        ),
    }
    return [problem for problem, is_unsafe in unsafe.items() if is_unsafe] + _role_problems(
        settings
    )


def _role_problems(settings: "Settings") -> list[str]:
    """Name missing PostgreSQL roles: with one role for all, the database is no wall."""
    if settings.is_sqlite:
        return []
    runtime = settings.database_url.get_secret_value()
    apart = {
        "DATABASE_SYSTEM_URL": settings.database_system_url,
        "DATABASE_AUDIT_URL": settings.database_audit_url,
    }
    return [
        f"{name} must be set to a role of its own, other than DATABASE_URL's."
        for name, url in apart.items()
        if url.get_secret_value() in {"", runtime}
    ]


def _is_plain_http(url: str) -> bool:
    return bool(url) and not url.startswith("https://")


def _sends_mail(settings: "Settings") -> bool:
    return settings.mail_url.get_secret_value().startswith(("smtp://", "smtps://"))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

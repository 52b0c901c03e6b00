"""How often something may be tried: counters of fixed windows, in a table that all hosts share."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import DomainError
from app.models import ThrottleWindow
from app.services.throttle_rules import RULES, Throttled, Together

IPV4_NETWORK, IPV6_NETWORK, IPV6_SITE = 24, 56, 48
"""What one customer of a provider usually holds; longer IPv6 prefixes cost nobody anything."""


class TooManyAttempts(DomainError):
    """`retry_at` is the instant at which the window ends; `is_first` is true once in each window."""

    code = "too_many_attempts"

    def __init__(self, *, retry_at: datetime, is_first: bool) -> None:
        super().__init__(retry_at=retry_at, is_first=is_first)
        self.retry_at = retry_at
        self.is_first = is_first


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries under `key` in each window of `window`."""

    key: str
    most: int
    window: timedelta

    @property
    def starts_at(self) -> datetime:
        seconds = int(self.window.total_seconds())
        return datetime.fromtimestamp(int(now().timestamp()) // seconds * seconds, UTC)


def sign_in_limits(secret: str, *, email: str, ip: str | None) -> tuple[Limit, ...]:
    """The limits of one try to sign in, narrowest first.

    Keys are keyed hashes: the table names no account and no address. Nobody can lock out somebody
    else: an account is counted together with the network that tries it (OWASP ASVS 5, 6.3.1).
    """
    return _limits(secret, Throttled.SIGN_IN, account=email, ip=ip)


def signed_in_limits(secret: str, *, email: str, ip: str | None) -> tuple[Limit, ...]:
    """How many tries to sign in that were right are taken back."""
    return _limits(secret, Throttled.SIGNED_IN, account=email, ip=ip)


def reset_limits(secret: str, *, email: str, ip: str | None) -> tuple[Limit, ...]:
    """The limits of asking for a new password, whoever the address belongs to."""
    return _limits(secret, Throttled.RESET, account=email, ip=ip)


def reset_mail_limits(secret: str, *, email: str) -> tuple[Limit, ...]:
    """How many links one person is sent, from wherever they are asked for."""
    return _limits(secret, Throttled.RESET_MAIL, account=email, ip=None)


def invitation_limits(secret: str, *, account: str, ip: str | None) -> tuple[Limit, ...]:
    """The limits of inviting people; `account` is the e-mail address of who invites. Count each address invited."""
    return _limits(secret, Throttled.INVITATION, account=account, ip=ip)


def invitation_mail_limits(secret: str, *, account: str, email: str) -> tuple[Limit, ...]:
    """The limits of invitations to one address from one account."""
    return _limits(secret, Throttled.INVITATION_MAIL, account=f"{account} {email}", ip=None)


def second_step_limits(secret: str, *, account: str, ip: str | None) -> tuple[Limit, ...]:
    """The limits of trying codes; `account` is the e-mail address of somebody who has passed the first step."""
    return _limits(secret, Throttled.SECOND_STEP, account=account, ip=ip)


def confirm_limits(secret: str, *, account: str, ip: str | None) -> tuple[Limit, ...]:
    """The limits of confirming who one is while signed in: the current password, asked again."""
    return _limits(secret, Throttled.CONFIRM, account=account, ip=ip)


def email_change_limits(secret: str, *, account: str, ip: str | None) -> tuple[Limit, ...]:
    """The limits of asking for another e-mail address, and of having its link sent again."""
    return _limits(secret, Throttled.EMAIL_CHANGE, account=account, ip=ip)


def provider_limits(secret: str, *, ip: str | None) -> tuple[Limit, ...]:
    """The limits of setting out for a provider's page, whoever it is."""
    return _limits(secret, Throttled.PROVIDER, account="", ip=ip)


def network_of(ip: str | None) -> str:
    """The network an address belongs to, as throttles see it."""
    address = _address(ip)
    if address is None:
        return "unknown"
    return _around(address, IPV4_NETWORK if address.version == 4 else IPV6_NETWORK)


def site_of(ip: str | None) -> str | None:
    """The wider network that an IPv6 address belongs to; None for any other."""
    address = _address(ip)
    return None if address is None or address.version == 4 else _around(address, IPV6_SITE)


def keyed_hash(secret: str, *parts: str) -> str:
    """HMAC-SHA-256 of the parts, 40 hexadecimal digits: equal values are equal, nothing else can be read."""
    text = "\0".join(("throttle", *parts)).encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()[:40]


def count_attempt(session: Session, limits: Sequence[Limit], *, times: int = 1) -> None:
    """Count one try under each limit, or as many as it is worth; the caller commits at once, also when refused.

    Counting comes before trying, in one statement, so that a hundred tries at the same time are a
    hundred. A refusal stops counting: what is refused weighs on no wider limit.

    Raises:
        TooManyAttempts: a limit is reached; of several tries at once, none was let through.
    """
    for limit in limits:
        starts_at = limit.starts_at
        count = _add(session, limit, starts_at, times)
        if count > limit.most:
            raise TooManyAttempts(
                retry_at=starts_at + limit.window, is_first=count - times <= limit.most
            )


def forgive_attempt(session: Session, limits: Sequence[Limit]) -> None:
    """Take one try back: it was right. Offices of many people do not use up their network."""
    for limit in limits:
        session.execute(
            update(ThrottleWindow)
            .where(
                ThrottleWindow.key == limit.key,
                ThrottleWindow.starts_at == limit.starts_at,
                ThrottleWindow.count > 0,
            )
            .values(count=ThrottleWindow.count - 1)
        )


def purge_windows(session: Session) -> int:
    """Delete the windows that have ended; returns how many."""
    statement = delete(ThrottleWindow).where(ThrottleWindow.ends_at < now())
    return session.execute(statement).rowcount  # type: ignore[attr-defined,no-any-return]


def _limits(
    secret: str, throttled: Throttled, *, account: str, ip: str | None
) -> tuple[Limit, ...]:
    """The rules of one thing as limits of one try: keys by what is counted together, none for a site that is not."""
    network, site = network_of(ip), site_of(ip)
    counted_as: dict[Together, tuple[str, ...] | None] = {
        Together.ACCOUNT_AND_NETWORK: (account, network),
        Together.ACCOUNT: (account,),
        Together.NETWORK: (network,),
        Together.SITE: None if site is None else (site,),
        Together.EVERYBODY: (),
    }
    return tuple(
        Limit(keyed_hash(secret, throttled, rule.together, *parts), rule.most, rule.window)
        for rule in RULES[throttled]
        if (parts := counted_as[rule.together]) is not None
    )


def _address(ip: str | None) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address((ip or "").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _around(address: IPv4Address | IPv6Address, prefix: int) -> str:
    return str(ip_network(f"{address}/{prefix}", strict=False))


def _add(session: Session, limit: Limit, starts_at: datetime, times: int) -> int:
    """Atomic on both databases: two writers of one row wait for each other."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(ThrottleWindow).values(
        key=limit.key, starts_at=starts_at, ends_at=starts_at + limit.window, count=times
    )
    counted = statement.on_conflict_do_update(
        index_elements=["key", "starts_at"], set_={"count": ThrottleWindow.count + times}
    ).returning(ThrottleWindow.count)
    return session.execute(counted).scalar_one()

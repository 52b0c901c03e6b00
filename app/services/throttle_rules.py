"""How often each thing may be tried, as data: what is counted together, how many, in how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.tokens import LIFETIMES, TokenPurpose


class Throttled(StrEnum):
    """What is counted; each has counters of its own."""

    SIGN_IN = "SIGN_IN"
    SIGNED_IN = "SIGNED_IN"
    RESET = "RESET"
    RESET_MAIL = "RESET_MAIL"
    INVITATION = "INVITATION"
    INVITATION_MAIL = "INVITATION_MAIL"
    SECOND_STEP = "SECOND_STEP"
    CONFIRM = "CONFIRM"
    EMAIL_CHANGE = "EMAIL_CHANGE"
    PROVIDER = "PROVIDER"


class Together(StrEnum):
    """Which tries share one counter. A site is the wider network that the owner of an IPv6 address may hold."""

    ACCOUNT_AND_NETWORK = "ACCOUNT_AND_NETWORK"
    ACCOUNT = "ACCOUNT"
    NETWORK = "NETWORK"
    SITE = "SITE"
    EVERYBODY = "EVERYBODY"


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `most` tries of `together` in each window of `window`."""

    together: Together
    most: int
    window: timedelta


SHORT, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)

RULES: Mapping[Throttled, tuple[Rule, ...]] = MappingProxyType(
    {
        # Warehouse: 10 in 5 minutes for an account and for an address; here an office shares its network,
        # the owner of an IPv6 site (RFC 6177) may hold it whole, and what was refused no longer counts
        # for everybody: sixty networks, or thirty sites, get there.
        Throttled.SIGN_IN: (
            Rule(Together.ACCOUNT_AND_NETWORK, 10, SHORT),
            Rule(Together.NETWORK, 50, SHORT),
            Rule(Together.SITE, 100, SHORT),
            Rule(Together.EVERYBODY, 3000, SHORT),
        ),
        # Right ones: as many are taken back. More of them are counted like wrong ones, for each takes a hash that
        # others wait for, and writes a mail where the browser is new.
        Throttled.SIGNED_IN: (Rule(Together.ACCOUNT_AND_NETWORK, 300, SHORT),),
        Throttled.RESET: (
            Rule(Together.ACCOUNT_AND_NETWORK, 5, HOUR),
            Rule(Together.NETWORK, 50, HOUR),
            Rule(Together.SITE, 100, HOUR),
            Rule(Together.EVERYBODY, 3000, HOUR),
        ),
        # Mails to one person, whatever networks they were asked from. Nobody is locked out by somebody who
        # uses them up: a window lasts no longer than the latest link that was sent in it is good.
        Throttled.RESET_MAIL: (Rule(Together.ACCOUNT, 5, LIFETIMES[TokenPurpose.RESET_PASSWORD]),),
        # The account is who invites; each address counts.
        Throttled.INVITATION: (
            Rule(Together.ACCOUNT_AND_NETWORK, 100, HOUR),
            Rule(Together.NETWORK, 300, HOUR),
            Rule(Together.SITE, 600, HOUR),
            Rule(Together.EVERYBODY, 10_000, HOUR),
        ),
        # Mails to one person from one who invites: sending again is for a mail that was lost, not for flooding.
        Throttled.INVITATION_MAIL: (Rule(Together.ACCOUNT, 10, DAY),),
        # Six digits, three of which are right at any moment: the account as a whole is counted as well, or a
        # thousand networks would find one in a day. Whoever gets here has the password, so the wide limit locks
        # out nobody whose password is their own (Warehouse: 5 in 5 minutes, 50 in a day).
        Throttled.SECOND_STEP: (
            Rule(Together.ACCOUNT_AND_NETWORK, 5, SHORT),
            Rule(Together.ACCOUNT, 100, DAY),
            Rule(Together.NETWORK, 50, SHORT),
            Rule(Together.SITE, 100, SHORT),
            Rule(Together.EVERYBODY, 3000, SHORT),
        ),
        # Mails to an address that somebody says is theirs; the account is who says so.
        Throttled.EMAIL_CHANGE: (
            Rule(Together.ACCOUNT_AND_NETWORK, 5, HOUR),
            Rule(Together.ACCOUNT, 10, DAY),
            Rule(Together.NETWORK, 50, HOUR),
            Rule(Together.SITE, 100, HOUR),
            Rule(Together.EVERYBODY, 3000, HOUR),
        ),
        # Nobody's account yet; each try makes us ask the provider something.
        Throttled.PROVIDER: (
            Rule(Together.NETWORK, 60, SHORT),
            Rule(Together.SITE, 120, SHORT),
            Rule(Together.EVERYBODY, 3000, SHORT),
        ),
        # Whoever gets here holds a session of the account.
        Throttled.CONFIRM: (
            Rule(Together.ACCOUNT_AND_NETWORK, 10, SHORT),
            Rule(Together.ACCOUNT, 100, DAY),
            Rule(Together.NETWORK, 50, SHORT),
            Rule(Together.SITE, 100, SHORT),
            Rule(Together.EVERYBODY, 3000, SHORT),
        ),
    }
)
"""OWASP ASVS 5, 6.3.1: guessing is slowed down, and nobody can lock out somebody else on purpose."""


def most(throttled: Throttled, together: Together) -> int:
    """How many tries a rule lets through in one window."""
    return next(rule.most for rule in RULES[throttled] if rule.together is together)

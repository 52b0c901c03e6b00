"""Domains whose people may sign in through a provider without linking first: approved and withdrawn."""

import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.openid import ProviderUnknown
from app.models import SignInDomain
from app.services.audit import record

PUBLIC_MAIL_DOMAINS = frozenset(
    {
        "aol.com",
        "fastmail.com",
        "free.fr",
        "gmail.com",
        "gmx.be",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.be",
        "hotmail.com",
        "hotmail.fr",
        "icloud.com",
        "laposte.net",
        "live.be",
        "live.com",
        "live.fr",
        "mac.com",
        "mail.com",
        "me.com",
        "msn.com",
        "orange.fr",
        "outlook.be",
        "outlook.com",
        "outlook.fr",
        "proton.me",
        "protonmail.com",
        "proximus.be",
        "scarlet.be",
        "skynet.be",
        "telenet.be",
        "voo.be",
        "web.de",
        "yahoo.com",
        "yahoo.fr",
        "yandex.com",
    }
)
"""Where anybody can have an address: no company answers for who is who there. Those that people here use."""
LONGEST_DOMAIN = 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}")


class DomainMalformed(DomainError):
    """It is not the domain of an e-mail address."""

    code = "sign_in_domain_malformed"


class DomainIsPublic(DomainError):
    """Anybody can have an address at `domain`."""

    code = "sign_in_domain_public"


class DomainApprovedAlready(DomainError):
    """`domain` was approved for this provider before."""

    code = "sign_in_domain_approved_already"


def approve_domain(
    session: Session,
    *,
    provider: str,
    domain: str,
    offered: Collection[str],
    by_id: int | None = None,
) -> SignInDomain:
    """Let people whose address at `domain` the provider has verified sign in through it at once.

    Only of users that exist, and only of exactly this domain: subdomains are approved one by one. `offered` are
    the names of the providers that the settings know.

    Raises:
        ProviderUnknown, DomainMalformed, DomainIsPublic, DomainApprovedAlready: with the field at fault.
    """
    if provider not in offered:
        raise ProviderUnknown(field="provider")
    row = SignInDomain(
        provider=provider, domain=checked_domain(domain), approved_by_id=by_id, approved_at=now()
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise DomainApprovedAlready(field="domain", domain=row.domain) from error
    record(session, AuditAction.DOMAIN_APPROVED, target=row)
    return row


def withdraw_domain(session: Session, row: SignInDomain) -> None:
    """Approve no more accounts by a domain. Those that were linked meanwhile stay linked: people unlink them."""
    session.delete(row)
    session.flush()
    record(session, AuditAction.DOMAIN_WITHDRAWN, target=row)


def is_approved(session: Session, *, provider: str, domain: str) -> bool:
    """Whether exactly this domain, in lower case, was approved for this provider."""
    found = select(SignInDomain.id).where(
        SignInDomain.provider == provider, SignInDomain.domain == domain
    )
    return session.scalar(found) is not None


def checked_domain(typed: str) -> str:
    """The one spelling of a domain: lower case, names of other alphabets as DNS has them.

    Raises:
        DomainMalformed, DomainIsPublic
    """
    bare = typed.strip().removeprefix("@").removesuffix(".").lower()
    try:
        domain = bare.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise DomainMalformed(field="domain") from error
    if len(domain) > LONGEST_DOMAIN or not _DOMAIN.fullmatch(domain):
        raise DomainMalformed(field="domain")
    if domain in PUBLIC_MAIL_DOMAINS:
        raise DomainIsPublic(field="domain", domain=domain)
    return domain

"""Accounts at outside providers by which people sign in: told apart, linked, unlinked, asked for again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.mail import MailKind
from app.domain.openid import ProvedIdentity, ProviderNotFresh
from app.domain.typed_text import is_email_address
from app.models import ExternalIdentity, PortalUser
from app.services.audit import record
from app.services.confirmation import has_password
from app.services.mail import write_mail
from app.services.sessions import end_sessions_of
from app.services.sign_in_domains import is_approved

CLOCKS_DIFFER = timedelta(seconds=60)
"""How far the provider's clock may be from ours when it says that somebody has signed in just now."""


class IdentityNotLinked(DomainError):
    """Nobody who may sign in here is linked to this account of the provider, and no approved domain links it."""

    code = "identity_not_linked"


class IdentityTaken(DomainError):
    """Somebody else signs in here through this account of the provider."""

    code = "identity_taken"


class IdentityOfSomebodyElse(DomainError):
    """The account of the provider is not one that this person has linked."""

    code = "identity_of_somebody_else"


class IdentityUnknown(DomainError):
    """It is not linked to this person, or no longer."""

    code = "identity_unknown"


class LastWayIn(DomainError):
    """The person has no password and no other account to sign in through."""

    code = "last_way_in"


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """An account of a provider that somebody signs in through."""

    public_id: UUID
    provider: str
    issuer: str
    email: str | None
    linked_at: datetime
    used_at: datetime | None


def sign_in_by(
    session: Session, proved: ProvedIdentity, *, stranger: str, actor: Actor
) -> PortalUser:
    """Return the person who signs in through this account; the caller commits, also when it is refused.

    An account that is not linked yet is linked here when its provider vouches for the address, an administrator
    has approved the domain for that provider, and somebody who may sign in has that address. No user is ever
    added. `stranger` is what the event calls an account of nobody here: a keyed hash.

    Raises:
        IdentityNotLinked: also of somebody who is disabled: which one is not said.
    """
    identity = _identity_of(session, proved)
    if identity is None:
        identity = _linked_by_domain(session, proved, actor=actor)
    user = None if identity is None else session.get_one(PortalUser, identity.user_id)
    if identity is None or user is None or not user.active:
        label = str(user) if user else stranger
        record(session, AuditAction.IDENTITY_REFUSED, target=user, label=label, actor=actor)
        raise IdentityNotLinked(label=proved.label)
    _note_use(identity, proved)
    return user


def confirm_by(
    session: Session, user_id: int, proved: ProvedIdentity, *, asked_at: datetime
) -> PortalUser:
    """Return the person, who has proved again who they are, after `asked_at`, through an account of theirs.

    Raises:
        IdentityOfSomebodyElse: it is not an account that they have linked.
        ProviderNotFresh: the provider did not ask them, or does not say when it did.
    """
    identity = _identity_of(session, proved)
    user = session.get_one(PortalUser, user_id)
    if identity is None or identity.user_id != user_id or not user.active:
        raise IdentityOfSomebodyElse(label=proved.label)
    at = proved.authenticated_at
    if at is None or at < asked_at - CLOCKS_DIFFER:
        raise ProviderNotFresh
    _note_use(identity, proved)
    return user


def link_identity(session: Session, user_id: int, proved: ProvedIdentity) -> ExternalIdentity:
    """Let a person who is signed in sign in through this account from now on, and tell them by mail.

    Linking it again changes nothing.

    Raises:
        IdentityTaken: it is somebody else's.
    """
    user = session.get_one(PortalUser, user_id)
    identity = _identity_of(session, proved) or _link(session, user, proved)
    if identity.user_id != user_id:
        raise IdentityTaken(label=proved.label)
    return identity


def unlink_identity(
    session: Session,
    user_id: int,
    public_id: UUID,
    *,
    label: str,
    issuers: Collection[str],
    keep_session_id: int,
) -> None:
    """Let nobody in through an account any more, end the person's other sessions, and tell them by mail.

    `issuers` are those of the settings: an account at any other lets nobody in.

    Raises:
        IdentityUnknown: it is not theirs.
        LastWayIn: without it, they could not sign in again.
    """
    # Two at once must not each leave the other as the last way in.
    user = session.scalars(
        select(PortalUser).where(PortalUser.id == user_id).with_for_update()
    ).one()
    identity = find_identity(session, user_id, public_id)
    others = select(func.count()).where(
        ExternalIdentity.user_id == user_id,
        ExternalIdentity.id != identity.id,
        ExternalIdentity.issuer.in_(issuers),
    )
    if not has_password(session, user_id) and not session.scalar(others):
        raise LastWayIn
    session.delete(identity)
    session.flush()
    end_sessions_of(session, user_id, except_id=keep_session_id)
    record(session, AuditAction.IDENTITY_UNLINKED, target=user)
    _tell(session, MailKind.IDENTITY_UNLINKED, user, label=label)


def find_identity(session: Session, user_id: int, public_id: UUID) -> ExternalIdentity:
    """Raises IdentityUnknown: it is somebody else's, or nobody's."""
    statement = select(ExternalIdentity).where(
        ExternalIdentity.user_id == user_id, ExternalIdentity.public_id == public_id
    )
    identity = session.scalars(statement).one_or_none()
    if identity is None:
        raise IdentityUnknown
    return identity


def identities_of(session: Session, user_id: int) -> list[LinkedIdentity]:
    """Through what a person can sign in beside the password, in the order in which it was linked."""
    rows = session.execute(
        select(
            ExternalIdentity.public_id,
            ExternalIdentity.provider,
            ExternalIdentity.issuer,
            ExternalIdentity.email,
            ExternalIdentity.linked_at,
            ExternalIdentity.used_at,
        )
        .where(ExternalIdentity.user_id == user_id)
        .order_by(ExternalIdentity.linked_at, ExternalIdentity.id)
    )
    return [LinkedIdentity(*row) for row in rows]


def _identity_of(session: Session, proved: ProvedIdentity) -> ExternalIdentity | None:
    statement = select(ExternalIdentity).where(
        ExternalIdentity.issuer == proved.issuer, ExternalIdentity.subject == proved.subject
    )
    return session.scalars(statement).one_or_none()


def _linked_by_domain(
    session: Session, proved: ProvedIdentity, *, actor: Actor
) -> ExternalIdentity | None:
    """Link an account by the address that its provider vouches for; None where that is not enough."""
    email = _trusted_email(proved)
    domain = email.rpartition("@")[2]
    if not email or not is_approved(session, provider=proved.provider, domain=domain):
        return None
    user = session.scalars(select(PortalUser).where(PortalUser.username == email)).one_or_none()
    if user is None or not user.active or _has_account_at(session, user, proved.issuer):
        return None
    try:
        return _link(session, user, proved, actor=_as(user, actor))
    except IdentityTaken:  # by themselves, in another window
        return _identity_of(session, proved)


def _trusted_email(proved: ProvedIdentity) -> str:
    """The address as it stands in our table, or an empty text.

    Only plain letters: an address that becomes another one by being normalised proves nothing about that one.
    """
    email = (proved.email or "").lower()
    is_plain = email.isascii() and is_email_address(email)
    return email if proved.is_email_verified and is_plain else ""


def _has_account_at(session: Session, user: PortalUser, issuer: str) -> bool:
    """Whoever holds another account there now has an address that was given on: they are not this person."""
    statement = select(ExternalIdentity.id).where(
        ExternalIdentity.user_id == user.id, ExternalIdentity.issuer == issuer
    )
    return session.scalar(statement.limit(1)) is not None


def _link(
    session: Session, user: PortalUser, proved: ProvedIdentity, *, actor: Actor | None = None
) -> ExternalIdentity:
    identity = ExternalIdentity(
        user_id=user.id,
        provider=proved.provider,
        issuer=proved.issuer,
        subject=proved.subject,
        email=_shown_email(proved),
        linked_at=now(),
    )
    try:
        with session.begin_nested():
            session.add(identity)
    except IntegrityError as error:
        raise IdentityTaken(label=proved.label) from error
    record(session, AuditAction.IDENTITY_LINKED, target=user, actor=actor)
    _tell(session, MailKind.IDENTITY_LINKED, user, label=proved.label)
    return identity


def _note_use(identity: ExternalIdentity, proved: ProvedIdentity) -> None:
    identity.used_at = now()
    identity.email = _shown_email(proved)


def _shown_email(proved: ProvedIdentity) -> str | None:
    """What the account page calls it; nothing is decided by it."""
    return (proved.email or "")[:320] or None


def _tell(session: Session, kind: MailKind, user: PortalUser, *, label: str) -> None:
    write_mail(
        session,
        kind,
        to=user.email,
        language=user.language,
        context={"provider": label},
        user_id=user.id,
    )


def _as(user: PortalUser, actor: Actor) -> Actor:
    return Actor(user.id, user.name, None, actor.ip, actor.request_id)

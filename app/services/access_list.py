"""Who has access to a company and who is invited, as its own people and their administrators see them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.access import InvitationState
from app.domain.clock import now, today
from app.domain.errors import DomainError
from app.domain.mail import MailState
from app.domain.roles import EmployerRole
from app.models import Address, Invitation, InvitationAddress, Membership, MembershipAddress

SHOWN_AFTER_EXPIRY = timedelta(days=30)
"""How long an invitation that nobody answered can be sent again from the page."""

Limits = dict[int, dict[int, str | None]]
_UNANSWERED = frozenset({InvitationState.PENDING, InvitationState.EXPIRED})


class AccessUnknown(DomainError):
    """There is no such access for whoever asks."""

    code = "access_unknown"


class InvitationUnknown(DomainError):
    """There is no such invitation for whoever asks."""

    code = "invitation_unknown"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: their number, and the addresses that their own access is limited to (None: all)."""

    user_id: int
    within: Collection[int] | None = None

    def sees(self, limits: Collection[int] | None) -> bool:
        """Whether access limited to `limits` is within the viewer's own: nobody answers for more than they have."""
        if self.within is None:
            return True
        return limits is not None and bool(limits) and set(limits) <= set(self.within)


@dataclass(frozen=True, slots=True)
class PersonWithAccess:
    """`addresses` is None where access is to all of them."""

    public_id: UUID
    user_id: int
    name: str
    email: str
    may_sign_in: bool
    role: EmployerRole
    starts_on: date | None
    expires_on: date | None
    addresses: tuple[str, ...] | None
    last_seen_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.expires_on is not None and self.expires_on < today()

    @property
    def is_future(self) -> bool:
        return self.starts_on is not None and self.starts_on > today()


@dataclass(frozen=True, slots=True)
class InvitedPerson:
    """`mail_state` is that of the latest mail; None where none was written."""

    public_id: UUID
    email: str
    role: EmployerRole
    access_until: date | None
    addresses: tuple[str, ...] | None
    invited_at: datetime
    sent_at: datetime | None
    mail_state: MailState | None
    expires_at: datetime
    sent_count: int
    inviter: str | None

    @property
    def is_over(self) -> bool:
        return self.expires_at <= now()


def people_with_access(session: Session, company_id: int, viewer: Viewer) -> list[PersonWithAccess]:
    """By name; to somebody limited to some addresses, themself and those within their addresses."""
    statement = (
        select(Membership)
        .where(Membership.company_id == company_id)
        .options(joinedload(Membership.user))
    )
    limits = _limits_of_memberships(session, company_id)
    found = [
        _person(one, limits.get(one.id, {}))
        for one in session.scalars(statement)
        if one.user_id == viewer.user_id or viewer.sees(_numbers(one, limits))
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.email))


def invited_people(session: Session, company_id: int, viewer: Viewer) -> list[InvitedPerson]:
    """Whoever has not answered yet, by address; who let it expire, for a month."""
    recently = Invitation.ended_at > now() - SHOWN_AFTER_EXPIRY
    statement = (
        select(Invitation)
        .where(
            Invitation.company_id == company_id,
            or_(Invitation.state == InvitationState.PENDING, recently),
        )
        .options(joinedload(Invitation.mail), joinedload(Invitation.invited_by))
        .order_by(Invitation.id.desc())
    )
    limits = _limits_of_invitations(session, company_id)
    latest: dict[str, Invitation] = {}
    for one in session.scalars(statement):
        if viewer.sees(_numbers(one, limits)):
            latest.setdefault(one.email, one)
    open_ones = [one for one in latest.values() if one.state in _UNANSWERED]
    return sorted(
        (_invited(one, limits.get(one.id, {})) for one in open_ones), key=lambda one: one.email
    )


def find_access(session: Session, company_id: int, public_id: UUID, viewer: Viewer) -> Membership:
    """Somebody's access that the viewer may answer for.

    Raises:
        AccessUnknown
    """
    statement = (
        select(Membership)
        .where(Membership.company_id == company_id, Membership.public_id == public_id)
        .options(joinedload(Membership.user))
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise AccessUnknown
    limits = _limits_of_memberships(session, company_id)
    if not viewer.sees(_numbers(found, limits)):
        raise AccessUnknown
    return found


def find_invited(session: Session, company_id: int, public_id: UUID, viewer: Viewer) -> Invitation:
    """An invitation that the viewer may answer for.

    Raises:
        InvitationUnknown
    """
    statement = select(Invitation).where(
        Invitation.company_id == company_id, Invitation.public_id == public_id
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise InvitationUnknown
    limits = _limits_of_invitations(session, company_id)
    if not viewer.sees(_numbers(found, limits)):
        raise InvitationUnknown
    return found


def _limits_of_memberships(session: Session, company_id: int) -> Limits:
    """Address id to name by membership; without a name where the viewer may not see the address."""
    return _grouped(
        session.execute(
            select(MembershipAddress.membership_id, MembershipAddress.address_id, Address.name)
            .outerjoin(Address, Address.id == MembershipAddress.address_id)
            .where(MembershipAddress.company_id == company_id)
        )
    )


def _limits_of_invitations(session: Session, company_id: int) -> Limits:
    return _grouped(
        session.execute(
            select(InvitationAddress.invitation_id, InvitationAddress.address_id, Address.name)
            .outerjoin(Address, Address.id == InvitationAddress.address_id)
            .where(InvitationAddress.company_id == company_id)
        )
    )


def _grouped(rows: Iterable[Any]) -> Limits:
    limits: Limits = {}
    for owner, address_id, name in rows:
        limits.setdefault(owner, {})[address_id] = name
    return limits


def _numbers(row: Membership | Invitation, limits: Limits) -> Collection[int] | None:
    return limits.get(row.id, {}).keys() if row.limited_to_addresses else None


def _names(row: Membership | Invitation, limits: dict[int, str | None]) -> tuple[str, ...] | None:
    return tuple(sorted(n for n in limits.values() if n)) if row.limited_to_addresses else None


def _person(row: Membership, limits: dict[int, str | None]) -> PersonWithAccess:
    return PersonWithAccess(
        public_id=row.public_id,
        user_id=row.user_id,
        name=row.user.name or row.user.email,
        email=row.user.email,
        may_sign_in=bool(row.user.active),
        role=row.role,
        starts_on=row.starts_on,
        expires_on=row.expires_on,
        addresses=_names(row, limits),
        last_seen_at=row.last_seen_at,
    )


def _invited(row: Invitation, limits: dict[int, str | None]) -> InvitedPerson:
    return InvitedPerson(
        public_id=row.public_id,
        email=row.email,
        role=row.role,
        access_until=row.access_until,
        addresses=_names(row, limits),
        invited_at=row.created_at,
        sent_at=row.mail.sent_at if row.mail else None,
        mail_state=row.mail.state if row.mail else None,
        expires_at=row.expires_at,
        sent_count=row.sent_count,
        inviter=row.invited_by.name if row.invited_by else None,
    )

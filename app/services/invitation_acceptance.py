"""Accepting an invitation: what its link offers, to whom, and the access that begins with the answer.

Everything here works in a session that sees every company: who answers belongs to none yet.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import InvitationState
from app.domain.actors import Actor
from app.domain.clock import today
from app.domain.errors import DomainError
from app.domain.person_names import required_name
from app.domain.roles import EmployerRole
from app.domain.tokens import TokenPurpose
from app.models import Invitation, Membership, PortalUser, Token
from app.services.administrator_notices import tell_of_new_administrator
from app.services.invitations import accept_invitation, limits_of
from app.services.memberships import (
    Access,
    AccessValues,
    become,
    find_membership,
    give_access,
)
from app.services.passwords import check_password_rule
from app.services.tokens import LinkDead, find_token, use_token
from app.services.users import EmailTaken, create_user, hashed_for, keep_password
from app.services.versions import hold_company


class InvitationOfSomebodyElse(DomainError):
    """Whoever is signed in has another e-mail address than the one that was invited."""

    code = "invitation_of_somebody_else"


class StaffNeedNoInvitation(DomainError):
    """People of the issuer serve companies by their portfolio; an employer's role would be without effect."""

    code = "staff_need_no_invitation"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the page of a link says. `is_known` tells that somebody signs in with the address already."""

    email: str
    company: str
    company_public_id: UUID
    inviter: str | None
    role: EmployerRole
    addresses: tuple[str, ...] | None
    access_until: date | None
    expires_at: datetime
    is_known: bool
    is_staff: bool


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody new says about themself."""

    first_name: str
    last_name: str
    language: str
    password: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who belongs to which company now."""

    user_id: int
    company_name: str
    company_public_id: UUID


def look_at_offer(session: Session, secret: str) -> Offer:
    """What a link offers; looking changes nothing.

    Raises:
        LinkDead
    """
    _token, invitation = _find(session, secret)
    user = _person(session, invitation.email)
    limits = limits_of(session, invitation)
    return Offer(
        email=invitation.email,
        company=invitation.company.name,
        company_public_id=invitation.company.public_id,
        inviter=invitation.invited_by.name if invitation.invited_by else None,
        role=invitation.role,
        addresses=None if limits is None else tuple(limits.values()),
        access_until=invitation.access_until,
        expires_at=invitation.expires_at,
        is_known=user is not None,
        is_staff=user is not None and user.staff_role is not None,
    )


def accept_as_known(session: Session, secret: str, user_id: int) -> Accepted:
    """Add the company to somebody who is signed in: no second password.

    Access that is open already stays as it is; access that is over becomes what the invitation says.

    Raises:
        LinkDead, InvitationOfSomebodyElse, StaffNeedNoInvitation
    """
    token, invitation = _find(session, secret)
    user = session.get_one(PortalUser, user_id)
    if user.username != invitation.email:
        raise InvitationOfSomebodyElse
    if user.staff_role is not None:
        raise StaffNeedNoInvitation
    _use(session, token, invitation)
    return _joined(session, invitation, user)


def accept_as_new(session: Session, secret: str, person: NewPerson, *, actor: Actor) -> Accepted:
    """Make an account for the address that was invited, with the password its owner chose, and let them in.

    From here on the session acts for that person; `actor` is the visitor they were.

    Raises:
        LinkDead, TextMissing, TextTooLong, NotAName
        EmailTaken: somebody signs in with the address by now; they sign in and accept.
        DomainError: the password breaks the rule (`check_password_rule`).
        HashingBusy: nothing was changed.
    """
    token, invitation = _find(session, secret)
    first_name = required_name(person.first_name, field="first_name")
    last_name = required_name(person.last_name, field="last_name")
    if _person(session, invitation.email) is not None:
        raise EmailTaken
    check_password_rule(person.password, context=(invitation.company.name,))
    stand_in = PortalUser(email=invitation.email, first_name=first_name, last_name=last_name)
    hashed = hashed_for(session, stand_in, person.password)  # slow, so before anything is held
    _use(session, token, invitation)
    name = f"{first_name} {last_name}"
    user = create_user(
        session,
        email=invitation.email,
        first_name=first_name,
        last_name=last_name,
        language=person.language,
    )
    session.info["actor"] = Actor(user.id, name, None, actor.ip, actor.request_id)
    keep_password(session, user, hashed)
    return _joined(session, invitation, user)


def _find(session: Session, secret: str) -> tuple[Token, Invitation]:
    """The link and its invitation, which still waits and whose access would not be over at once.

    Raises:
        LinkDead
    """
    token = find_token(session, (TokenPurpose.INVITATION,), secret)
    invitation = session.scalar(
        select(Invitation)
        .where(Invitation.token_id == token.id, Invitation.state == InvitationState.PENDING)
        .execution_options(populate_existing=True)
    )
    if invitation is None:
        raise LinkDead
    if invitation.access_until is not None and invitation.access_until < today():
        raise LinkDead
    return token, invitation


def _person(session: Session, email: str) -> PortalUser | None:
    return session.scalar(select(PortalUser).where(PortalUser.username == email))


def _use(session: Session, token: Token, invitation: Invitation) -> None:
    """Hold the company first, as everybody who acts on its access does; of ten who come at once one gets on.

    Raises:
        LinkDead
    """
    hold_company(session, invitation.company_id)
    use_token(session, token)
    session.refresh(invitation)


def _joined(session: Session, invitation: Invitation, user: PortalUser) -> Accepted:
    wanted = Access(
        AccessValues(invitation.role, None, invitation.access_until), limits_of(session, invitation)
    )
    by = invitation.invited_by.name if invitation.invited_by else None
    accept_invitation(session, invitation, user)
    membership = find_membership(session, invitation.company_id, user.id)
    if membership is None:
        membership = give_access(
            session, invitation.company, user, wanted, by_id=invitation.invited_by_id
        )
        if invitation.role is EmployerRole.EMPLOYER_ADMIN:
            tell_of_new_administrator(session, membership, by=by)
    elif _is_over(membership):
        become(session, membership, wanted, by=by)
    return Accepted(user.id, invitation.company.name, invitation.company.public_id)


def _is_over(membership: Membership) -> bool:
    return membership.expires_on is not None and membership.expires_on < today()

"""Invitations to a company: sent to one or many people, sent again, revoked, expired."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.domain.access import INVITATION_MOVES, InvitationState
from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.errors import DomainError
from app.domain.mail import MailKind
from app.domain.roles import EmployerRole
from app.domain.tokens import LIFETIMES, TokenPurpose
from app.models import Address, Company, Invitation, InvitationAddress, Membership, PortalUser
from app.services.audit import record
from app.services.mail import write_mail
from app.services.membership_limits import chosen_addresses
from app.services.tokens import issue_token, revoke_token
from app.services.versions import hold_company

AT_ONCE = 500


class NobodyLeftToInvite(DomainError):
    """Everybody who was named has access, or an invitation that waits."""

    code = "nobody_left_to_invite"


class AccessEndsInThePast(DomainError):
    """The last day of the access is over already."""

    code = "access_ends_in_the_past"


class InvitationSettled(DomainError):
    """It was accepted or revoked meanwhile, or another one waits for the same person."""

    code = "invitation_settled"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invitation offers: a role until a last day, at some addresses (None for all of them).

    `language` is that of the mail and, for somebody new, of their pages; None for the company's.
    """

    role: EmployerRole
    access_until: date | None = None
    addresses: Collection[UUID] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Inviter:
    """Who invites: their number, and their name as the mail says it."""

    user_id: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of it, by e-mail address. Whether anybody has an account elsewhere is not among it."""

    sent: tuple[str, ...]
    members: tuple[str, ...]
    waiting: tuple[str, ...]


def invite(
    session: Session,
    company: Company,
    emails: Sequence[str],
    terms: Terms,
    *,
    by: Inviter,
    secret_key: str,
) -> Invited:
    """Invite people by their addresses, each in the one spelling; who has access or an invitation is left out.

    Somebody whose access is over is invited anew. Addresses that whoever asks may not see are not chosen.

    Raises:
        NobodyLeftToInvite, NoAddressChosen, AccessEndsInThePast: nothing was sent to anybody.
    """
    _check_last_day(terms.access_until)
    hold_company(session, company.id)
    limits = chosen_addresses(session, company.id, terms.addresses)
    members = _members_among(session, company.id, emails)
    waiting = _waiting_among(session, company.id, emails)
    sent = [email for email in emails if email not in members | waiting]
    if not sent:
        raise NobodyLeftToInvite(field="emails")
    for email in sent:
        invitation = _opened(session, company, email, terms, limits=limits, by=by)
        _send(session, invitation, by=by.name, secret_key=secret_key)
    kept = [email for email in emails if email in members]
    return Invited(tuple(sent), tuple(kept), tuple(e for e in emails if e in waiting - members))


def resend_invitation(
    session: Session, invitation: Invitation, *, by: Inviter, secret_key: str
) -> None:
    """Send it with a new link, good for the whole time again; the former link opens nothing any more.

    Raises:
        InvitationSettled, AccessEndsInThePast
    """
    _hold(session, invitation)
    _check_last_day(invitation.access_until)
    if invitation.state is InvitationState.EXPIRED:
        taken = _waiting_among(session, invitation.company_id, [invitation.email])
        members = _members_among(session, invitation.company_id, [invitation.email])
        if taken or members:
            raise InvitationSettled
        _move(invitation, InvitationState.PENDING)
        invitation.ended_at = None
    elif invitation.state is not InvitationState.PENDING:
        raise InvitationSettled
    invitation.sent_count += 1
    _send(session, invitation, by=by.name, secret_key=secret_key)
    record(session, AuditAction.INVITATION_RESENT, target=invitation)


def revoke_invitation(session: Session, invitation: Invitation) -> None:
    """Make its link open nothing from now on.

    Raises:
        InvitationSettled
    """
    _hold(session, invitation)
    _revoke(session, invitation)


def revoke_waiting(session: Session, company_id: int, email: str) -> None:
    """Take back what waits for somebody whose access ends: an old mail must not let them in again.

    The caller holds the company.
    """
    statement = select(Invitation).where(
        Invitation.company_id == company_id,
        Invitation.state == InvitationState.PENDING,
        Invitation.email == email,
    )
    for invitation in session.scalars(statement).all():
        _revoke(session, invitation)


def expire_invitations(session: Session) -> int:
    """Mark those whose time is over, of every company that the session sees; returns how many. The caller commits.

    At most `AT_ONCE` in the caller's transaction: call it until it returns 0.
    """
    over = (Invitation.state == InvitationState.PENDING, Invitation.expires_at <= now())
    count = 0
    statement = select(Invitation.id).where(*over).order_by(Invitation.id).limit(AT_ONCE)
    for number in session.scalars(statement).all():
        # One statement looks and writes: what was sent again or accepted meanwhile is let alone.
        expired = session.execute(
            update(Invitation)
            .where(Invitation.id == number, *over)
            .values(state=InvitationState.EXPIRED, ended_at=now())
            .execution_options(synchronize_session=False)
        )
        if expired.rowcount == 1:  # type: ignore[attr-defined]
            invitation = session.get_one(Invitation, number, populate_existing=True)
            record(session, AuditAction.INVITATION_EXPIRED, target=invitation)
            count += 1
    return count


def accept_invitation(session: Session, invitation: Invitation, user: PortalUser) -> None:
    """Note by whom it was accepted; the caller holds the company and has used the link up.

    Raises:
        InvitationSettled
    """
    _move(invitation, InvitationState.ACCEPTED)
    invitation.ended_at = now()
    invitation.accepted_by_id = user.id
    session.flush()
    record(session, AuditAction.INVITATION_ACCEPTED, target=invitation)


def limits_of(session: Session, invitation: Invitation) -> dict[int, str] | None:
    """The addresses it is limited to: id to name; None for all of them."""
    if not invitation.limited_to_addresses:
        return None
    statement = (
        select(Address.id, Address.name)
        .join(InvitationAddress, InvitationAddress.address_id == Address.id)
        .where(
            InvitationAddress.company_id == invitation.company_id,
            InvitationAddress.invitation_id == invitation.id,
        )
        .order_by(Address.name)
    )
    return {row.id: row.name for row in session.execute(statement)}


def _check_last_day(day: date | None) -> None:
    if day is not None and day < today():
        raise AccessEndsInThePast(field="expires_on")


def _members_among(session: Session, company_id: int, emails: Sequence[str]) -> set[str]:
    """Those of the addresses whose people have access, or will have."""
    statement = (
        select(PortalUser.username)
        .join(Membership, Membership.user_id == PortalUser.id)
        .where(
            Membership.company_id == company_id,
            or_(Membership.expires_on.is_(None), Membership.expires_on >= today()),
            PortalUser.username.in_(emails),
        )
    )
    return set(session.scalars(statement))


def _waiting_among(session: Session, company_id: int, emails: Sequence[str]) -> set[str]:
    """Those of the addresses for which an invitation waits; what is over by now is marked so."""
    statement = select(Invitation).where(
        Invitation.company_id == company_id,
        Invitation.state == InvitationState.PENDING,
        Invitation.email.in_(emails),
    )
    found = session.scalars(statement.execution_options(populate_existing=True)).all()
    over = [one for one in found if one.expires_at <= now()]
    for invitation in over:
        _expire(session, invitation)
    return {one.email for one in found} - {one.email for one in over}


def _opened(
    session: Session,
    company: Company,
    email: str,
    terms: Terms,
    *,
    limits: Mapping[int, str] | None,
    by: Inviter,
) -> Invitation:
    invitation = Invitation(
        company_id=company.id,
        company=company,
        email=email,
        role=terms.role,
        access_until=terms.access_until,
        limited_to_addresses=limits is not None,
        language=terms.language or company.language,
        state=InvitationState.PENDING,
        invited_by_id=by.user_id,
        sent_count=1,
        expires_at=now() + LIFETIMES[TokenPurpose.INVITATION],
    )
    session.add(invitation)
    session.flush()
    for address_id in limits or ():
        session.add(
            InvitationAddress(
                company_id=company.id, invitation_id=invitation.id, address_id=address_id
            )
        )
    session.flush()
    record(session, AuditAction.INVITATION_SENT, target=invitation, changes=_said(terms, limits))
    return invitation


def _said(terms: Terms, limits: Mapping[int, str] | None) -> dict[str, tuple[Any, Any]]:
    said: dict[str, tuple[Any, Any]] = {"role": (None, terms.role)}
    if terms.access_until is not None:
        said["expires_on"] = (None, terms.access_until)
    if limits is not None:
        said["addresses"] = (None, sorted(limits.values()))
    return said


def _send(session: Session, invitation: Invitation, *, by: str | None, secret_key: str) -> None:
    """Write the mail of a new link. No person goes with the link: whoever it is shows when it is opened."""
    if invitation.token_id is not None:
        revoke_token(session, invitation.token_id)
    token = issue_token(
        session, TokenPurpose.INVITATION, email=invitation.email, secret_key=secret_key
    )
    limits = limits_of(session, invitation)
    until = invitation.access_until
    mail = write_mail(
        session,
        MailKind.INVITATION,
        to=invitation.email,
        language=invitation.language,
        context={
            "company": invitation.company.name,
            "inviter": by,
            "role": invitation.role.value,
            "access_until": None if until is None else until.isoformat(),
            "addresses": [] if limits is None else sorted(limits.values()),
        },
        token=token,
        company_id=invitation.company_id,
    )
    invitation.token_id = token.id
    invitation.mail_id = mail.id if mail else None
    invitation.expires_at = token.expires_at
    session.flush()
    session.expire(invitation, ["mail"])


def _hold(session: Session, invitation: Invitation) -> None:
    """Wait for whoever is acting on access to this company, and read what they have left."""
    hold_company(session, invitation.company_id)
    session.refresh(invitation, with_for_update=True)


def _revoke(session: Session, invitation: Invitation) -> None:
    _move(invitation, InvitationState.REVOKED)
    invitation.ended_at = now()
    if invitation.token_id is not None:
        revoke_token(session, invitation.token_id)
    session.flush()
    record(session, AuditAction.INVITATION_REVOKED, target=invitation)


def _expire(session: Session, invitation: Invitation) -> None:
    _move(invitation, InvitationState.EXPIRED)
    invitation.ended_at = now()
    session.flush()
    record(session, AuditAction.INVITATION_EXPIRED, target=invitation)


def _move(invitation: Invitation, state: InvitationState) -> None:
    if state not in INVITATION_MOVES[invitation.state]:
        raise InvitationSettled
    invitation.state = state

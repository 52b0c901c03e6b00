"""Access of people to companies: given by e-mail address, changed, limited to addresses, taken back."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.roles import EmployerRole
from app.models import Address, Company, Membership, MembershipAddress, PortalUser
from app.services.audit import record
from app.services.users import EmailTaken, checked_email, create_user, find_user, person_of_email
from app.services.versions import EditedMeanwhile, hold_company


class AlreadyMember(DomainError):
    """The person has access to this company already: change that instead."""

    code = "already_member"


class EndsBeforeItStarts(DomainError):
    """The last day is before the first."""

    code = "ends_before_it_starts"


class NoAddressChosen(DomainError):
    """Access that is limited to some addresses names at least one."""

    code = "no_address_chosen"


@dataclass(frozen=True, slots=True)
class AccessValues:
    """What access is: a role, from a day to a day (both included, each may be open)."""

    role: EmployerRole
    starts_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class AddressChoice:
    """An address that access may be limited to; archived ones only while they are chosen."""

    public_id: UUID
    name: str
    is_chosen: bool


def give_access(
    session: Session, company: Company, email: str, values: AccessValues, *, by_id: int | None
) -> Membership:
    """Let somebody in, whoever has this e-mail address; a person nobody knew is added without password.

    Whether the person was known before shows nowhere: users of other companies are nobody's business.

    Raises:
        EmailMalformed, AlreadyMember, EndsBeforeItStarts
    """
    _check_days(values)
    user = _person(session, email, language=company.language)
    hold_company(session, company.id)
    there = select(Membership.id).where(
        Membership.company_id == company.id, Membership.user_id == user.id
    )
    if session.scalar(there) is not None:
        raise AlreadyMember(field="email")
    membership = Membership(
        company_id=company.id,
        company=company,
        user_id=user.id,
        user=user,
        role=values.role,
        starts_on=values.starts_on,
        expires_on=values.expires_on,
        limited_to_addresses=False,
        invited_by_id=by_id,
    )
    session.add(membership)
    session.flush()
    given = {"email": user.email, "role": values.role}
    given |= {"starts_on": values.starts_on, "expires_on": values.expires_on}
    changes = {name: (None, value) for name, value in given.items() if value is not None}
    record(session, AuditAction.MEMBERSHIP_CREATED, target=membership, changes=changes)
    return membership


def change_access(session: Session, membership: Membership, values: AccessValues) -> bool:
    """Change role or days; False when nothing differs.

    Raises:
        EndsBeforeItStarts
    """
    _check_days(values)
    wanted: dict[str, Any] = {
        "role": values.role,
        "starts_on": values.starts_on,
        "expires_on": values.expires_on,
    }
    changes = {
        name: (getattr(membership, name), value)
        for name, value in wanted.items()
        if getattr(membership, name) != value
    }
    for name, value in wanted.items():
        setattr(membership, name, value)
    if changes:
        session.flush()
        record(session, AuditAction.MEMBERSHIP_CHANGED, target=membership, changes=changes)
    return bool(changes)


def address_choices(session: Session, membership: Membership) -> list[AddressChoice]:
    """The addresses of the membership's company, by name."""
    chosen = _chosen(session, membership)
    statement = (
        select(Address)
        .where(Address.company_id == membership.company_id)
        .order_by(Address.name, Address.id)
    )
    return [
        AddressChoice(one.public_id, one.name, one.id in chosen)
        for one in session.scalars(statement)
        if one.archived_at is None or one.id in chosen
    ]


def limits_version(session: Session, membership: Membership) -> str:
    """The addresses that access is limited to, as forms carry them to tell whether they were changed."""
    limits = sorted(_chosen(session, membership)) if membership.limited_to_addresses else None
    return hashlib.sha256(f"{membership.public_id} {limits}".encode()).hexdigest()


def limit_to_addresses(
    session: Session,
    membership: Membership,
    wanted: Iterable[UUID] | None,
    *,
    version: str | None = None,
) -> bool:
    """Limit access to some addresses of the company, or with None to no addresses in particular.

    Addresses of another company are not found, and so not chosen. False when nothing differs.

    Raises:
        EditedMeanwhile: the limits are not those of `version` any more, or the access was taken back.
        NoAddressChosen
    """
    _hold(session, membership)
    if version is not None and version != limits_version(session, membership):
        raise EditedMeanwhile
    before, was_limited = _chosen(session, membership), membership.limited_to_addresses
    after = {} if wanted is None else _of_company(session, membership, set(wanted))
    if wanted is not None and not after:
        raise NoAddressChosen(field="addresses")
    if (wanted is not None, set(after)) == (was_limited, set(before)):
        return False
    membership.limited_to_addresses = wanted is not None
    _keep_only(session, membership, set(after))
    changes = {
        "limited_to_addresses": (was_limited, membership.limited_to_addresses),
        "addresses": (sorted(before.values()), sorted(after.values())),
    }
    differing = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    record(session, AuditAction.MEMBERSHIP_CHANGED, target=membership, changes=differing)
    return True


def take_access_back(session: Session, membership: Membership) -> None:
    """End access now. What the person did stays in the trail.

    Raises:
        EditedMeanwhile: somebody else was quicker.
    """
    _hold(session, membership)
    limits = session.scalars(_rows(membership)).all()
    gone = {
        "email": membership.user.email,
        "role": membership.role,
        "starts_on": membership.starts_on,
        "expires_on": membership.expires_on,
    }
    for row in limits:
        session.delete(row)
    session.flush()
    session.delete(membership)
    session.flush()
    changes = {name: (value, None) for name, value in gone.items() if value is not None}
    record(session, AuditAction.MEMBERSHIP_REMOVED, target=membership, changes=changes)


def _person(session: Session, email: str, *, language: str) -> PortalUser:
    try:
        address = checked_email(session, email)
    except EmailTaken:
        return find_user(session, email)
    first_name, last_name = person_of_email(address)
    return create_user(
        session, email=address, first_name=first_name, last_name=last_name, language=language
    )


def _check_days(values: AccessValues) -> None:
    if values.starts_on and values.expires_on and values.expires_on < values.starts_on:
        raise EndsBeforeItStarts(field="expires_on")


def _hold(session: Session, membership: Membership) -> None:
    """Wait for whoever is changing this access, and read what they have left.

    Raises:
        EditedMeanwhile: nothing, they took it back.
    """
    held = session.execute(
        update(Membership)
        .where(Membership.id == membership.id)
        .values(updated_at=Membership.updated_at)
        .execution_options(synchronize_session=False)
    )
    if held.rowcount != 1:  # type: ignore[attr-defined]
        raise EditedMeanwhile
    session.refresh(membership)


def _keep_only(session: Session, membership: Membership, wanted: set[int]) -> None:
    there = {row.address_id: row for row in session.scalars(_rows(membership))}
    for address_id, row in there.items():
        if address_id not in wanted:
            session.delete(row)
    for address_id in sorted(wanted - set(there)):
        session.add(
            MembershipAddress(
                company_id=membership.company_id,
                membership_id=membership.id,
                address_id=address_id,
            )
        )
    session.flush()
    session.expire(membership, ["addresses"])


def _rows(membership: Membership) -> Select[MembershipAddress]:
    return select(MembershipAddress).where(
        MembershipAddress.company_id == membership.company_id,
        MembershipAddress.membership_id == membership.id,
    )


def _chosen(session: Session, membership: Membership) -> dict[int, str]:
    """The addresses that access is limited to now: id to name."""
    statement = (
        select(Address.id, Address.name)
        .join(MembershipAddress, MembershipAddress.address_id == Address.id)
        .where(
            MembershipAddress.company_id == membership.company_id,
            MembershipAddress.membership_id == membership.id,
        )
    )
    return {row.id: row.name for row in session.execute(statement)}


def _of_company(session: Session, membership: Membership, wanted: set[UUID]) -> dict[int, str]:
    statement = select(Address.id, Address.name).where(
        Address.company_id == membership.company_id, Address.public_id.in_(wanted)
    )
    return {row.id: row.name for row in session.execute(statement)}

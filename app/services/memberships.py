"""Access of people to companies: given, changed, limited to addresses, taken back."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.administrators import AdministratorChange
from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.errors import DomainError
from app.domain.roles import EmployerRole
from app.models import Company, Membership, PortalUser
from app.services.administrator_notices import tell_of_access, tell_of_new_administrator
from app.services.administrators import Standing, keep_an_administrator, standing
from app.services.audit import record
from app.services.invitations import revoke_waiting
from app.services.membership_limits import chosen_addresses, keep_limits, limits_of_membership
from app.services.versions import EditedMeanwhile, hold_company


class AlreadyMember(DomainError):
    """The person has access to this company already: change that instead."""

    code = "already_member"


class EndsBeforeItStarts(DomainError):
    """The last day is before the first."""

    code = "ends_before_it_starts"


@dataclass(frozen=True, slots=True)
class AccessValues:
    """What access is: a role, from a day to a day (both included, each may be open)."""

    role: EmployerRole
    starts_on: date | None = None
    expires_on: date | None = None

    @property
    def administers(self) -> bool:
        """Whether it is an administrator's, and not over."""
        is_over = self.expires_on is not None and self.expires_on < today()
        return self.role is EmployerRole.EMPLOYER_ADMIN and not is_over


@dataclass(frozen=True, slots=True)
class Access:
    """The values with the addresses (id to name) that access is limited to; None for all of them."""

    values: AccessValues
    limits: Mapping[int, str] | None = None

    @property
    def standing(self) -> Standing:
        return standing(
            self.values.role,
            is_limited=self.limits is not None,
            starts_on=self.values.starts_on,
            expires_on=self.values.expires_on,
        )


def give_access(
    session: Session, company: Company, user: PortalUser, access: Access, *, by_id: int | None
) -> Membership:
    """Let somebody in whom nobody has to ask any more: they accepted, or are of the demo.

    Raises:
        AlreadyMember, EndsBeforeItStarts
    """
    _check_days(access.values)
    hold_company(session, company.id)
    if find_membership(session, company.id, user.id) is not None:
        raise AlreadyMember(field="email")
    membership = Membership(
        company_id=company.id,
        company=company,
        user_id=user.id,
        user=user,
        invited_by_id=by_id,
    )
    _assign(membership, access)
    session.add(membership)
    session.flush()
    keep_limits(session, membership, set(access.limits or ()))
    given = {"email": user.email, "role": access.values.role}
    given |= {"starts_on": access.values.starts_on, "expires_on": access.values.expires_on}
    if access.limits is not None:
        given |= {"limited_to_addresses": True, "addresses": sorted(access.limits.values())}
    changes = {name: (None, value) for name, value in given.items() if value is not None}
    record(session, AuditAction.MEMBERSHIP_CREATED, target=membership, changes=changes)
    return membership


def find_membership(session: Session, company_id: int, user_id: int) -> Membership | None:
    """Somebody's access to a company, whether or not it is over."""
    return session.scalar(
        select(Membership).where(Membership.company_id == company_id, Membership.user_id == user_id)
    )


def change_access(session: Session, membership: Membership, values: AccessValues) -> bool:
    """Change role or days; False when nothing differs.

    Raises:
        EditedMeanwhile: the access was taken back.
        EndsBeforeItStarts, LastAdministratorStays
    """
    _hold(session, membership)
    return become(session, membership, replace(access_of(session, membership), values=values))


def set_access(
    session: Session,
    membership: Membership,
    values: AccessValues,
    *,
    addresses: Iterable[UUID] | None,
    version: str,
) -> bool:
    """Change all of somebody's access at once: role, days, and addresses (None for all); False when nothing differs.

    Addresses that whoever asks may not see are not found, and so not chosen.

    Raises:
        EditedMeanwhile: it is not what it was at `version` any more, or was taken back.
        EndsBeforeItStarts, NoAddressChosen, LastAdministratorStays
    """
    _hold(session, membership)
    if version != access_version(session, membership):
        raise EditedMeanwhile
    limits = chosen_addresses(session, membership.company_id, addresses)
    return become(session, membership, Access(values, limits))


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
        EditedMeanwhile: the access is not that of `version` any more, or was taken back.
        NoAddressChosen, LastAdministratorStays
    """
    _hold(session, membership)
    if version is not None and version != access_version(session, membership):
        raise EditedMeanwhile
    limits = chosen_addresses(session, membership.company_id, wanted)
    return become(session, membership, replace(access_of(session, membership), limits=limits))


def take_access_back(session: Session, membership: Membership) -> None:
    """End access now, and with it an invitation that waits. What the person did stays in the trail.

    Raises:
        EditedMeanwhile: somebody else was quicker.
        LastAdministratorStays
    """
    _hold(session, membership)
    before = access_of(session, membership)
    keep_an_administrator(session, membership, before=before.standing, after=Standing.NONE)
    if before.values.administers:
        what = AdministratorChange.ACCESS_REMOVED
        tell_of_access(session, membership, what, by=_actor_name(session))
    gone = {
        "email": membership.user.email,
        "role": membership.role,
        "starts_on": membership.starts_on,
        "expires_on": membership.expires_on,
    }
    keep_limits(session, membership, set())
    revoke_waiting(session, membership.company_id, membership.user.username)
    session.delete(membership)
    session.flush()
    changes = {name: (value, None) for name, value in gone.items() if value is not None}
    record(session, AuditAction.MEMBERSHIP_REMOVED, target=membership, changes=changes)


def become(
    session: Session, membership: Membership, wanted: Access, *, by: str | None = None
) -> bool:
    """Make access what it is to be from now on; the caller holds the company. False when nothing differs.

    `by` is who the other administrators are told has seen to it; whoever acts, where it is left out.

    Raises:
        EndsBeforeItStarts, LastAdministratorStays
    """
    _check_days(wanted.values)
    before = access_of(session, membership)
    changes = _differences(before, wanted)
    if not changes:
        return False
    keep_an_administrator(session, membership, before=before.standing, after=wanted.standing)
    _assign(membership, wanted)
    session.flush()
    keep_limits(session, membership, set(wanted.limits or ()))
    record(session, AuditAction.MEMBERSHIP_CHANGED, target=membership, changes=changes)
    kinds = before.values.administers, wanted.values.administers
    _tell_administrators(session, membership, kinds, by=by or _actor_name(session))
    return True


def access_of(session: Session, membership: Membership) -> Access:
    """All of somebody's access, as it is now."""
    values = AccessValues(membership.role, membership.starts_on, membership.expires_on)
    limits = limits_of_membership(session, membership) if membership.limited_to_addresses else None
    return Access(values, limits)


def access_version(session: Session, membership: Membership) -> str:
    """The state of somebody's access, as forms carry it to tell whether it was changed."""
    access = access_of(session, membership)
    limits = None if access.limits is None else sorted(access.limits)
    said = (membership.public_id, access.values.role.value, access.values.starts_on)
    text = " ".join(map(str, (*said, access.values.expires_on, limits)))
    return hashlib.sha256(text.encode()).hexdigest()


def _check_days(values: AccessValues) -> None:
    if values.starts_on and values.expires_on and values.expires_on < values.starts_on:
        raise EndsBeforeItStarts(field="expires_on")


def _differences(before: Access, wanted: Access) -> dict[str, tuple[Any, Any]]:
    old, new = before.limits, wanted.limits
    pairs = {
        name: (getattr(before.values, name), getattr(wanted.values, name))
        for name in ("role", "starts_on", "expires_on")
    }
    pairs["limited_to_addresses"] = (old is not None, new is not None)
    pairs["addresses"] = (sorted((old or {}).values()), sorted((new or {}).values()))
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _tell_administrators(
    session: Session, membership: Membership, kinds: tuple[bool, bool], *, by: str | None
) -> None:
    """Tell the others of who became one of them, and of any change to who was; `kinds` is before and after."""
    match kinds:
        case False, True:
            tell_of_new_administrator(session, membership, by=by)
        case True, True:
            tell_of_access(session, membership, AdministratorChange.ACCESS_CHANGED, by=by)
        case True, False:
            what = AdministratorChange.NO_LONGER_ADMINISTRATOR
            tell_of_access(session, membership, what, by=by)


def _actor_name(session: Session) -> str | None:
    actor = session.info.get("actor")
    return actor.name if actor else None


def _assign(membership: Membership, access: Access) -> None:
    values = access.values
    if values.expires_on != membership.expires_on:
        membership.expiry_recorded_at = None
    membership.role = values.role
    membership.starts_on = values.starts_on
    membership.expires_on = values.expires_on
    membership.limited_to_addresses = access.limits is not None


def _hold(session: Session, membership: Membership) -> None:
    """Wait for whoever is changing access to this company, and read what they have left.

    Raises:
        EditedMeanwhile: nothing, they took it back.
    """
    hold_company(session, membership.company_id)
    held = session.execute(
        update(Membership)
        .where(Membership.id == membership.id)
        .values(updated_at=Membership.updated_at)
        .execution_options(synchronize_session=False)
    )
    if held.rowcount != 1:  # type: ignore[attr-defined]
        raise EditedMeanwhile
    session.refresh(membership)


def touch_membership(session: Session, company_id: int, user_id: int) -> None:
    """Note that somebody was at a company just now; no version of the access changes by it."""
    session.execute(
        update(Membership)
        .where(Membership.company_id == company_id, Membership.user_id == user_id)
        .values(last_seen_at=now(), updated_at=Membership.updated_at)
        .execution_options(synchronize_session=False)
    )

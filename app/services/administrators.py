"""The administrators of a company, of whom one always stays."""

from datetime import date
from enum import IntEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain.clock import today
from app.domain.errors import DomainError
from app.domain.roles import EmployerRole
from app.models import Membership, PortalUser


class LastAdministratorStays(DomainError):
    """Without this person, or with less access of theirs, nobody could manage the access of the company."""

    code = "last_administrator_stays"


class Standing(IntEnum):
    """How well somebody can answer for the access of the whole company."""

    NONE = 0
    FOR_NOW = 1
    """Today, with a last day."""
    LASTING = 2


def standing(
    role: EmployerRole, *, is_limited: bool, starts_on: date | None, expires_on: date | None
) -> Standing:
    """What access of these values makes of a person who may sign in."""
    day = today()
    if role is not EmployerRole.EMPLOYER_ADMIN or is_limited:
        return Standing.NONE
    if (starts_on is not None and starts_on > day) or (expires_on is not None and expires_on < day):
        return Standing.NONE
    return Standing.LASTING if expires_on is None else Standing.FOR_NOW


def keep_an_administrator(
    session: Session, membership: Membership, *, before: Standing, after: Standing
) -> None:
    """Let a change pass that leaves the company as good an administrator as it had.

    The caller holds the company (`hold_company`): two administrators who remove each other at once
    come here one after the other.

    Raises:
        LastAdministratorStays
    """
    if after >= before or not membership.user.active:
        return
    others = administrators_of(membership.company_id).where(Membership.id != membership.id)
    best = max((_standing_of(one) for one in session.scalars(others)), default=Standing.NONE)
    if max(best, after) < before:
        raise LastAdministratorStays(field="role", name=membership.user.name)


def administrators_of(company_id: int) -> Select[Membership]:
    """Those who may sign in, whatever the days and the addresses of their access."""
    return (
        select(Membership)
        .join(PortalUser, PortalUser.id == Membership.user_id)
        .where(
            Membership.company_id == company_id,
            Membership.role == EmployerRole.EMPLOYER_ADMIN,
            PortalUser.active.is_(True),
            PortalUser.staff_role.is_(None),
        )
        .order_by(Membership.id)
        .execution_options(populate_existing=True)
    )


def _standing_of(membership: Membership) -> Standing:
    return standing(
        membership.role,
        is_limited=membership.limited_to_addresses,
        starts_on=membership.starts_on,
        expires_on=membership.expires_on,
    )

"""Somebody who is not there: what they may see now, for work that they asked for some time ago."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.clock import today
from app.domain.exports import Sight
from app.domain.roles import Role
from app.models import Membership, MembershipAddress, PortalUser, Portfolio
from app.security import scope as scopes
from app.security.permissions import Permission, permissions_of
from app.security.scope import Scope
from app.security.tenancy import CHECKED


@dataclass(frozen=True, slots=True)
class Requester:
    """A person's role and scope as a request of theirs would have them at this moment."""

    role: Role
    scope: Scope

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.role)


def scope_of_requests(user_id: int, company_id: int | None) -> Scope:
    """The scope that holds what somebody asked for, at a company or in the back-office; of rows, none of theirs."""
    if company_id is not None:
        return scopes.of_company(company_id, user_id=user_id)
    return scopes.of_portfolio((), user_id=user_id)


def find_requester(session: Session, user_id: int, company_id: int | None) -> Requester | None:
    """What somebody may see at a company, or as a member of the staff; None where that is nothing any more."""
    columns = (PortalUser.active, PortalUser.staff_role)
    person = _first(session, select(*columns).where(PortalUser.id == user_id))
    if person is None or not person.active:
        return None
    if company_id is None:
        return _staff(session, user_id, person.staff_role)
    # Whoever works for the issuer belongs to no company, whatever they once did.
    return None if person.staff_role else _member(session, user_id, company_id)


def sight_of(scope: Scope) -> Sight:
    """What a scope holds, as an export remembers it."""
    return Sight(None if scope.sees_every_company else scope.companies, scope.addresses)


def _staff(session: Session, user_id: int, staff_role: str | None) -> Requester | None:
    if staff_role == Role.AUDITOR:
        return Requester(Role.AUDITOR, scopes.of_audit(user_id=user_id))
    if staff_role != Role.ACCOUNT_MANAGER:
        return None
    owned = select(Portfolio.company_id).where(Portfolio.manager_id == user_id)
    companies = [row.company_id for row in _rows(session, owned.order_by(Portfolio.company_id))]
    return Requester(Role.ACCOUNT_MANAGER, scopes.of_portfolio(tuple(companies), user_id=user_id))


def _member(session: Session, user_id: int, company_id: int) -> Requester | None:
    columns = (
        Membership.id,
        Membership.role,
        Membership.starts_on,
        Membership.expires_on,
        Membership.limited_to_addresses,
    )
    belongs = (Membership.user_id == user_id, Membership.company_id == company_id)
    member = _first(session, select(*columns).where(*belongs))
    if member is None or not _is_current(member):
        return None
    addresses = None
    if member.limited_to_addresses:
        limits = select(MembershipAddress.address_id).where(
            MembershipAddress.membership_id == member.id
        )
        addresses = tuple(sorted(row.address_id for row in _rows(session, limits)))
    scope = scopes.of_company(company_id, addresses=addresses, user_id=user_id)
    return Requester(Role(member.role.value), scope)


def _is_current(member: Any) -> bool:
    has_begun = member.starts_on is None or member.starts_on <= today()
    return has_begun and (member.expires_on is None or today() <= member.expires_on)


def _first(session: Session, statement: Any) -> Row[*tuple[Any, ...]] | None:
    return next(iter(_rows(session, statement)), None)


def _rows(session: Session, statement: Any) -> list[Row[*tuple[Any, ...]]]:
    """What a session asks before it is known what it may see, as at the beginning of a request."""
    return list(session.connection().execute(statement, execution_options=CHECKED))

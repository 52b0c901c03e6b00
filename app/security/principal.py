"""Who is asking: a light value, loaded in one statement, that opens the session's scope."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.clock import now, today
from app.domain.roles import Role
from app.security import scope as scopes
from app.security.permissions import Permission, may_use_screen, permissions_of
from app.security.scope import Scope
from app.security.signed_in import CompanyRef, SignedIn
from app.security.tenancy import open_scope, was_told


@dataclass(frozen=True, slots=True)
class Principal:
    """The signed-in person in one request; `role` is the active membership's, or staff's own.

    `seen_at` is when they were last at the company of this request, up to a minute ago.
    """

    user_id: int
    session_id: int
    email: str
    first_name: str
    last_name: str
    language: str
    role: Role | None
    company: CompanyRef | None = None
    companies: tuple[CompanyRef, ...] = ()
    seen_at: datetime | None = None
    authenticated_at: datetime = field(default_factory=now)
    must_set_up: bool = False
    is_active: bool = True
    is_authenticated: bool = True
    is_anonymous: bool = False

    @property
    def id(self) -> int:
        return self.user_id

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        return f"{self.first_name[:1]}{self.last_name[:1]}".upper()

    @property
    def is_staff(self) -> bool:
        return self.role is not None and self.role.is_staff

    def get_id(self) -> str:
        return str(self.user_id)

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.role)

    def may_use_screen(self, screen: str, method: str) -> bool:
        return may_use_screen(self.role, screen, method)

    def actor(self, *, ip: str | None = None, request_id: str | None = None) -> Actor:
        return Actor(self.user_id, self.name, self.role, ip, request_id)


def locked_principal(who: SignedIn) -> Principal:
    """Somebody who may do nothing yet but set up a second step: no role, and no scope is opened."""
    return replace(_principal(who, role=None), must_set_up=True)


def load_principal(session: Session, who: SignedIn, company: UUID | None) -> Principal:
    """Turn a session into a principal and open what it may see.

    `company` is the public id in the path. Nothing opens where the person does not belong to it.
    """
    if who.staff_role is not None:
        return _load_staff(session, who)
    active = [one for one in who.belongings if one.is_active_on(today())]
    chosen = next((one for one in active if one.company.public_id == company), None)
    if chosen is not None:
        scope = scopes.of_company(
            chosen.company.id, addresses=chosen.addresses, user_id=who.user_id
        )
        open_scope(session, scope, told=was_told(session, company))
    return _principal(
        who,
        role=chosen.role if chosen else None,
        company=chosen.company if chosen else None,
        companies=tuple(one.company for one in active),
        seen_at=chosen.seen_at if chosen else None,
    )


def _load_staff(session: Session, who: SignedIn) -> Principal:
    role = Role(str(who.staff_role))
    scope: Scope
    if role is Role.ACCOUNT_MANAGER:
        scope = scopes.of_portfolio(who.portfolio, user_id=who.user_id)
    elif role is Role.AUDITOR:
        scope = scopes.of_audit(user_id=who.user_id)
    else:
        scope = scopes.of_directory(user_id=who.user_id)
    open_scope(session, scope)
    return _principal(who, role=role)


def _principal(
    who: SignedIn,
    *,
    role: Role | None,
    company: CompanyRef | None = None,
    companies: tuple[CompanyRef, ...] = (),
    seen_at: datetime | None = None,
) -> Principal:
    return Principal(
        user_id=who.user_id,
        session_id=who.session_id,
        email=who.email,
        first_name=who.first_name,
        last_name=who.last_name,
        language=who.language,
        role=role,
        company=company,
        companies=companies,
        seen_at=seen_at,
        authenticated_at=who.authenticated_at,
    )

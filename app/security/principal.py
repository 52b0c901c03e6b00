"""Who is asking: a light value, loaded in two statements, that opens the session's scope."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.clock import now, today
from app.domain.roles import Role
from app.models import Company, LoginSession, Membership, MembershipAddress, PortalUser, Portfolio
from app.security import row_security as wall2
from app.security import scope as scopes
from app.security.permissions import Permission, may_use_screen, permissions_of
from app.security.scope import Scope
from app.security.tenancy import CHECKED, open_scope


@dataclass(frozen=True, slots=True)
class CompanyRef:
    """A company somebody belongs to, as the switch in the top bar names it."""

    public_id: UUID
    name: str
    customer_number: str | None
    id: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The session and its user, as one row."""

    session_id: int
    user_id: int
    email: str
    first_name: str
    last_name: str
    language: str
    staff_role: str | None
    is_active: bool
    created_at: datetime
    authenticated_at: datetime
    second_step_at: datetime | None
    last_seen_at: datetime
    expires_at: datetime
    data: str


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


def find_signed_in(session: Session, token_sha256: str) -> SignedIn | None:
    """The session of a cookie and its user, unless it ended or expired; tells the database who asks."""
    # By the connection: columns need none of what the ORM does for a row, on every page of everybody.
    found = session.connection().execute(
        _signed_in_statement(_dialect(session)),
        {"token": token_sha256, "instant": now()},
        execution_options=CHECKED,
    )
    row = found.one_or_none()
    return None if row is None else SignedIn(*row[:-1])


@cache
def _signed_in_statement(dialect: str) -> Select[*tuple[Any, ...]]:
    """Made once: every page of everybody asks it, and making it takes longer than answering it."""
    columns = (
        LoginSession.id,
        LoginSession.user_id,
        PortalUser.email,
        PortalUser.first_name,
        PortalUser.last_name,
        PortalUser.language,
        PortalUser.staff_role,
        PortalUser.active,
        LoginSession.created_at,
        LoginSession.authenticated_at,
        LoginSession.second_step_at,
        LoginSession.last_seen_at,
        LoginSession.expires_at,
        LoginSession.data,
    )
    return (
        select(*columns, _told(dialect, wall2.USER, cast(LoginSession.user_id, String)))
        .join(PortalUser, PortalUser.id == LoginSession.user_id)
        .where(
            LoginSession.token_sha256 == bindparam("token"),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > bindparam("instant"),
            PortalUser.active.is_(True),
        )
    )


def locked_principal(who: SignedIn) -> Principal:
    """Somebody who may do nothing yet but set up a second step: no role, and no scope is opened."""
    return replace(_principal(who, role=None), must_set_up=True)


def load_principal(session: Session, who: SignedIn, company: UUID | None) -> Principal:
    """Turn a session into a principal and open what it may see.

    `company` is the public id in the path. Nothing opens where the person does not belong to it.
    """
    if who.staff_role is not None:
        return _load_staff(session, who)
    memberships = _memberships(session, who.user_id, company)
    active = [one for one in memberships if one.is_active_on(today())]
    chosen = next((one for one in active if one.company.public_id == company), None)
    if chosen is not None:
        scope = scopes.of_company(
            chosen.company.id, addresses=chosen.addresses, user_id=who.user_id
        )
        open_scope(session, scope, told=True)
    return _principal(
        who,
        role=chosen.role if chosen else None,
        company=chosen.company if chosen else None,
        companies=tuple(one.company for one in active),
        seen_at=chosen.seen_at if chosen else None,
    )


@dataclass(frozen=True, slots=True)
class _Belonging:
    company: CompanyRef
    role: Role
    starts_on: date | None
    expires_on: date | None
    seen_at: datetime | None
    addresses: tuple[int, ...] | None

    def is_active_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (
            self.expires_on is None or day <= self.expires_on
        )


def _memberships(session: Session, user_id: int, company: UUID | None) -> list[_Belonging]:
    """The person's memberships; the one in the path sets the scope of the database on the way."""
    rows = session.connection().execute(
        _memberships_statement(_dialect(session), has_company=company is not None),
        {"user": user_id, "today": today()} | ({"company": company} if company else {}),
        execution_options=CHECKED,
    )
    return [
        _Belonging(
            CompanyRef(row.public_id, row.name, row.customer_number, row.id),
            Role(row.role.value),
            row.starts_on,
            row.expires_on,
            row.last_seen_at,
            None if row.addresses == "-" else _numbers(row.addresses),
        )
        for row in rows
    ]


@cache
def _memberships_statement(dialect: str, *, has_company: bool) -> Select[*tuple[Any, ...]]:
    is_chosen = Company.public_id == bindparam("company") if has_company else literal(False)
    limits = (
        select(func.aggregate_strings(cast(MembershipAddress.address_id, String), ","))
        .where(MembershipAddress.membership_id == Membership.id)
        .correlate(Membership)
        .scalar_subquery()
    )
    addresses = case((Membership.limited_to_addresses, func.coalesce(limits, "")), else_="-")
    is_open = _is_current(bindparam("today"))
    companies = case((is_chosen & is_open, cast(Membership.company_id, String)), else_=null())
    return (
        select(
            Company.public_id,
            Company.name,
            Company.customer_number,
            Company.id,
            Membership.role,
            Membership.starts_on,
            Membership.expires_on,
            Membership.last_seen_at,
            addresses.label("addresses"),
            _told(dialect, wall2.COMPANIES, companies, when=is_chosen),
            _told(dialect, wall2.ADDRESSES, addresses, when=is_chosen),
        )
        .join(Company, Company.id == Membership.company_id)
        .where(Membership.user_id == bindparam("user"))
        .order_by(Company.name, Company.id)
    )


def _is_current(day: BindParameter[date]) -> ColumnElement[bool]:
    started = Membership.starts_on.is_(None) | (Membership.starts_on <= day)
    return started & (Membership.expires_on.is_(None) | (Membership.expires_on >= day))


def _load_staff(session: Session, who: SignedIn) -> Principal:
    role = Role(str(who.staff_role))
    scope: Scope
    if role is Role.ACCOUNT_MANAGER:
        owned = select(Portfolio.company_id).where(Portfolio.manager_id == who.user_id)
        companies = session.scalars(owned.order_by(Portfolio.company_id), execution_options=CHECKED)
        scope = scopes.of_portfolio(tuple(companies), user_id=who.user_id)
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


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _told(
    dialect: str,
    setting: str,
    value: ColumnElement[str],
    *,
    when: ColumnElement[bool] | None = None,
) -> ColumnElement[Any]:
    """A column that sets `setting` for the transaction while it is read; nothing on SQLite."""
    name = setting.replace(".", "_")  # columns without names would be taken for one another
    if dialect != "postgresql":
        return null().label(name)
    told = func.set_config(setting, func.coalesce(value, ""), True)
    return (told if when is None else case((when, told), else_=null())).label(name)


def _numbers(listed: str) -> tuple[int, ...]:
    return tuple(sorted(int(one) for one in listed.split(",") if one))

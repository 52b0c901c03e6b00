"""The session behind a cookie, its user and whom they belong to: one statement, asked for every page of everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    JSON,
    BindParameter,
    ColumnElement,
    Row,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.orm import Session

from app.domain.clock import now, today
from app.domain.roles import Role, StaffRole
from app.models import Company, LoginSession, Membership, MembershipAddress, PortalUser, Portfolio
from app.security import row_security as wall2
from app.security.tenancy import CHECKED, know_as_told

_EVERY_ADDRESS = "-"


@dataclass(frozen=True, slots=True)
class CompanyRef:
    """A company somebody belongs to, as the switch in the top bar names it."""

    public_id: UUID
    name: str
    customer_number: str | None
    id: int


@dataclass(frozen=True, slots=True)
class Belonging:
    """A membership, in force or not; `addresses` is None where it is not limited to some."""

    company: CompanyRef
    role: Role
    starts_on: date | None
    expires_on: date | None
    seen_at: datetime | None
    addresses: tuple[int, ...] | None

    def is_active_on(self, day: date) -> bool:
        """Its first and its last day count."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.expires_on is None or day <= self.expires_on
        )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The session and its user; `belongings` by the company's name, `portfolio` of an account manager."""

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
    portfolio: tuple[int, ...]
    belongings: tuple[Belonging, ...]


def find_signed_in(
    session: Session, token_sha256: str, company: UUID | None = None
) -> SignedIn | None:
    """Who a cookie stands for, unless its session ended or expired.

    The database is told on the way who asks and, where they belong to `company`, what of it they may see:
    settings of wall 2, for this transaction.
    """
    # By the connection: columns need none of what the ORM does for a row.
    rows = (
        session.connection()
        .execute(
            _statement(session.get_bind().dialect.name),
            _asked(token_sha256, company),
            execution_options=CHECKED,
        )
        .all()
    )
    if not rows:
        return None
    know_as_told(session, company)
    of_the_session = rows[0][: len(_OF_THE_SESSION)]
    values: list[Any] = [
        *of_the_session,
        _numbers(rows[0].portfolio or ""),
        _belongings(rows),
    ]
    return SignedIn(*values)


def _asked(token_sha256: str, company: UUID | None) -> dict[str, Any]:
    values = {"token": token_sha256, "instant": now(), "today": today()}
    return values | {"company": "" if company is None else str(company)}


def _belongings(rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[Belonging, ...]:
    found = (_belonging(row) for row in rows if row.company is not None)
    return tuple(sorted(found, key=lambda one: (one.company.name, one.company.id)))


def _belonging(row: Row[*tuple[Any, ...]]) -> Belonging:
    public_id, name, customer_number = row.company
    return Belonging(
        CompanyRef(UUID(public_id), name, customer_number, row.company_id),
        Role(row.role.value),
        row.starts_on,
        row.expires_on,
        row.seen_at,
        None if row.addresses == _EVERY_ADDRESS else _numbers(row.addresses),
    )


_OF_THE_SESSION = (
    LoginSession.id.label("session_id"),
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


@cache
def _statement(dialect: str) -> Select[*tuple[Any, ...]]:
    """Made once: making it takes longer than answering it.

    PostgreSQL shows the companies of whoever asks only once it knows who that is. So each step reads from the
    rows of the one before, by sub-selects of its result: a join might be read the other way round.
    """
    held = _held(dialect, _who(dialect))
    if dialect != "postgresql":
        return select(held)
    named = held.c.company[0].as_string() == bindparam("company", type_=String)
    # Staff see by their role; and whoever still owes a second step sees nothing.
    is_chosen = named & held.c.is_current & held.c.staff_role.is_(None)
    company_id = cast(held.c.company_id, String)
    return select(
        held,
        case((is_chosen, _told(wall2.COMPANIES, company_id))).label("told_company"),
        case((is_chosen, _told(wall2.ADDRESSES, held.c.addresses))).label("told_addresses"),
    )


def _who(dialect: str) -> CTE:
    """The session that is asking; the database is told whose it is."""
    told = (
        [_told(wall2.USER, cast(LoginSession.user_id, String)).label("told_user")]
        if dialect == "postgresql"
        else []
    )
    return (
        select(*_OF_THE_SESSION, *told)
        .join(PortalUser, PortalUser.id == LoginSession.user_id)
        .where(
            LoginSession.token_sha256 == bindparam("token"),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > bindparam("instant"),
            PortalUser.active.is_(True),
        )
        .cte("who")
        .prefix_with("MATERIALIZED")
    )


def _held(dialect: str, who: CTE) -> CTE:
    """The same once for each of their memberships, or once without any."""
    limits = (
        select(func.aggregate_strings(cast(MembershipAddress.address_id, String), ","))
        .where(MembershipAddress.membership_id == Membership.id)
        .scalar_subquery()
    )
    addresses = case(
        (Membership.limited_to_addresses, func.coalesce(limits, "")), else_=_EVERY_ADDRESS
    )
    return (
        select(
            *(who.c[column.key] for column in _OF_THE_SESSION),
            _portfolio(who).label("portfolio"),
            _company(dialect).label("company"),
            Membership.company_id,
            Membership.role,
            Membership.starts_on,
            Membership.expires_on,
            Membership.last_seen_at.label("seen_at"),
            addresses.label("addresses"),
            _is_current(bindparam("today")).label("is_current"),
        )
        .select_from(who)
        .outerjoin(Membership, Membership.user_id == who.c.user_id)
        .cte("held")
        .prefix_with("MATERIALIZED")
    )


def _portfolio(who: CTE) -> ColumnElement[str | None]:
    served = (
        select(func.aggregate_strings(cast(Portfolio.company_id, String), ","))
        .where(Portfolio.manager_id == who.c.user_id)
        .scalar_subquery()
    )
    return case((who.c.staff_role == StaffRole.ACCOUNT_MANAGER.value, served))


def _company(dialect: str) -> ColumnElement[list[str | None]]:
    """Its public id, name and customer number, read as one."""
    listed = func.json_build_array if dialect == "postgresql" else func.json_array
    columns = listed(Company.public_id, Company.name, Company.customer_number, type_=JSON)
    return select(columns).where(Company.id == Membership.company_id).scalar_subquery()


def _is_current(day: BindParameter[date]) -> ColumnElement[bool]:
    started = Membership.starts_on.is_(None) | (Membership.starts_on <= day)
    return started & (Membership.expires_on.is_(None) | (Membership.expires_on >= day))


def _told(setting: str, value: ColumnElement[str]) -> ColumnElement[str]:
    """A column that sets `setting` for the transaction while it is read."""
    return func.set_config(setting, func.coalesce(value, ""), True)


def _numbers(listed: str) -> tuple[int, ...]:
    return tuple(sorted(int(one) for one in listed.split(",") if one))

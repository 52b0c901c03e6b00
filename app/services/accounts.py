"""A person's own account: name, language and password, where they are signed in, what they belong to."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import SignInMethod
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.person_names import required_name
from app.domain.roles import EmployerRole
from app.models import Company, LoginSession, Membership, PortalUser
from app.services.audit import record
from app.services.sessions import end_session, end_sessions_of
from app.services.users import hashed_for, keep_password

OWN_MEMBERSHIPS = {"tenancy": "checked"}
"""The statement asks for one user's memberships by itself; a person may know what they belong to."""


class SessionUnknown(DomainError):
    """It is not an open session of this person."""

    code = "session_unknown"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which somebody is signed in."""

    id: int
    public_id: UUID
    user_agent: str | None
    ip: str | None
    method: SignInMethod
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class OwnMembership:
    """What somebody belongs to, also before it starts and after it has expired."""

    company: str
    public_id: UUID
    role: EmployerRole
    starts_on: date | None
    expires_on: date | None

    def is_open(self, day: date) -> bool:
        return not self.is_future(day) and not self.is_over(day)

    def is_future(self, day: date) -> bool:
        return self.starts_on is not None and day < self.starts_on

    def is_over(self, day: date) -> bool:
        return self.expires_on is not None and self.expires_on < day


def change_language(session: Session, user_id: int, language: str) -> None:
    """Remember the language of a user; nothing happens when it is theirs already."""
    user = session.get_one(PortalUser, user_id)
    if user.language == language:
        return
    changes = {"language": (user.language, language)}
    user.language = language
    record(session, AuditAction.LANGUAGE_CHANGED, target=user, changes=changes)


def change_name(session: Session, user_id: int, *, first_name: str, last_name: str) -> bool:
    """Change what a person is called; False when nothing differs.

    Raises:
        TextMissing, TextTooLong, NotAName: with the field at fault.
    """
    user = session.get_one(PortalUser, user_id)
    wanted = {
        "first_name": required_name(first_name, field="first_name"),
        "last_name": required_name(last_name, field="last_name"),
    }
    changes = {
        name: (getattr(user, name), value)
        for name, value in wanted.items()
        if getattr(user, name) != value
    }
    for name, value in wanted.items():
        setattr(user, name, value)
    if changes:
        record(session, AuditAction.USER_CHANGED, target=user, changes=changes)
    return bool(changes)


def change_own_password(
    session: Session, user_id: int, password: str, *, keep_session_id: int
) -> None:
    """Give oneself a new password: every other session and every link of the account ends.

    The caller has asked for the current one, or for a fresh sign-in where there is none.

    Raises:
        DomainError: it breaks the rule (`check_password_rule`).
        HashingBusy: nothing was changed.

    Source: OWASP ASVS 5, 6.2.3 and 7.4.3.
    """
    user = session.get_one(PortalUser, user_id)
    keep_password(
        session, user, hashed_for(session, user, password), keep_session_id=keep_session_id
    )


def password_set_at(session: Session, user_id: int) -> datetime | None:
    """Since when somebody has their password; None where they have none, or had it before this was kept."""
    return session.scalar(select(PortalUser.password_set_at).where(PortalUser.id == user_id))


def open_sessions(session: Session, user_id: int) -> list[OpenSession]:
    """Where a person is signed in, the latest first (OWASP ASVS 5, 7.5.2)."""
    rows = session.execute(
        select(
            LoginSession.id,
            LoginSession.public_id,
            LoginSession.user_agent,
            LoginSession.ip,
            LoginSession.method,
            LoginSession.created_at,
            LoginSession.last_seen_at,
        )
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now(),
        )
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    )
    return [OpenSession(*row) for row in rows]


def end_own_session(session: Session, user_id: int, public_id: UUID) -> int:
    """End one session of a person and return its id.

    Raises:
        SessionUnknown: it is somebody else's, or has ended.
    """
    statement = select(LoginSession.id).where(
        LoginSession.user_id == user_id,
        LoginSession.public_id == public_id,
        LoginSession.ended_at.is_(None),
    )
    found = session.scalar(statement)
    if found is None:
        raise SessionUnknown
    end_session(session, found)
    record(session, AuditAction.SESSION_ENDED, target=session.get_one(PortalUser, user_id))
    return found


def end_other_sessions(session: Session, user_id: int, *, keep_id: int | None) -> int:
    """End every session of a person, or every one but `keep_id`; returns how many ended."""
    count = end_sessions_of(session, user_id, except_id=keep_id)
    if count:
        record(session, AuditAction.SESSION_ENDED, target=session.get_one(PortalUser, user_id))
    return count


def memberships_of(session: Session, user_id: int) -> list[OwnMembership]:
    """What a person belongs to, by name, whatever the day."""
    rows = session.execute(
        select(
            Company.name,
            Company.public_id,
            Membership.role,
            Membership.starts_on,
            Membership.expires_on,
        )
        .join(Company, Company.id == Membership.company_id)
        .where(Membership.user_id == user_id)
        .order_by(Company.name, Company.id),
        execution_options=OWN_MEMBERSHIPS,
    )
    return [OwnMembership(*row) for row in rows]

"""What an administrator does to people: changes who they are, disables and enables them."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.administrators import AdministratorChange
from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.mail import MailKind
from app.domain.person_names import required_name
from app.domain.roles import StaffRole
from app.domain.tokens import OF_THE_ACCOUNT
from app.models import PortalUser
from app.services.administrator_notices import have_administrators_told
from app.services.audit import record
from app.services.mail import write_mail
from app.services.second_step import switch_off
from app.services.sessions import end_sessions_of
from app.services.tokens import revoke_tokens
from app.services.users import checked_email, disable_user, enable_user


class LastAdministrator(DomainError):
    """Without this person nobody could run the product any more."""

    code = "last_administrator"


class NotYourself(DomainError):
    """Nobody disables themself: a slip would end the session in which it could be repaired."""

    code = "not_yourself"


class OwnSecondStep(DomainError):
    """An administrator switches off other people's second step. Their own takes a code, on their account page."""

    code = "own_second_step"


@dataclass(frozen=True, slots=True)
class UserValues:
    """Who somebody is. `email` is also the name to sign in with; no staff role is an employer's person."""

    email: str
    first_name: str
    last_name: str
    language: str
    staff_role: StaffRole | None = None


def change_user(
    session: Session, user: PortalUser, values: UserValues, *, keep_session_id: int | None = None
) -> bool:
    """Change who a person is; False when nothing differs.

    With another e-mail address the links sent to the old one open nothing, the person's sessions end, maybe but one,
    and the old address is told: whoever was there by the old one has no way left.

    Raises:
        EmailMalformed, EmailTaken, TextMissing, TextTooLong, NotAName: with the field at fault.
        LastAdministrator: they are the last one, and would be none any more.
    """
    wanted = {
        "email": checked_email(session, values.email, but=user),
        "first_name": required_name(values.first_name, field="first_name"),
        "last_name": required_name(values.last_name, field="last_name"),
        "language": values.language,
        "staff_role": values.staff_role,
    }
    changes = {
        name: (getattr(user, name), value)
        for name, value in wanted.items()
        if getattr(user, name) != value
    }
    if not changes:
        return False
    if "staff_role" in changes:
        _keep_an_administrator(session, user)
    if "email" in changes:
        _leave_old_address(session, user, str(wanted["email"]))
        end_sessions_of(session, user.id, except_id=keep_session_id)
    for name, value in wanted.items():
        setattr(user, name, value)
    user.username = user.email
    session.flush()
    record(session, AuditAction.USER_CHANGED, target=user, changes=changes)
    return True


def disable(session: Session, user: PortalUser, *, by_id: int) -> None:
    """Refuse sign-ins of a person from now on and end their sessions.

    Raises:
        LastAdministrator: they are the last one.
        NotYourself: `by_id` is theirs.
    """
    _keep_an_administrator(session, user)
    if user.id == by_id:
        raise NotYourself
    disable_user(session, user)


def switch_off_second_step(session: Session, user: PortalUser, *, by_id: int, by: str) -> None:
    """Let a person who lost device and recovery codes sign in by the password alone, and tell them who did it.

    Raises:
        OwnSecondStep: `by_id` is theirs.
        SecondStepMissing
    """
    if user.id == by_id:
        raise OwnSecondStep
    switch_off(session, user, by=by)


def enable(session: Session, user: PortalUser) -> None:
    """Let a person sign in again."""
    enable_user(session, user)


def _leave_old_address(session: Session, user: PortalUser, new_email: str) -> None:
    revoke_tokens(session, user.id, OF_THE_ACCOUNT)
    write_mail(
        session,
        MailKind.EMAIL_CHANGED,
        to=user.email,
        language=user.language,
        context={"new_email": new_email},
        user_id=user.id,
    )
    have_administrators_told(session, user, AdministratorChange.EMAIL_CHANGED)


def _keep_an_administrator(session: Session, user: PortalUser) -> None:
    """Two administrators who demote each other at once wait for each other here."""
    if user.staff_role is not StaffRole.PLATFORM_ADMIN or not user.active:
        return
    if session.get_bind().dialect.name == "sqlite":
        # SQLite has no FOR UPDATE: a write that changes nothing takes its one write lock.
        session.execute(
            update(PortalUser)
            .where(PortalUser.id == user.id)
            .values(active=PortalUser.active)
            .execution_options(synchronize_session=False)
        )
    administrators = (
        select(PortalUser.id)
        .where(PortalUser.staff_role == StaffRole.PLATFORM_ADMIN, PortalUser.active.is_(True))
        .order_by(PortalUser.id)
        .with_for_update()
    )
    if set(session.scalars(administrators)) <= {user.id}:
        raise LastAdministrator(field="staff_role")

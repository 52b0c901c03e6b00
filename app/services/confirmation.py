"""Somebody who is signed in proves again who they are, before a sensitive act."""

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.models import ExternalIdentity, PortalUser
from app.services.audit import record
from app.services.passwords import is_right_password


class ConfirmationRefused(DomainError):
    """The password is not theirs, or they may no longer sign in."""

    code = "confirmation_refused"


def check_password_again(session: Session, user_id: int, password: str) -> PortalUser:
    """Return the person when `password` is still theirs. The caller commits, also when it is refused.

    Raises:
        ConfirmationRefused: the password is not right; the event of it is written.
        HashingBusy: too many passwords were being checked at once; nothing was decided.
    """
    user = session.scalars(
        select(PortalUser)
        .where(PortalUser.id == user_id)
        .options(undefer(PortalUser.password))
        .execution_options(populate_existing=True)
    ).one()
    if not is_right_password(password, user.password) or not user.active:
        record(session, AuditAction.SIGN_IN_FAILED, target=user)
        raise ConfirmationRefused(field="confirm_password")
    return user


def has_password(session: Session, user_id: int) -> bool:
    """False for somebody who only ever signs in through a provider."""
    statement = select(PortalUser.password.is_not(None)).where(PortalUser.id == user_id)
    return bool(session.scalar(statement))


def providers_of(session: Session, user_id: int) -> list[str]:
    """The names, as settings give them, of the providers that a person has linked."""
    statement = select(ExternalIdentity.provider).where(ExternalIdentity.user_id == user_id)
    return sorted(set(session.scalars(statement)))

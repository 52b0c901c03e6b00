"""What administrators are told of each other: who became one, and whose access or way to sign in was changed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.administrators import AdministratorChange
from app.domain.clock import now, today
from app.domain.jobs import Task
from app.domain.mail import MailKind
from app.domain.roles import EmployerRole
from app.models import Membership, PortalUser
from app.queue import enqueue
from app.services.administrators import administrators_of
from app.services.mail import write_mail


def tell_of_new_administrator(session: Session, added: Membership, *, by: str | None) -> None:
    """Write to every other administrator that there is one more; `by` is who saw to it."""
    facts = {
        "company": added.company.name,
        "name": added.user.name or None,
        "email": added.user.email,
        "by": by,
    }
    for user in _others(session, added):
        write_mail(
            session,
            MailKind.ADMINISTRATOR_ADDED,
            to=user.email,
            language=user.language,
            context=facts,
            user_id=user.id,
            company_id=added.company_id,
        )


def tell_of_access(
    session: Session, changed: Membership, change: AdministratorChange, *, by: str | None
) -> None:
    """Write to every other administrator what became of the access of one of them; `by` is who saw to it."""
    _tell(session, changed, change, at=now(), by=by)


def have_administrators_told(
    session: Session, user: PortalUser, change: AdministratorChange
) -> None:
    """Once the caller has committed, have the other administrators of each of a person's companies told by a worker.

    Whose administrator they are, and who the others are, is nothing that the page of an account may read.
    """
    if user.staff_role is not None:
        return  # their role comes from the issuer: what they may do at a company is no matter of its administrators
    arguments = {"user": user.id, "change": change.value, "at": now().isoformat()}
    enqueue(session, Task.TELL_ADMINISTRATORS, arguments)


def tell_of_sign_in(
    session: Session, user_id: int, change: AdministratorChange, *, at: datetime
) -> int:
    """Write what changed at `at` in how an administrator signs in to those who are it with them; how many mails.

    Called again, it writes none twice. The session sees every company.
    """
    statement = (
        select(Membership)
        .join(PortalUser, PortalUser.id == Membership.user_id)
        .where(
            Membership.user_id == user_id,
            Membership.role == EmployerRole.EMPLOYER_ADMIN,
            PortalUser.staff_role.is_(None),
        )
        .options(joinedload(Membership.company), joinedload(Membership.user))
        .order_by(Membership.id)
    )
    administered = [one for one in session.scalars(statement) if _is_open(one)]
    key = f"{change.value} {user_id} {at.isoformat()}"
    return sum(_tell(session, one, change, at=at, key=key) for one in administered)


def _tell(
    session: Session,
    changed: Membership,
    change: AdministratorChange,
    *,
    at: datetime,
    by: str | None = None,
    key: str | None = None,
) -> int:
    facts = {
        "company": changed.company.name,
        "name": changed.user.name or changed.user.email,
        "what": change,
        "by": by,
        "at": at,
    }
    written = [
        write_mail(
            session,
            MailKind.ADMINISTRATOR_CHANGED,
            to=user.email,
            language=user.language,
            context=facts,
            user_id=user.id,
            company_id=changed.company_id,
            key=None if key is None else f"{key} {changed.id} {user.id}",
        )
        for user in _others(session, changed)
    ]
    return sum(one is not None for one in written)


def _others(session: Session, membership: Membership) -> Iterable[PortalUser]:
    """Whoever else administers the company, today or later, and may sign in."""
    statement = administrators_of(membership.company_id).where(Membership.id != membership.id)
    return {one.user.id: one.user for one in session.scalars(statement) if _is_open(one)}.values()


def _is_open(membership: Membership) -> bool:
    return membership.expires_on is None or membership.expires_on >= today()

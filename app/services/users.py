"""People who can sign in: added, changed, disabled, enabled; whoever they are at a company is the membership's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.mail import MailKind
from app.domain.roles import StaffRole
from app.domain.tokens import OF_THE_ACCOUNT
from app.domain.typed_text import is_email_address, normalise_email, one_line
from app.models import Company, LoginSession, Membership, PortalUser
from app.services.audit import record
from app.services.issuer import issuer_card
from app.services.mail import write_mail
from app.services.passwords import check_password_rule, hash_password
from app.services.sessions import end_sessions_of
from app.services.tokens import revoke_tokens

LONGEST_SIGN_IN_NAME = 128
"""The column of the sign-in name takes half of the longest e-mail address."""
PRODUCT = "Clientèle"


class EmailMalformed(DomainError):
    """It is not an address that mail can be sent to."""

    code = "email_malformed"


class EmailTaken(DomainError):
    """Somebody else signs in with this address."""

    code = "email_taken"


class UserUnknown(DomainError):
    """Nobody signs in with this address."""

    code = "user_unknown"


@dataclass(frozen=True, slots=True)
class UserRow:
    """Somebody in a list of users."""

    email: str
    name: str
    staff_role: StaffRole | None
    is_active: bool
    last_seen_at: datetime | None


def person_of_email(email: str) -> tuple[str, str]:
    """A first and a last name to begin with: "sofia.de-wit@…" becomes Sofia, De Wit."""
    local = normalise_email(email).partition("@")[0]
    first, _, last = local.partition(".")
    return _capitalised(first), _capitalised(last)


def create_user(
    session: Session,
    *,
    email: str,
    first_name: str,
    last_name: str,
    language: str = "fr",
    staff_role: StaffRole | None = None,
    password: str | None = None,
) -> PortalUser:
    """Add a person, who can sign in once there is a password.

    Raises:
        EmailMalformed, EmailTaken: nothing was added.
        DomainError: the password breaks the rule (`check_password_rule`).
    """
    address = checked_email(session, email)
    user = PortalUser(
        email=address,
        username=address,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        language=language,
        staff_role=staff_role,
        active=True,
    )
    if password is not None:
        set_password(session, user, password)
    session.add(user)
    session.flush()
    role = staff_role.value if staff_role else None
    record(session, AuditAction.USER_CREATED, target=user, changes={"staff_role": (None, role)})
    return user


def set_password(session: Session, user: PortalUser, password: str) -> None:
    """Give a person a new password; see `keep_password` for what goes with it.

    Raises:
        DomainError: it breaks the rule (`check_password_rule`).
        HashingBusy: nothing was changed.
    """
    keep_password(session, user, hashed_for(session, user, password))


def hashed_for(session: Session, user: PortalUser, password: str) -> str:
    """The hash of a password that a person may choose. It takes long: write nothing before, others would wait.

    No password is the name of the person, of the product, the issuer or a company of theirs, as far as the session
    may read these (OWASP ASVS 5, 6.2.11).

    Raises:
        DomainError: it breaks the rule (`check_password_rule`).
        HashingBusy: no turn came in time.
    """
    own = (user.email, user.name, user.first_name, user.last_name)
    around = (PRODUCT, issuer_card(session).name, *_companies_of(session, user.id))
    check_password_rule(password, context=(*own, *around))
    return hash_password(password)


def keep_password(
    session: Session,
    user: PortalUser,
    hashed: str,
    *,
    keep_session_id: int | None = None,
    actor: Actor | None = None,
) -> None:
    """Replace the password of a person, and whatever the old one had opened.

    Every session, maybe but one, and every link of the account ends. The person is told by mail, unless it is the
    password they begin with: who has been here without one, by a provider, is told as well.
    """
    begins = user.password_set_at is None and not _was_here(session, user.id)
    user.password = hashed
    user.password_set_at = now()
    if user.id is None:
        return
    end_sessions_of(session, user.id, except_id=keep_session_id)
    revoke_tokens(session, user.id, OF_THE_ACCOUNT)
    record(session, AuditAction.PASSWORD_SET, target=user, actor=actor)
    if not begins:
        write_mail(
            session,
            MailKind.PASSWORD_CHANGED,
            to=user.email,
            language=user.language,
            context={"at": user.password_set_at},
            user_id=user.id,
        )


def disable_user(session: Session, user: PortalUser) -> int:
    """Refuse sign-ins of a person from now on, end their sessions and links; returns how many sessions ended."""
    if user.active:
        user.active = False
        record(session, AuditAction.USER_DISABLED, target=user, changes={"active": (True, False)})
    revoke_tokens(session, user.id)
    return end_sessions_of(session, user.id)


def enable_user(session: Session, user: PortalUser) -> None:
    """Let a person sign in again."""
    if not user.active:
        user.active = True
        record(session, AuditAction.USER_ENABLED, target=user, changes={"active": (False, True)})


def find_user(session: Session, email: str) -> PortalUser:
    """Raises UserUnknown."""
    statement = select(PortalUser).where(PortalUser.username == normalise_email(email))
    user = session.scalars(statement).one_or_none()
    if user is None:
        raise UserUnknown
    return user


def list_users(session: Session) -> list[UserRow]:
    """Everybody, by e-mail address, with when they were here last."""
    seen = (
        select(LoginSession.user_id, func.max(LoginSession.last_seen_at).label("at"))
        .group_by(LoginSession.user_id)
        .subquery()
    )
    rows = session.execute(
        select(PortalUser, seen.c.at)
        .outerjoin(seen, seen.c.user_id == PortalUser.id)
        .order_by(PortalUser.username)
    )
    return [
        UserRow(user.email, user.name, user.staff_role, bool(user.active), at) for user, at in rows
    ]


def _companies_of(session: Session, user_id: int | None) -> Iterable[str]:
    """Names of the companies that somebody belongs to, whatever the day; a person may know them."""
    if user_id is None:
        return ()
    return session.scalars(
        select(Company.name)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.user_id == user_id),
        execution_options={"tenancy": "checked"},
    )


def _was_here(session: Session, user_id: int | None) -> bool:
    opened = select(LoginSession.id).where(LoginSession.user_id == user_id).limit(1)
    return session.scalar(opened) is not None


def _capitalised(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().title()


def sign_in_name(typed: str) -> str:
    """The one spelling of an address that somebody can sign in with.

    Raises:
        EmailMalformed
    """
    address = normalise_email(one_line(typed) or "")
    if len(address) > LONGEST_SIGN_IN_NAME or not is_email_address(address):
        raise EmailMalformed(field="email")
    return address


def checked_email(session: Session, typed: str, *, but: PortalUser | None = None) -> str:
    """The one spelling of an address that nobody signs in with, or nobody but one person.

    Raises:
        EmailMalformed, EmailTaken
    """
    address = sign_in_name(typed)
    owner = session.scalar(select(PortalUser.id).where(PortalUser.username == address))
    if owner is not None and (but is None or owner != but.id):
        raise EmailTaken(field="email")
    return address

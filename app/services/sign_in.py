"""Who signs in with an e-mail address and a password: one answer, in one time, for every failure."""

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.typed_text import normalise_email
from app.models import PortalUser
from app.services.audit import record
from app.services.passwords import hash_password, is_right_password, needs_rehash
from app.services.sessions import hold_sign_ins


class SignInRefused(DomainError):
    """The address is unknown, the password is wrong, or the person may not sign in: which one is not said."""

    code = "sign_in_refused"


def check_credentials(
    session: Session, *, email: str, password: str, stranger: str, actor: Actor
) -> PortalUser:
    """Return the person whose e-mail address and password these are.

    Known or not, disabled or not: of a failure, one statement reads, one hash is computed and one event is
    written. That somebody signed in is written where their session starts, which may take a second step.
    `stranger` is what the event calls an address that nobody has: a keyed hash, never the address.
    The caller commits, also when it is refused.

    Raises:
        SignInRefused: they are nobody's, or of somebody who may not sign in.
        HashingBusy: too many sign-ins at once; nothing was decided.

    Source: OWASP ASVS 5, 6.3.8 (no user can be found out by the answer or its time).
    """
    # PostgreSQL takes no NUL in a text; nobody's name has one.
    name = normalise_email(email).replace("\0", "\N{REPLACEMENT CHARACTER}")
    statement = select(PortalUser).where(PortalUser.username == name)
    # With its hash: reading that by a second statement would tell by its time who exists.
    user = session.scalars(statement.options(undefer(PortalUser.password))).one_or_none()
    is_right = is_right_password(password, user.password if user else None)
    # Before anything is held: it takes as long again, and others would wait for it.
    stored = user.password if user else None
    renewed = hash_password(password) if is_right and needs_rehash(stored or "") else stored
    if user is None or not is_right or not _still_holds(session, user):
        label = str(user) if user else stranger
        record(session, AuditAction.SIGN_IN_FAILED, target=user, label=label, actor=actor)
        raise SignInRefused
    user.password = renewed
    return user


def _still_holds(session: Session, user: PortalUser) -> bool:
    """Whether they may sign in by what was just looked at: hashing takes long, and much happens meanwhile."""
    seen = (user.username, user.password)
    hold_sign_ins(session, user.id)
    session.refresh(user, ("active", "username", "password"))
    return bool(user.active) and seen == (user.username, user.password)

"""Recovery codes: ten at a time, each opens once, for when the device of the second step is lost."""

import re
import secrets
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.mail import MailKind
from app.models import PortalUser, RecoveryCode
from app.services.audit import record
from app.services.mail import write_mail
from app.services.passwords import new_salt, salt_of, stretched

HOW_MANY: Final = 10
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is taken for something else on paper: no i, l, o, 0 or 1."""
LENGTH: Final = 10
"""Just under 50 bits. With so few, a plain hash of a stolen table could be tried out (OWASP ASVS 5, 6.5.2)."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Ten codes as they are to be written down, and what the table keeps of them."""

    written: tuple[str, ...] = field(repr=False)
    hashes: tuple[str, ...]


def draft_codes() -> Codes:
    """Make ten codes, which open nothing yet. It takes a while: before anything is written, or others wait for it.

    The hashes are those of passwords, with one salt for the ten, so that trying one costs one hash.

    Raises:
        HashingBusy: too many passwords were being hashed at once.
    """
    salt = new_salt()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    written = tuple(f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}" for code in codes)
    return Codes(written, tuple(stretched(code, salt) for code in codes))


def keep_codes(session: Session, user: PortalUser, codes: Codes) -> None:
    """Let these codes open, and the former ones nothing any more."""
    forget_recovery_codes(session, user.id)
    session.add_all(RecoveryCode(user_id=user.id, code_hash=one) for one in codes.hashes)
    session.flush()
    record(session, AuditAction.RECOVERY_CODES_MADE, target=user)


def use_recovery_code(
    session: Session, user: PortalUser, typed: str, *, actor: Actor | None = None
) -> bool:
    """Whether `typed` is a code that was not used yet; then it is, and the person is told how many are left.

    In one statement: of ten who try at once, one wins. `actor` is the visitor, who turns out to be that person.
    """
    code = _normal(typed)
    known = session.scalar(
        select(RecoveryCode.code_hash).where(RecoveryCode.user_id == user.id).limit(1)
    )
    if known is None or len(code) != LENGTH:
        return False
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == stretched(code, salt_of(known)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        return False
    _tell_of_use(session, user, actor)
    return True


def recovery_codes_left(session: Session, user_id: int) -> int:
    """How many codes of a person still open."""
    statement = (
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    )
    return session.scalar(statement) or 0


def forget_recovery_codes(session: Session, user_id: int) -> None:
    """Let no code of a person open anything any more."""
    session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == user_id)
        .execution_options(synchronize_session=False)
    )


def _tell_of_use(session: Session, user: PortalUser, actor: Actor | None) -> None:
    left = recovery_codes_left(session, user.id)
    who = replace(actor, user_id=user.id, name=user.name) if actor else None
    record(session, AuditAction.RECOVERY_CODE_USED, target=user, actor=who)
    write_mail(
        session,
        MailKind.RECOVERY_CODE_USED,
        to=user.email,
        language=user.language,
        context={"left": left},
        user_id=user.id,
    )


def _normal(typed: str) -> str:
    """As it was made, however it was written down: capitals, spaces and hyphens make no difference."""
    return re.sub(r"[\s-]+", "", typed[:100]).lower()

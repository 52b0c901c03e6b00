"""The second step of a sign-in: codes of an authenticator app, which change every 30 seconds and work once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
from pyotp.utils import strings_equal
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.administrators import AdministratorChange
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.mail import MailKind
from app.domain.ports import Vault
from app.domain.tokens import TokenPurpose
from app.models import LoginSession, PortalUser, SecondStep
from app.services.administrator_notices import have_administrators_told
from app.services.audit import record
from app.services.mail import write_mail
from app.services.recovery_codes import (
    draft_codes,
    forget_recovery_codes,
    keep_codes,
    recovery_codes_left,
    use_recovery_code,
)
from app.services.sessions import end_sessions_of
from app.services.tokens import revoke_tokens

PERIOD_S: Final = 30
DIGITS: Final = 6
"""What every authenticator app takes for granted (RFC 6238, 4; Google's key URI format)."""
DRIFT: Final = 1
"""Periods by which a clock may be off, either way (RFC 6238, 5.2)."""


class CodeRefused(DomainError):
    """It is no code of this moment, no unused recovery code, or it was used before: which one is not said."""

    code = "code_refused"


class SecondStepMissing(DomainError):
    """There is no second step: it is off, or its set-up was not begun."""

    code = "second_step_missing"


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a person has a second step, since when, and how many recovery codes still open."""

    since: datetime | None
    codes_left: int

    @property
    def is_on(self) -> bool:
        return self.since is not None


def status_of(session: Session, user_id: int) -> Status:
    """For the page that tells."""
    since = session.scalar(select(SecondStep.confirmed_at).where(SecondStep.user_id == user_id))
    return Status(since, recovery_codes_left(session, user_id) if since else 0)


def has_second_step(session: Session, user_id: int) -> bool:
    """Whether a sign-in of this person asks for a code."""
    return _confirmed(session, user_id) is not None


def check_second_step(
    session: Session, user: PortalUser, typed: str, *, vault: Vault, actor: Actor | None = None
) -> None:
    """Take a code of the app or a recovery code; neither is taken twice. The caller commits, also when refused.

    Raises:
        CodeRefused: the event of it is written.
        HashingBusy: nothing was decided.
    """
    code = "".join(typed.split())
    is_of_app = len(code) == DIGITS and code.isascii() and code.isdecimal()
    is_right = (
        _use_code(session, user.id, code, vault=vault)
        if is_of_app
        else use_recovery_code(session, user, typed, actor=actor)
    )
    if not is_right:
        record(session, AuditAction.SECOND_STEP_FAILED, target=user, actor=actor)
        raise CodeRefused(field="code")


def renew_recovery_codes(session: Session, user: PortalUser) -> tuple[str, ...]:
    """Ten new recovery codes for somebody who has a second step; the former ones open nothing any more.

    Raises:
        SecondStepMissing
        HashingBusy: nothing was changed.
    """
    if _confirmed(session, user.id) is None:
        raise SecondStepMissing
    codes = draft_codes()
    keep_codes(session, user, codes)
    tell(session, MailKind.RECOVERY_CODES_MADE, user)
    have_administrators_told(session, user, AdministratorChange.RECOVERY_CODES_MADE)
    return codes.written


def switch_off(
    session: Session,
    user: PortalUser,
    *,
    keep_session_id: int | None = None,
    by: str | None = None,
) -> None:
    """Ask for no code any more, forget the recovery codes and end the person's sessions, maybe but one.

    `by` is the name of the administrator who does it for somebody who lost device and codes.

    Raises:
        SecondStepMissing
    """
    gone = session.execute(
        delete(SecondStep)
        .where(SecondStep.user_id == user.id, SecondStep.confirmed_at.is_not(None))
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise SecondStepMissing
    forget_recovery_codes(session, user.id)
    close_other_ways_in(session, user, keep_session_id=keep_session_id)
    session.execute(
        update(LoginSession).where(LoginSession.user_id == user.id).values(second_step_at=None)
    )  # whose role needs one is led to set it up again
    record(session, AuditAction.SECOND_STEP_DISABLED, target=user)
    tell(session, MailKind.SECOND_STEP_DISABLED, user, by=by)
    have_administrators_told(session, user, AdministratorChange.SECOND_STEP_DISABLED)


def reseal_seeds(session: Session, *, vault: Vault) -> int:
    """Seal every seed by the first key that another one has sealed; returns how many."""
    rows = session.execute(select(SecondStep.user_id, SecondStep.sealed_seed)).all()
    count = 0
    for user_id, sealed in rows:
        if vault.is_sealed_by_first(sealed):
            continue
        seed = vault.open(sealed, place=place_of(user_id))
        session.execute(
            update(SecondStep)
            .where(SecondStep.user_id == user_id, SecondStep.sealed_seed == sealed)
            .values(sealed_seed=vault.seal(seed, place=place_of(user_id)))
            .execution_options(synchronize_session=False)
        )
        count += 1
    return count


def period_of(typed: str, seed: str) -> int | None:
    """The period that a code belongs to, among those that count as now."""
    code, app = "".join(typed.split()), pyotp.TOTP(seed, digits=DIGITS, interval=PERIOD_S)
    present = int(now().timestamp()) // PERIOD_S
    nearby = range(present - DRIFT, present + DRIFT + 1)
    return next((one for one in nearby if strings_equal(code, app.generate_otp(one))), None)


def close_other_ways_in(session: Session, user: PortalUser, *, keep_session_id: int | None) -> None:
    """End the sessions of a person, maybe but one, and what waits for a code in another browser."""
    end_sessions_of(session, user.id, except_id=keep_session_id)
    revoke_tokens(session, user.id, (TokenPurpose.SECOND_STEP,))


def tell(session: Session, kind: MailKind, user: PortalUser, **context: object) -> None:
    """Write a mail about it to the person."""
    write_mail(
        session, kind, to=user.email, language=user.language, context=context, user_id=user.id
    )


def place_of(user_id: int) -> str:
    """What a person's seed is bound to when it is sealed."""
    return f"second_step|sealed_seed|{user_id}"


def _confirmed(session: Session, user_id: int) -> str | None:
    """The sealed seed of a second step that is on."""
    return session.scalar(
        select(SecondStep.sealed_seed).where(
            SecondStep.user_id == user_id, SecondStep.confirmed_at.is_not(None)
        )
    )


def _use_code(session: Session, user_id: int, code: str, *, vault: Vault) -> bool:
    """Whether it is a code of now that was not used; noted in one statement: of ten at once, one wins."""
    sealed = _confirmed(session, user_id)
    if sealed is None:
        return False
    step = period_of(code, vault.open(sealed, place=place_of(user_id)))
    if step is None:
        return False
    used = session.execute(
        update(SecondStep)
        .where(
            SecondStep.user_id == user_id,
            SecondStep.sealed_seed == sealed,
            SecondStep.confirmed_at.is_not(None),
            SecondStep.last_step < step,
        )
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    return used.rowcount == 1  # type: ignore[attr-defined,no-any-return]

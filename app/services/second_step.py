"""The second step of a sign-in: codes of an authenticator app, which change every 30 seconds and work once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
from pyotp.utils import strings_equal
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.mail import MailKind
from app.domain.ports import Vault
from app.domain.tokens import TokenPurpose
from app.models import LoginSession, PortalUser, SecondStep
from app.services.audit import record
from app.services.mail import write_mail
from app.services.recovery_codes import (
    forget_recovery_codes,
    make_recovery_codes,
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


class SecondStepThere(DomainError):
    """The second step is on already."""

    code = "second_step_there"


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


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an app is told: `uri` as a QR code, or `key` in base32 to type."""

    uri: str
    key: str


def status_of(session: Session, user_id: int) -> Status:
    """For the page that tells."""
    since = session.scalar(select(SecondStep.confirmed_at).where(SecondStep.user_id == user_id))
    return Status(since, recovery_codes_left(session, user_id) if since else 0)


def has_second_step(session: Session, user_id: int) -> bool:
    """Whether a sign-in of this person asks for a code."""
    return _confirmed(session, user_id) is not None


def begin_set_up(session: Session, user: PortalUser, *, vault: Vault) -> None:
    """Make a new seed, which asks for nothing until a code of it was typed; a former unfinished one is void.

    Raises:
        SecondStepThere: switch it off first.
    """
    values = {
        "sealed_seed": vault.seal(pyotp.random_base32(), place=_place(user.id)),
        "last_step": 0,
        "created_at": now(),
    }
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    written = session.execute(
        insert(SecondStep)
        .values(user_id=user.id, **values)
        .on_conflict_do_update(
            index_elements=["user_id"], set_=values, where=SecondStep.confirmed_at.is_(None)
        )
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise SecondStepThere


def set_up_of(session: Session, user: PortalUser, *, vault: Vault, issuer: str) -> SetUp:
    """What the app needs, as long as the set-up is not finished; never shown again afterwards.

    Raises:
        SecondStepMissing: it was not begun, or is finished.
    """
    row = _unconfirmed(session, user.id)
    key = vault.open(row.sealed_seed, place=_place(user.id))
    uri = pyotp.TOTP(key, digits=DIGITS, interval=PERIOD_S).provisioning_uri(
        name=user.email, issuer_name=issuer
    )
    return SetUp(uri, key)


def finish_set_up(
    session: Session, user: PortalUser, typed: str, *, vault: Vault, session_id: int
) -> list[str]:
    """Switch the second step on by a first code; returns the recovery codes, which are kept nowhere.

    The person's other sessions end: they were opened without it (OWASP ASVS 5, 7.4.3).

    Raises:
        SecondStepMissing: the set-up was not begun, or is finished.
        CodeRefused: with the field at fault.
        HashingBusy: nothing was changed.
    """
    row = _unconfirmed(session, user.id)
    step = _step_of(typed, vault.open(row.sealed_seed, place=_place(user.id)))
    if step is None:
        raise CodeRefused(field="code")
    confirmed = session.execute(
        update(SecondStep)
        .where(
            SecondStep.user_id == user.id,
            SecondStep.confirmed_at.is_(None),
            SecondStep.sealed_seed == row.sealed_seed,
        )
        .values(confirmed_at=now(), last_step=step)
        .execution_options(synchronize_session=False)
    )
    if confirmed.rowcount != 1:  # type: ignore[attr-defined]
        raise SecondStepMissing
    codes = make_recovery_codes(session, user, is_told=False)
    _close_other_ways_in(session, user, keep_session_id=session_id)
    record(session, AuditAction.SECOND_STEP_ENABLED, target=user)
    _tell(session, MailKind.SECOND_STEP_ENABLED, user)
    return codes


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
        else use_recovery_code(session, user, typed)
    )
    if not is_right:
        record(session, AuditAction.SECOND_STEP_FAILED, target=user, actor=actor)
        raise CodeRefused(field="code")


def renew_recovery_codes(session: Session, user: PortalUser) -> list[str]:
    """Ten new recovery codes for somebody who has a second step.

    Raises:
        SecondStepMissing
        HashingBusy: nothing was changed.
    """
    if _confirmed(session, user.id) is None:
        raise SecondStepMissing
    return make_recovery_codes(session, user)


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
    _close_other_ways_in(session, user, keep_session_id=keep_session_id)
    session.execute(
        update(LoginSession).where(LoginSession.user_id == user.id).values(second_step_at=None)
    )  # whose role needs one is led to set it up again
    record(session, AuditAction.SECOND_STEP_DISABLED, target=user)
    _tell(session, MailKind.SECOND_STEP_DISABLED, user, by=by)


def reseal_seeds(session: Session, *, vault: Vault) -> int:
    """Seal every seed by the first key that another one has sealed; returns how many."""
    rows = session.execute(select(SecondStep.user_id, SecondStep.sealed_seed)).all()
    count = 0
    for user_id, sealed in rows:
        if vault.is_sealed_by_first(sealed):
            continue
        seed = vault.open(sealed, place=_place(user_id))
        session.execute(
            update(SecondStep)
            .where(SecondStep.user_id == user_id, SecondStep.sealed_seed == sealed)
            .values(sealed_seed=vault.seal(seed, place=_place(user_id)))
            .execution_options(synchronize_session=False)
        )
        count += 1
    return count


def _confirmed(session: Session, user_id: int) -> str | None:
    """The sealed seed of a second step that is on."""
    return session.scalar(
        select(SecondStep.sealed_seed).where(
            SecondStep.user_id == user_id, SecondStep.confirmed_at.is_not(None)
        )
    )


def _unconfirmed(session: Session, user_id: int) -> SecondStep:
    row = session.scalar(
        select(SecondStep)
        .where(SecondStep.user_id == user_id, SecondStep.confirmed_at.is_(None))
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise SecondStepMissing
    return row


def _use_code(session: Session, user_id: int, code: str, *, vault: Vault) -> bool:
    """Whether it is a code of now that was not used; noted in one statement: of ten at once, one wins."""
    sealed = _confirmed(session, user_id)
    if sealed is None:
        return False
    step = _step_of(code, vault.open(sealed, place=_place(user_id)))
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


def _step_of(typed: str, seed: str) -> int | None:
    """The period that a code belongs to, among those that count as now."""
    code, app = "".join(typed.split()), pyotp.TOTP(seed, digits=DIGITS, interval=PERIOD_S)
    present = int(now().timestamp()) // PERIOD_S
    nearby = range(present - DRIFT, present + DRIFT + 1)
    return next((one for one in nearby if strings_equal(code, app.generate_otp(one))), None)


def _close_other_ways_in(
    session: Session, user: PortalUser, *, keep_session_id: int | None
) -> None:
    end_sessions_of(session, user.id, except_id=keep_session_id)
    revoke_tokens(session, user.id, (TokenPurpose.SECOND_STEP,))


def _tell(session: Session, kind: MailKind, user: PortalUser, **context: object) -> None:
    write_mail(
        session, kind, to=user.email, language=user.language, context=context, user_id=user.id
    )


def _place(user_id: int) -> str:
    return f"second_step|sealed_seed|{user_id}"

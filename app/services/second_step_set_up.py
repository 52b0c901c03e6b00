"""Setting up a second step: a seed is made, an app is told, and a first code switches it on."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import pyotp
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.domain.administrators import AdministratorChange
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.mail import MailKind
from app.domain.ports import Vault
from app.models import PortalUser, SecondStep
from app.services.administrator_notices import have_administrators_told
from app.services.audit import record
from app.services.recovery_codes import draft_codes, keep_codes
from app.services.second_step import (
    DIGITS,
    PERIOD_S,
    CodeRefused,
    SecondStepMissing,
    close_other_ways_in,
    period_of,
    place_of,
    tell,
)

UNFINISHED_FOR: Final = timedelta(hours=1)
"""A set-up that was begun and left is void after this: somebody may have looked over a shoulder."""


class SecondStepThere(DomainError):
    """The second step is on already."""

    code = "second_step_there"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an app is told: `uri` as a QR code, or `key` in base32 to type."""

    uri: str = field(repr=False)
    key: str = field(repr=False)


def begin_set_up(session: Session, user: PortalUser, *, vault: Vault) -> None:
    """Make a new seed, which asks for nothing until a code of it was typed; a former unfinished one is void.

    Raises:
        SecondStepThere: switch it off first.
    """
    values = {
        "sealed_seed": vault.seal(pyotp.random_base32(), place=place_of(user.id)),
        "last_step": 0,
        "created_at": now(),
    }
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    written = session.scalar(
        insert(SecondStep)
        .values(user_id=user.id, **values)
        .on_conflict_do_update(
            index_elements=["user_id"], set_=values, where=SecondStep.confirmed_at.is_(None)
        )
        .returning(SecondStep.user_id)
    )
    if written is None:
        raise SecondStepThere


def set_up_of(session: Session, user: PortalUser, *, vault: Vault, issuer: str) -> SetUp:
    """What the app needs, as long as the set-up is not finished; never shown again afterwards.

    Raises:
        SecondStepMissing: it was not begun, or is finished.
    """
    row = _unconfirmed(session, user.id)
    key = vault.open(row.sealed_seed, place=place_of(user.id))
    uri = pyotp.TOTP(key, digits=DIGITS, interval=PERIOD_S).provisioning_uri(
        name=user.email, issuer_name=issuer
    )
    return SetUp(uri, key)


def finish_set_up(
    session: Session, user: PortalUser, typed: str, *, vault: Vault, session_id: int
) -> tuple[str, ...]:
    """Switch the second step on by a first code; returns the recovery codes, which are kept nowhere.

    The person's other sessions end: they were opened without it (OWASP ASVS 5, 7.4.3).

    Raises:
        SecondStepMissing: the set-up was not begun, or is finished.
        CodeRefused: with the field at fault.
        HashingBusy: nothing was changed.
    """
    row = _unconfirmed(session, user.id)
    step = period_of(typed, vault.open(row.sealed_seed, place=place_of(user.id)))
    if step is None:
        raise CodeRefused(field="code")
    codes = draft_codes()
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
    keep_codes(session, user, codes)
    close_other_ways_in(session, user, keep_session_id=session_id)
    record(session, AuditAction.SECOND_STEP_ENABLED, target=user)
    tell(session, MailKind.SECOND_STEP_ENABLED, user)
    have_administrators_told(session, user, AdministratorChange.SECOND_STEP_ENABLED)
    return codes.written


def _unconfirmed(session: Session, user_id: int) -> SecondStep:
    row = session.scalar(
        select(SecondStep)
        .where(
            SecondStep.user_id == user_id,
            SecondStep.confirmed_at.is_(None),
            SecondStep.created_at > now() - UNFINISHED_FOR,
        )
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise SecondStepMissing
    return row

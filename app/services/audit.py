"""The audit trail: one event in the same transaction as what it speaks of."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.domain.actors import SYSTEM, Actor
from app.domain.audit import AuditAction
from app.models import Address, AuditEvent, Company, Membership, Portfolio

MASK = "•••"
LONGEST_LABEL = 300
"""As wide as its column: a name that is too long for the trail must not stop what it speaks of."""
SECRET_FIELDS = frozenset({"password", "token_sha256", "data", "secret", "iban", "totp_seed"})
SILENT_FIELDS = frozenset(
    {"created_at", "updated_at", "created_on", "changed_on", "last_seen_at", "search_text"}
)
"""Fields that change by themselves: no event tells of them."""


def record(
    session: Session,
    action: AuditAction,
    *,
    target: object | None = None,
    label: str | None = None,
    company_id: int | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    actor: Actor | None = None,
) -> AuditEvent:
    """Add an event to the caller's transaction.

    `target` is the row it happened to; it must have its id (flush first). The company and the address
    are the target's, unless `company_id` says otherwise. Values of secret fields are masked here.
    """
    who = actor or session.info.get("actor") or SYSTEM
    named = label if label is not None else _name_of(target)
    event = AuditEvent(
        action=action.value,
        actor_id=who.user_id,
        actor_name=who.name,
        actor_role=who.role.value if who.role else None,
        company_id=company_id if company_id is not None else _company_of(target),
        address_id=_address_of(target),
        target_type=str(getattr(target, "__tablename__", "")) or None,
        target_id=_id_of(target),
        target_label=None if named is None else named[:LONGEST_LABEL],
        changes=_presentable(changes or {}),
        request_id=who.request_id,
        ip=who.ip,
    )
    session.add(event)
    return event


def _id_of(target: object | None) -> int | None:
    """The key of a flushed row; the first part where there are several."""
    if target is None:
        return None
    identity = inspect(target, raiseerr=True).identity
    return int(identity[0]) if identity else None


def _name_of(target: object | None) -> str | None:
    """As the people of its company call it; access and portfolios go by the person alone."""
    if isinstance(target, Membership):
        return str(target.user)
    if isinstance(target, Portfolio):
        return str(target.manager)
    return None if target is None else str(target)


def _company_of(target: object) -> int | None:
    return target.id if isinstance(target, Company) else getattr(target, "company_id", None)


def _address_of(target: object) -> int | None:
    return target.id if isinstance(target, Address) else getattr(target, "address_id", None)


def _presentable(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    return {
        field: [MASK, MASK] if field in SECRET_FIELDS else [_plain(before), _plain(after)]
        for field, (before, after) in changes.items()
        if field not in SILENT_FIELDS
    }


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value

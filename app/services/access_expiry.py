"""Access whose last day is over: it had ended by itself; here the trail is told."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.models import Membership
from app.services.audit import record

AT_ONCE = 500


def expire_access(session: Session) -> int:
    """Record the end of each access that has run out since the last time; how many were recorded.

    Days are the issuer's. At most `AT_ONCE` in the caller's transaction: call it until it returns 0.
    """
    statement = (
        select(Membership)
        .where(Membership.expires_on < today(), Membership.expiry_recorded_at.is_(None))
        .options(joinedload(Membership.user), joinedload(Membership.company))
        .order_by(Membership.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Membership)
    )
    over = session.scalars(statement).all()
    for membership in over:
        membership.expiry_recorded_at = now()
        days = {"starts_on": membership.starts_on, "expires_on": membership.expires_on}
        changes = {name: (None, day) for name, day in days.items() if day is not None}
        record(session, AuditAction.MEMBERSHIP_EXPIRED, target=membership, changes=changes)
    session.flush()
    return len(over)

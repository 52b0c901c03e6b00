"""The audit trail: who did what to what, when. Rows are inserted in the business transaction and never change."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.models.base import Base, MaybeCompanyOwned, UtcDateTime
from app.models.company import Company


class AuditEvent(MaybeCompanyOwned, Base):
    """`changes` maps a field to [before, after]; secrets are masked before they get here.

    No foreign key but the company's: an event outlives what it speaks of.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "at", "id"),
        Index("ix_audit_event_company", "company_id", "at", "id"),
        # The history of a company: a few kinds of rows among many invoices and files.
        Index("ix_audit_event_company_target", "company_id", "target_type", "at", "id"),
        Index("ix_audit_event_target", "target_type", "target_id", "id"),
        Index("ix_audit_event_actor", "actor_id", "id"),
        # The writer of an event may not be allowed to read it, and RETURNING reads.
        {"implicit_returning": False},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    action: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(200))
    actor_role: Mapped[str | None] = mapped_column(String(24))
    address_id: Mapped[int | None]
    target_type: Mapped[str | None] = mapped_column(String(40))
    target_id: Mapped[int | None]
    target_label: Mapped[str | None] = mapped_column(String(300))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(40))
    ip: Mapped[str | None] = mapped_column(String(45))

    company: Mapped[Company | None] = relationship(viewonly=True)

    @property
    def kind(self) -> AuditAction | None:
        """The action as an enum; None for a name that a later version dropped."""
        return AuditAction(self.action) if self.action in AuditAction.__members__ else None

    def __str__(self) -> str:
        return f"{self.action} {self.target_label or ''}".strip()

"""What employers ask to have changed about their company, and what was decided."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.change_requests import ChangeField, ChangeState
from app.models.base import Base, CompanyOwned, PublicId, Timestamped, UtcDateTime, text_enum
from app.models.company import Company
from app.models.user import PortalUser

LONGEST_TEXT = 500
_OPEN = text("state = 'OPEN'")


class ChangeRequest(CompanyOwned, PublicId, Timestamped, Base):
    """One open request per company and field. `decided_at` is also when it was withdrawn, which nobody decided."""

    __tablename__ = "change_request"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        Index(
            "uq_change_request_open",
            "company_id",
            "field",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_change_request_company_id", "company_id", "created_at", "id"),
        Index("ix_change_request_created", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    field: Mapped[ChangeField] = mapped_column(text_enum(ChangeField, grows=True))
    old_value: Mapped[str | None] = mapped_column(String(200))
    new_value: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    state: Mapped[ChangeState] = mapped_column(text_enum(ChangeState), default=ChangeState.OPEN)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))

    company: Mapped[Company] = relationship()
    asked_by: Mapped[PortalUser | None] = relationship(foreign_keys="ChangeRequest.asked_by_id")
    decided_by: Mapped[PortalUser | None] = relationship(foreign_keys="ChangeRequest.decided_by_id")

    @property
    def is_open(self) -> bool:
        return self.state is ChangeState.OPEN

    def __str__(self) -> str:
        return self.field.value

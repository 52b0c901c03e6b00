"""Files that people asked for and a worker makes: of one company, or of all that a member of the staff sees."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.exports import ExportKind, ExportState
from app.domain.ports import StoredFile
from app.models.base import Base, MaybeCompanyOwned, PublicId, Timestamped, UtcDateTime, text_enum
from app.models.company import Company


class Export(MaybeCompanyOwned, PublicId, Timestamped, Base):
    """Whoever asked for it sees it, and nobody else; of no company where staff asked for several companies' rows.

    `filter` says which rows, as plain values. `sight` is what the person saw when it was made: who sees less today
    does not get it. The bytes are at `stored_name`, until `expires_at`.
    """

    __tablename__ = "export"
    __table_args__ = (
        Index("ix_export_requested_by", "requested_by_id", "id"),
        Index("ix_export_company_id", "company_id", "id"),
        Index("ix_export_expires", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[ExportKind] = mapped_column(text_enum(ExportKind, grows=True))
    filter: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[ExportState] = mapped_column(text_enum(ExportState))
    done_count: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int] = mapped_column(default=0)
    sight: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    file_name: Mapped[str] = mapped_column(String(200))
    stored_name: Mapped[str | None] = mapped_column(String(200))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(60))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    company: Mapped[Company | None] = relationship(viewonly=True)

    def __init__(self, **values: Any) -> None:
        # Its folder in the store and its job are called by it, before the row is written.
        super().__init__(**({"public_id": uuid4(), "state": ExportState.WAITING} | values))

    @property
    def folder(self) -> str:
        """Where its bytes are, whichever attempt has written them."""
        return f"exports/{self.public_id}"

    @property
    def stored_file(self) -> StoredFile | None:
        if self.stored_name is None or self.size_bytes is None or self.sha256 is None:
            return None
        return StoredFile(self.stored_name, self.size_bytes, self.sha256)

    def __str__(self) -> str:
        return self.file_name

"""Batches of imported documents and the outcome of each document."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.imports import ImportOutcome, ImportSource, ImportState
from app.models.base import Base, MaybeCompanyOwned, PublicId, Timestamped, UtcDateTime, text_enum
from app.models.user import PortalUser


class ImportBatch(MaybeCompanyOwned, PublicId, Timestamped, Base):
    """One run of the import; an account manager sees the own ones, an auditor all."""

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("ix_import_batch_started", "started_at", "id"),
        Index("ix_import_batch_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[ImportSource] = mapped_column(text_enum(ImportSource))
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    created_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    refused_count: Mapped[int] = mapped_column(default=0)
    warning_count: Mapped[int] = mapped_column(default=0)

    started_by: Mapped[PortalUser | None] = relationship(foreign_keys="ImportBatch.started_by_id")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class ImportRow(MaybeCompanyOwned, Base):
    """The outcome of one document of a batch; `code` and `params` are worded when shown."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_batch", "batch_id", "outcome", "id"),
        Index("ix_import_row_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    file: Mapped[str] = mapped_column(String(500))
    number: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(24))
    outcome: Mapped[ImportOutcome] = mapped_column(text_enum(ImportOutcome))
    code: Mapped[str | None] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    warnings: Mapped[list[Any]] = mapped_column(JSON, default=list)

"""Batches of imported documents and the outcome of each document."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.imports import ImportOutcome, ImportSource, ImportState
from app.models.base import Base, MaybeCompanyOwned, PublicId, Timestamped, UtcDateTime, text_enum
from app.models.user import PortalUser


class ImportBatch(MaybeCompanyOwned, PublicId, Timestamped, Base):
    """One run of the import; an account manager sees the own ones, an auditor all.

    `position` is how many documents are behind the present phase (the check, the import, a repair),
    which began at `phase_started_at`; `total_count` is of how many, once that is known. An upload lies in
    the holding area as `held`, made of `parts`: the name, the start and the size of each file.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("ix_import_batch_started", "started_at", "id"),
        Index("ix_import_batch_company_id", "company_id"),
        Index("ix_import_batch_state", "state", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[ImportSource] = mapped_column(text_enum(ImportSource))
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState, grows=True))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    created_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    refused_count: Mapped[int] = mapped_column(default=0)
    warning_count: Mapped[int] = mapped_column(default=0)
    planned_created_count: Mapped[int] = mapped_column(default=0)
    planned_unchanged_count: Mapped[int] = mapped_column(default=0)
    planned_refused_count: Mapped[int] = mapped_column(default=0)
    planned_warning_count: Mapped[int] = mapped_column(default=0)
    repaired_count: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int | None]
    phase_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    create_companies: Mapped[bool] = mapped_column(default=False)
    held: Mapped[str | None] = mapped_column(String(60))
    parts: Mapped[list[Any]] = mapped_column(JSON, default=list)
    failure: Mapped[str | None] = mapped_column(String(60))

    started_by: Mapped[PortalUser | None] = relationship(foreign_keys="ImportBatch.started_by_id")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class ImportRow(MaybeCompanyOwned, Base):
    """The outcome of one document of a batch; `code` and `params` are worded when shown.

    A planned row says what would become of it. A refused one keeps the document's bytes for a while, in the
    holding area, and `attempts` at repairing it; `outcome` stays what it was, for it is the report of that day.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_batch", "batch_id", "is_planned", "id"),
        Index("ix_import_row_outcome", "batch_id", "is_planned", "outcome", "id"),
        Index("ix_import_row_held", "held_until"),
        Index("ix_import_row_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    file: Mapped[str] = mapped_column(String(500))
    number: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(24))
    is_planned: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[ImportOutcome] = mapped_column(text_enum(ImportOutcome))
    code: Mapped[str | None] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    warnings: Mapped[list[Any]] = mapped_column(JSON, default=list)
    identity: Mapped[str | None] = mapped_column(String(96))
    held: Mapped[str | None] = mapped_column(String(60))
    held_start: Mapped[int | None]
    held_size: Mapped[int | None]
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[list[Any]] = mapped_column(JSON, default=list)
    repaired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Whether it was refused and is not repaired yet."""
        return self.outcome is ImportOutcome.REFUSED and self.repaired_at is None

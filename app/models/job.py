"""The ledger of work outside requests: one row each, whichever engine runs it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.clock import now
from app.domain.jobs import JobState, Task
from app.models.base import Base, MaybeCompanyOwned, PublicId, UtcDateTime, text_enum
from app.models.company import Company


class Job(MaybeCompanyOwned, PublicId, Base):
    """`arguments` are identifiers, never contents. A (task, key) is done once, however often it is asked for.

    Whoever runs it holds `lease_token` until `leased_until`; only the holder may write how it went.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("task", "key"),
        Index("ix_job_due", "state", "run_at", "id"),
        Index("ix_job_lease", "state", "leased_until"),
        Index("ix_job_company_id", "company_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[Task] = mapped_column(text_enum(Task, grows=True))
    key: Mapped[str | None] = mapped_column(String(200))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[JobState] = mapped_column(text_enum(JobState), default=JobState.WAITING)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str | None] = mapped_column(String(100))
    last_error: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    company: Mapped[Company | None] = relationship(viewonly=True)

    def __str__(self) -> str:
        return f"{self.task.value} {self.id}"

"""Past imports, as their page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome, ImportSource, ImportState
from app.models import Company, ImportBatch, ImportRow, PortalUser

ROWS_PER_PAGE = 100


class ImportUnknown(DomainError):
    """No such import, or somebody else's."""

    code: ClassVar[str] = "import_unknown"


@dataclass(frozen=True, slots=True)
class BatchReport:
    """An import and its counts. `warnings` counts documents that were taken with a warning."""

    id: int
    public_id: UUID
    source: ImportSource
    state: ImportState
    started_at: datetime
    finished_at: datetime | None
    started_by: str | None
    created: int
    unchanged: int
    refused: int
    warnings: int

    @property
    def documents(self) -> int:
        return self.created + self.unchanged + self.refused


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The outcome of one document; codes are worded by whoever shows them."""

    id: int
    file: str
    number: str | None
    kind: str | None
    outcome: ImportOutcome
    code: str | None
    params: dict[str, Any]
    warnings: list[dict[str, Any]]
    company_name: str | None


def find_batch(session: Session, public_id: UUID) -> BatchReport:
    """The import of this address. Raises ImportUnknown."""
    found = session.execute(
        select(ImportBatch, PortalUser.first_name, PortalUser.last_name)
        .outerjoin(PortalUser, PortalUser.id == ImportBatch.started_by_id)
        .where(ImportBatch.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise ImportUnknown
    batch, first_name, last_name = found
    return BatchReport(
        id=batch.id,
        public_id=batch.public_id,
        source=batch.source,
        state=batch.state,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        started_by=f"{first_name} {last_name}".strip() if first_name else None,
        created=batch.created_count,
        unchanged=batch.unchanged_count,
        refused=batch.refused_count,
        warnings=batch.warning_count,
    )


def rows_of(
    session: Session,
    batch_id: int,
    *,
    outcome: ImportOutcome | None = None,
    after_id: int = 0,
    limit: int = ROWS_PER_PAGE,
) -> Sequence[ReportRow]:
    """The documents of an import in their order, after the one with `after_id`."""
    columns = (
        ImportRow.id,
        ImportRow.file,
        ImportRow.number,
        ImportRow.kind,
        ImportRow.outcome,
        ImportRow.code,
        ImportRow.params,
        ImportRow.warnings,
        Company.name,
    )
    statement = (
        select(*columns)
        .outerjoin(Company, Company.id == ImportRow.company_id)
        .where(ImportRow.batch_id == batch_id, ImportRow.id > after_id)
        .order_by(ImportRow.id)
        .limit(limit)
    )
    if outcome is not None:
        statement = statement.where(ImportRow.outcome == outcome)
    return [ReportRow(*row) for row in session.execute(statement)]

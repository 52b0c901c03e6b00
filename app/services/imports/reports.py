"""Imports as their page shows them: how far they are, what came of them, and each document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.imports import (
    AT_WORK,
    ONLY_PLANNED,
    UPLOAD_KEPT,
    ImportOutcome,
    ImportSource,
    ImportState,
)
from app.models import Company, ImportBatch, ImportRow, PortalUser
from app.services.imports.refusals import ImportUnknown
from app.services.imports.repairs import REPAIRABLE, count_open

ROWS_PER_PAGE = 100
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class BatchReport:
    """An import and its counts, planned ones before it was confirmed. `warnings` counts documents taken with one.

    `done` of `total` documents are behind the phase that runs; `retryable` refused ones are still held.
    """

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
    repaired: int
    warnings: int
    done: int
    total: int | None
    phase_started_at: datetime | None
    checked_at: datetime | None
    retryable: int
    failure: str | None

    @property
    def documents(self) -> int:
        return self.created + self.unchanged + self.refused

    @property
    def still_refused(self) -> int:
        return self.refused - self.repaired

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def is_planned(self) -> bool:
        return self.state in ONLY_PLANNED

    @property
    def is_repairable(self) -> bool:
        """Whether single documents of it may be repaired."""
        return self.state in REPAIRABLE and self.source is ImportSource.UPLOAD

    @property
    def kept_until(self) -> datetime | None:
        """When an upload that waits for a decision is discarded."""
        return self.checked_at + UPLOAD_KEPT if self.checked_at else None

    @property
    def rest(self) -> timedelta | None:
        """How long the phase will still take at its present speed; None while that says nothing."""
        if not self.done or self.total is None or self.phase_started_at is None:
            return None
        return (now() - self.phase_started_at) * ((self.total - self.done) / self.done)


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
    attempts: list[dict[str, Any]]
    repaired_at: datetime | None
    held_until: datetime | None
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
        repaired=batch.repaired_count,
        done=_done(session, batch),
        total=batch.total_count,
        phase_started_at=batch.phase_started_at,
        checked_at=batch.updated_at if batch.state is ImportState.CHECKED else None,
        retryable=count_open(session, batch.id) if batch.state in REPAIRABLE else 0,
        failure=batch.failure,
        **_counts(batch),
    )


def rows_of(
    session: Session,
    batch: BatchReport,
    *,
    outcome: ImportOutcome | None = None,
    repaired: bool | None = None,
    after_id: int = 0,
    limit: int = ROWS_PER_PAGE,
) -> Sequence[ReportRow]:
    """The documents of an import in their order, after the one with `after_id`.

    `repaired` picks among the refused ones those that were repaired since, or those that were not.
    """
    statement = (
        select(*_COLUMNS)
        .outerjoin(Company, Company.id == ImportRow.company_id)
        .where(ImportRow.batch_id == batch.id, ImportRow.is_planned.is_(batch.is_planned))
        .where(ImportRow.id > after_id, *_picked(outcome, repaired))
        .order_by(ImportRow.id)
        .limit(limit)
    )
    return [ReportRow(*row) for row in session.execute(statement)]


def every_row(session: Session, batch: BatchReport) -> Iterator[list[ReportRow]]:
    """All documents of an import, some at a time; no connection is held between two reads."""
    after_id = 0
    while rows := rows_of(session, batch, after_id=after_id, limit=_ROWS_AT_ONCE):
        session.rollback()
        yield list(rows)
        after_id = rows[-1].id
    session.rollback()


_COLUMNS = (
    ImportRow.id,
    ImportRow.file,
    ImportRow.number,
    ImportRow.kind,
    ImportRow.outcome,
    ImportRow.code,
    ImportRow.params,
    ImportRow.warnings,
    ImportRow.attempts,
    ImportRow.repaired_at,
    ImportRow.held_until,
    Company.name,
)


def find_report_row(session: Session, batch: BatchReport, row_id: int) -> ReportRow | None:
    """One document of an import that was carried out."""
    statement = (
        select(*_COLUMNS)
        .outerjoin(Company, Company.id == ImportRow.company_id)
        .where(ImportRow.id == row_id, ImportRow.batch_id == batch.id, ~ImportRow.is_planned)
    )
    found = session.execute(statement).one_or_none()
    return ReportRow(*found) if found else None


def _picked(outcome: ImportOutcome | None, repaired: bool | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if outcome is not None:
        found.append(ImportRow.outcome == outcome)
    if repaired is not None:
        is_open = ImportRow.repaired_at.is_(None)
        found.append(~is_open if repaired else is_open)
    return found


def _counts(batch: ImportBatch) -> dict[str, int]:
    if batch.state in ONLY_PLANNED:
        return {
            "created": batch.planned_created_count,
            "unchanged": batch.planned_unchanged_count,
            "refused": batch.planned_refused_count,
            "warnings": batch.planned_warning_count,
        }
    return {
        "created": batch.created_count,
        "unchanged": batch.unchanged_count,
        "refused": batch.refused_count,
        "warnings": batch.warning_count,
    }


def _done(session: Session, batch: ImportBatch) -> int:
    """A repair counts by the rows that are still ahead: its position is the number of one."""
    if batch.state is not ImportState.REPAIRING:
        return batch.position
    ahead = count_open(session, batch.id, after_id=batch.position)
    return max((batch.total_count or 0) - ahead, 0)

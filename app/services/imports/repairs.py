"""Refused documents that are tried again: from the bytes that were held, or from a corrected file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.documents.refused_sources import SourceRefused
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome, ImportSource, ImportState, RepairWay
from app.domain.jobs import Task
from app.domain.ports import BlobStore
from app.models import ImportBatch, ImportRow
from app.queue import enqueue
from app.services.audit import record
from app.services.imports import batches
from app.services.imports.batches import find_batch_row
from app.services.imports.chunks import store_chunk
from app.services.imports.rows import Held, place_of
from app.services.imports.values import DocumentResult, ImportOrder, Incoming

_ATTEMPTS_KEPT = 20
REPAIRABLE = frozenset({ImportState.DONE, ImportState.FAILED})
"""The states in which single rows of a batch are repaired."""


class RowUnknown(DomainError):
    """No such document in this import."""

    code: ClassVar[str] = "import_row_unknown"


class AlreadyRepaired(DomainError):
    """It was not refused, or was repaired meanwhile."""

    code: ClassVar[str] = "import_row_repaired"


class NoLongerHeld(DomainError):
    """The refused file is kept for a while only, or never was: it could not be read."""

    code: ClassVar[str] = "import_row_not_held"


class HeldFileGone(SourceRefused):
    """Its bytes are in the holding area no more."""

    code = "import_row_not_held"


class ImportBusy(DomainError):
    """The import runs, is being repaired, or was never confirmed."""

    code: ClassVar[str] = "import_busy"


class NothingToRepair(DomainError):
    """No refused document of this import is held any more."""

    code: ClassVar[str] = "import_nothing_to_repair"


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A refused document that is still held."""

    id: int
    file: str
    held: Held


@dataclass(frozen=True, slots=True)
class Attempt:
    """How refused documents are tried again: `by` is a name. A corrected file is held at `place`."""

    way: RepairWay
    by: str
    place: Held | None = None


def open_rows(session: Session, batch_id: int, *, after_id: int, limit: int) -> list[OpenRow]:
    """Refused documents that can be tried again, in their order."""
    places = select(
        ImportRow.id, ImportRow.file, ImportRow.held, ImportRow.held_start, ImportRow.held_size
    )
    statement = places.where(*_is_open(batch_id), ImportRow.id > after_id)
    rows = session.execute(statement.order_by(ImportRow.id).limit(limit))
    return [
        OpenRow(row_id, file, Held(name or "", start or 0, size or 0))
        for row_id, file, name, start, size in rows
    ]


def count_open(session: Session, batch_id: int, *, after_id: int = 0) -> int:
    """How many refused documents can be tried again."""
    statement = select(func.count(ImportRow.id)).where(*_is_open(batch_id), ImportRow.id > after_id)
    return session.scalar(statement) or 0


def find_open_row(session: Session, batch_id: int, row_id: int) -> OpenRow:
    """Raises RowUnknown, AlreadyRepaired, NoLongerHeld."""
    row = find_row(session, batch_id, row_id)
    if not row.is_open:
        raise AlreadyRepaired
    if row.held is None or row.held_until is None or row.held_until < now():
        raise NoLongerHeld
    return OpenRow(row.id, row.file, Held(row.held, row.held_start or 0, row.held_size or 0))


def find_row(session: Session, batch_id: int, row_id: int) -> ImportRow:
    """Raises RowUnknown."""
    found = session.scalar(
        select(ImportRow).where(
            ImportRow.id == row_id, ImportRow.batch_id == batch_id, ~ImportRow.is_planned
        )
    )
    if found is None:
        raise RowUnknown
    return found


def begin_repair(session: Session, public_id: UUID) -> ImportBatch:
    """Turn an import to the refused documents that are still held.

    Raises:
        ImportUnknown, ImportBusy, NothingToRepair
    """
    batch = find_batch_row(session, public_id)
    total = count_open(session, batch.id)
    if not total:
        raise NothingToRepair
    moved = session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch.id, _may_begin())
        .values(
            state=ImportState.REPAIRING,
            position=0,
            total_count=total,
            phase_started_at=now(),
            updated_at=now(),
        )
        .execution_options(synchronize_session=False)
    )
    session.refresh(batch)
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ImportBusy
    return batch


def _may_begin() -> ColumnElement[bool]:
    """A command that was killed over it left it as being repaired; a job is taken over instead."""
    of_a_command = ImportBatch.source != ImportSource.UPLOAD
    return (ImportBatch.state == ImportState.DONE) | (
        of_a_command & ImportBatch.state.in_((ImportState.REPAIRING, ImportState.FAILED))
    )


def ask_for_repair(session: Session, public_id: UUID) -> int | None:
    """Have every refused document of an import tried again; the number of the job that does it.

    Raises:
        ImportUnknown, ImportBusy, NothingToRepair
    """
    begin_repair(session, public_id)
    return enqueue(session, Task.REPAIR_IMPORT, {"batch": str(public_id)})


def repair_rows(
    session: Session,
    batch: tuple[int, int],
    rows: Mapping[int, Incoming],
    *,
    attempt: Attempt,
    order: ImportOrder,
    blobs: BlobStore,
) -> list[DocumentResult]:
    """Try documents again and write down what came of it; `batch` is its id and its position.

    Rows that were repaired meanwhile are left alone.

    Raises:
        ImportTaken: another worker has tried them.
        StorageFull, StorageUnavailable
        sqlalchemy.exc.IntegrityError: another import wrote one of them meanwhile.
    """
    batch_id, at = batch
    batches.take_turn(session, batch_id, order, at=at, documents=max(rows) - at)
    return _repaired(session, batch_id, rows, attempt=attempt, order=order, blobs=blobs)


def repair_row(
    session: Session,
    batch_id: int,
    row_id: int,
    incoming: Incoming,
    *,
    attempt: Attempt,
    order: ImportOrder,
    blobs: BlobStore,
) -> DocumentResult:
    """Try one document again.

    Raises:
        ImportBusy, AlreadyRepaired
        StorageFull, StorageUnavailable
        sqlalchemy.exc.IntegrityError: another import wrote it meanwhile.
    """
    touched = session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.state.in_(REPAIRABLE))
        .values(updated_at=now())
        .execution_options(synchronize_session=False)
    )
    if touched.rowcount != 1:  # type: ignore[attr-defined]
        raise ImportBusy
    found = _repaired(
        session, batch_id, {row_id: incoming}, attempt=attempt, order=order, blobs=blobs
    )
    if not found:
        raise AlreadyRepaired
    return found[0]


def finish_repair(session: Session, batch_id: int) -> None:
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.state == ImportState.REPAIRING)
        .values(state=ImportState.DONE, updated_at=now(), failure=None)
        .execution_options(synchronize_session=False)
    )


def _repaired(
    session: Session,
    batch_id: int,
    rows: Mapping[int, Incoming],
    *,
    attempt: Attempt,
    order: ImportOrder,
    blobs: BlobStore,
) -> list[DocumentResult]:
    still = select(ImportRow).where(
        ImportRow.id.in_(rows),
        ImportRow.outcome == ImportOutcome.REFUSED,
        ImportRow.repaired_at.is_(None),
    )
    locked = session.scalars(still.order_by(ImportRow.id).with_for_update()).all()
    results = store_chunk(session, [rows[row.id] for row in locked], order=order, blobs=blobs)
    for row, result in zip(locked, results, strict=True):
        _note(row, result, attempt)
    _count(session, batch_id, locked, results)
    return results


def _note(row: ImportRow, result: DocumentResult, attempt: Attempt) -> None:
    """The reason of that day stays; what was tried since stands below it."""
    at = now()
    tried = {
        "at": at.isoformat(),
        "by": attempt.by,
        "way": attempt.way.value,
        "outcome": result.outcome.value,
        "code": result.code,
        "params": dict(result.params),
    }
    row.attempts = [*row.attempts, tried][-_ATTEMPTS_KEPT:]
    row.number = result.number or row.number
    row.kind = result.kind or row.kind
    if attempt.place is not None:
        for name, value in place_of(attempt.place).items():
            setattr(row, name, value)
    if result.outcome is not ImportOutcome.REFUSED:
        row.repaired_at = at
        row.company_id = result.company_id
        row.warnings = [{"code": one.code, "params": dict(one.params)} for one in result.warnings]


def _count(
    session: Session,
    batch_id: int,
    rows: Sequence[ImportRow],
    results: Sequence[DocumentResult],
) -> None:
    if not rows:
        return
    repaired = sum(one.outcome is not ImportOutcome.REFUSED for one in results)
    batch = session.get_one(ImportBatch, batch_id, populate_existing=True)
    batch.repaired_count = ImportBatch.repaired_count + repaired
    record(
        session,
        AuditAction.IMPORT_REPAIRED,
        target=batch,
        label=rows[0].file if len(rows) == 1 else None,
        changes={"tried": (None, len(rows)), "documents": (None, repaired)},
    )


def _is_open(batch_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        ImportRow.batch_id == batch_id,
        ~ImportRow.is_planned,
        ImportRow.outcome == ImportOutcome.REFUSED,
        ImportRow.repaired_at.is_(None),
        ImportRow.held.is_not(None),
        ImportRow.held_until > now(),
    )

"""The record of an import: its batch, the outcome of each document, and how it ended."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.imports import AT_WORK, ImportOutcome, ImportSource, ImportState
from app.domain.roles import StaffRole
from app.models import ImportBatch, ImportRow, PortalUser
from app.services.audit import record
from app.services.imports.refusals import ImportUnknown, ManagerUnknown
from app.services.imports.rows import Held, row_of
from app.services.imports.values import DocumentResult, ImportOrder

_SILENT_FOR = timedelta(hours=1)
"""A running import writes after each chunk, which takes seconds: a silent one was killed."""
_CREATING_COMPANIES = 5_243_871  # any number: the name of a lock that only this product knows


class ImportTaken(DomainError):
    """Somebody else goes on with this import, or it was ended meanwhile. Nothing of the chunk was written."""

    code: ClassVar[str] = "import_taken"


def find_manager(session: Session, email: str) -> int:
    """The id of an account manager who can sign in. Raises ManagerUnknown."""
    found: int | None = session.scalar(
        select(PortalUser.id).where(
            PortalUser.username == email.strip().lower(),
            PortalUser.staff_role == StaffRole.ACCOUNT_MANAGER,
            PortalUser.active,
        )
    )
    if found is None:
        raise ManagerUnknown(email=email)
    return found


def find_batch_row(session: Session, public_id: UUID) -> ImportBatch:
    """Raises ImportUnknown."""
    batch = session.scalar(select(ImportBatch).where(ImportBatch.public_id == public_id))
    if batch is None:
        raise ImportUnknown
    return batch


def start_batch(session: Session, order: ImportOrder) -> ImportBatch:
    """Add the batch of an import that begins now; close commands that were killed."""
    session.execute(
        update(ImportBatch)
        .where(
            ImportBatch.state == ImportState.RUNNING,
            ImportBatch.source != ImportSource.UPLOAD,  # jobs that were killed are taken over
            ImportBatch.updated_at < now() - _SILENT_FOR,
        )
        .values(state=ImportState.FAILED, finished_at=ImportBatch.updated_at)
    )
    batch = ImportBatch(
        source=order.source,
        state=ImportState.RUNNING,
        started_at=now(),
        phase_started_at=now(),
        started_by_id=order.started_by_id,
        create_companies=order.create_companies,
    )
    session.add(batch)
    session.flush()
    record(session, AuditAction.IMPORT_STARTED, target=batch)
    return batch


def take_turn(
    session: Session, batch_id: int, order: ImportOrder, *, at: int, documents: int
) -> None:
    """Begin a chunk by moving the batch's position from `at`: whoever finds it elsewhere writes nothing.

    It is a write, for SQLite then lets nobody else write until it is committed: a transaction that reads
    first could not write any more once another one has written. On PostgreSQL, imports that create companies
    wait for each other here, or two of them could create the same one.

    Raises:
        ImportTaken: the position is not where this worker left it.
    """
    moved = session.execute(
        update(ImportBatch)
        .where(
            ImportBatch.id == batch_id,
            ImportBatch.position == at,
            ImportBatch.state.in_(AT_WORK),
        )
        .values(position=at + documents, updated_at=now(), failure=None)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ImportTaken
    if order.create_companies and session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_CREATING_COMPANIES)))


def add_rows(
    session: Session,
    batch_id: int,
    order: ImportOrder,
    results: Sequence[tuple[DocumentResult, Held | None]],
) -> None:
    """Write the outcomes of a chunk and add them to the counts of the batch."""
    counts = Counter(result.outcome for result, _held in results)
    rows = [row_of(batch_id, order, result, held) for result, held in results]
    session.execute(insert(ImportRow), rows, execution_options={"render_nulls": True})
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(
            created_count=ImportBatch.created_count + counts[ImportOutcome.CREATED],
            unchanged_count=ImportBatch.unchanged_count + counts[ImportOutcome.UNCHANGED],
            refused_count=ImportBatch.refused_count + counts[ImportOutcome.REFUSED],
            warning_count=ImportBatch.warning_count
            + sum(bool(result.warnings) for result, _held in results),
        )
        .execution_options(synchronize_session=False)
    )


def finish_batch(
    session: Session, batch_id: int, state: ImportState, *, failure: str | None = None
) -> None:
    """Close the batch; what was imported before a failure, whose code it keeps, stays imported."""
    batch = session.get_one(ImportBatch, batch_id, populate_existing=True)
    batch.state = state
    batch.finished_at = now()
    batch.failure = failure
    batch.total_count = batch.position
    counts = {
        name: (None, getattr(batch, name))
        for name in ("created_count", "unchanged_count", "refused_count", "warning_count")
    }
    record(session, AuditAction.IMPORT_FINISHED, target=batch, changes=counts)


def give_up(session: Session, batch_id: int, failure: str) -> None:
    """Nobody goes on with it: it has failed, or what is left of its refused documents stays refused."""
    batch = session.get_one(ImportBatch, batch_id, populate_existing=True)
    if batch.state is ImportState.REPAIRING:
        batch.state = ImportState.DONE
        batch.failure = failure
    else:
        finish_batch(session, batch_id, ImportState.FAILED, failure=failure)

"""The record of an import: its batch, the outcome of each document, and how it ended."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.imports import ImportOutcome, ImportState
from app.domain.roles import StaffRole
from app.models import ImportBatch, ImportRow, PortalUser
from app.services.audit import record
from app.services.imports.refusals import ManagerUnknown
from app.services.imports.values import DocumentResult, ImportOrder

_SILENT_FOR = timedelta(hours=1)
"""A running import writes after each chunk, which takes seconds: a silent one was killed."""
_CREATING_COMPANIES = 5_243_871  # any number: the name of a lock that only this product knows


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


def start_batch(session: Session, order: ImportOrder) -> ImportBatch:
    """Add the batch of an import that begins now; close those that were killed."""
    session.execute(
        update(ImportBatch)
        .where(
            ImportBatch.state == ImportState.RUNNING, ImportBatch.updated_at < now() - _SILENT_FOR
        )
        .values(state=ImportState.FAILED, finished_at=ImportBatch.updated_at)
    )
    batch = ImportBatch(
        source=order.source,
        state=ImportState.RUNNING,
        started_at=now(),
        started_by_id=order.started_by_id,
        created_count=0,
        unchanged_count=0,
        refused_count=0,
        warning_count=0,
    )
    session.add(batch)
    session.flush()
    record(session, AuditAction.IMPORT_STARTED, target=batch)
    return batch


def take_turn(session: Session, batch_id: int, order: ImportOrder) -> None:
    """Begin a chunk by writing: SQLite then lets nobody else write until it is committed.

    A transaction that reads first could not write any more once another one has written. On
    PostgreSQL, imports that create companies wait for each other here, or two of them could
    create the same one.
    """
    session.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(updated_at=now()))
    if order.create_companies and session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_CREATING_COMPANIES)))


def add_rows(
    session: Session, batch_id: int, order: ImportOrder, results: Sequence[DocumentResult]
) -> None:
    """Write the outcomes of a chunk and add them to the counts of the batch."""
    counts = Counter(result.outcome for result in results)
    session.execute(insert(ImportRow), [_row(batch_id, order, result) for result in results])
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(
            created_count=ImportBatch.created_count + counts[ImportOutcome.CREATED],
            unchanged_count=ImportBatch.unchanged_count + counts[ImportOutcome.UNCHANGED],
            refused_count=ImportBatch.refused_count + counts[ImportOutcome.REFUSED],
            warning_count=ImportBatch.warning_count + sum(bool(one.warnings) for one in results),
        )
    )


def finish_batch(session: Session, batch_id: int, state: ImportState) -> None:
    """Close the batch; what was imported before a failure stays imported."""
    batch = session.get_one(ImportBatch, batch_id, populate_existing=True)
    batch.state = state
    batch.finished_at = now()
    counts = {
        name: (None, getattr(batch, name))
        for name in ("created_count", "unchanged_count", "refused_count", "warning_count")
    }
    record(session, AuditAction.IMPORT_FINISHED, target=batch, changes=counts)


def _row(batch_id: int, order: ImportOrder, result: DocumentResult) -> dict[str, object]:
    return {
        "batch_id": batch_id,
        "started_by_id": order.started_by_id,
        "company_id": result.company_id,
        "file": result.file[-500:],
        "number": result.number,
        "kind": result.kind,
        "outcome": result.outcome,
        "code": result.code,
        "params": dict(result.params),
        "warnings": [{"code": one.code, "params": dict(one.params)} for one in result.warnings],
    }

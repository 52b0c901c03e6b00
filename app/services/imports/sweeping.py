"""What is over about imports: undecided uploads, jobs that were given up, files that were held long enough."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.imports import AT_WORK, UPLOAD_KEPT, ImportSource, ImportState
from app.domain.jobs import JobState, Task
from app.models import ImportBatch, ImportRow, Job
from app.services.audit import record
from app.services.imports.batches import give_up
from app.services.imports.checking import forget_plan

LEFTOVER = timedelta(days=30)
"""What lies longer than this among the uploads belongs to no import that anybody knows of."""
_SILENT_FOR = timedelta(minutes=10)
_AT_ONCE = 1000
_TASKS = (Task.CHECK_IMPORT, Task.RUN_IMPORT, Task.REPAIR_IMPORT)
_ENDED = (ImportState.DONE, ImportState.FAILED, ImportState.DISCARDED)


def expire_uploads(session: Session) -> int:
    """Discard an upload that nobody decided on in time; how many: one, or none. Call it until it returns 0."""
    batch = session.scalars(
        select(ImportBatch)
        .where(
            ImportBatch.state == ImportState.CHECKED,
            ImportBatch.updated_at < now() - UPLOAD_KEPT,
        )
        .limit(1)
    ).first()
    if batch is None:
        return 0
    batch.state = ImportState.DISCARDED
    batch.finished_at = now()
    batch.failure = "upload_expired"
    record(session, AuditAction.IMPORT_DISCARDED, target=batch)
    return 1


def end_abandoned(session: Session) -> int:
    """Close a batch whose job was given up or cancelled, for nobody goes on with it; how many: one, or none."""
    silent = select(ImportBatch.id, ImportBatch.public_id).where(
        ImportBatch.state.in_(AT_WORK),
        ImportBatch.source == ImportSource.UPLOAD,
        ImportBatch.updated_at < now() - _SILENT_FOR,
    )
    for batch_id, public_id in session.execute(silent.order_by(ImportBatch.id)).all():
        if not _has_job(session, str(public_id)):
            give_up(session, batch_id, "import_given_up")
            return 1
    return 0


def _has_job(session: Session, batch: str) -> bool:
    goes_on = select(Job.id).where(
        Job.task.in_(_TASKS),
        Job.state.in_((JobState.WAITING, JobState.RUNNING)),
        Job.arguments["batch"].as_string() == batch,
    )
    return session.scalar(goes_on.limit(1)) is not None


def ended_uploads(session: Session) -> Sequence[ImportBatch]:
    """Some of the batches that need their upload no more, and still have it."""
    statement = select(ImportBatch).where(
        ImportBatch.held.is_not(None), ImportBatch.state.in_(_ENDED)
    )
    return session.scalars(statement.limit(100)).all()


def forget_old_plans(session: Session) -> int:
    """Delete some planned rows of imports that are over; how many. Call it until it returns 0.

    The report of an upload that was discarded stays for as long as its refused documents would.
    """
    planned = exists().where(ImportRow.batch_id == ImportBatch.id, ImportRow.is_planned)
    over = ImportBatch.state.in_((ImportState.DONE, ImportState.FAILED))
    old = ImportBatch.finished_at < now() - LEFTOVER
    batch_id = session.scalar(
        select(ImportBatch.id)
        .where(over | ((ImportBatch.state == ImportState.DISCARDED) & old), planned)
        .limit(1)
    )
    return 0 if batch_id is None else forget_plan(session, batch_id)


def forget_old_refusals(session: Session) -> int:
    """Forget where refused documents lay whose time is over; how many. Call it until it returns 0."""
    old = (
        select(ImportRow.id)
        .where(ImportRow.held_until < now(), ImportRow.held.is_not(None))
        .limit(_AT_ONCE)
    )
    gone = session.execute(
        update(ImportRow)
        .where(ImportRow.id.in_(old))
        .values(held=None, held_start=None, held_size=None, held_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]

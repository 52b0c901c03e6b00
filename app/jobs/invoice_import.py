"""Running an import at once: chunk by chunk, a commit after each, so that a kill leaves whole documents."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.documents.archives import SourceFile
from app.domain.actors import SYSTEM, Actor
from app.domain.imports import ImportOutcome, ImportState
from app.domain.ports import BlobStore, HoldingArea
from app.jobs.import_chunks import ChunkWriter, in_words, pace_of, read_chunks
from app.security.cross_company import cross_company
from app.services.imports import batches
from app.services.imports.chunks import make_planner
from app.services.imports.values import DocumentResult, ImportOrder

OnResult = Callable[[DocumentResult], None]


@dataclass(slots=True)
class ImportSummary:
    """What came of an import: documents by outcome, and how many were taken with a warning."""

    batch: UUID | None = None
    counts: Counter[ImportOutcome] = field(default_factory=Counter)
    warnings: int = 0

    def add(self, result: DocumentResult) -> None:
        self.counts[result.outcome] += 1
        self.warnings += bool(result.warnings)


def plan_import(
    sources: Iterable[SourceFile], order: ImportOrder, *, on_result: OnResult
) -> ImportSummary:
    """Say what an import would do; nothing is written, not even a trace of having looked.

    Raises:
        DatabaseLocked: the database did not answer in time.
    """
    summary = ImportSummary()
    with cross_company("dry run of an import") as session, in_words():
        session.rollback()  # the event of opening would be written before the first read
        planner = make_planner(session, order)
        for chunk in read_chunks(session, sources, pace_of(session)):
            for planned in planner.plan(session, chunk):
                summary.add(planned.result)
                on_result(planned.result)
            session.rollback()
    return summary


def run_import(
    sources: Iterable[SourceFile],
    order: ImportOrder,
    *,
    blobs: BlobStore,
    on_result: OnResult,
    holding: HoldingArea | None = None,
    on_batch: Callable[[UUID], None] = lambda _batch: None,
    actor: Actor = SYSTEM,
) -> ImportSummary:
    """Import documents. Whatever stops it, those reported are there and another run does the rest.

    `on_batch` gets the batch before the first document. With a `holding` area the bytes of what is refused
    are kept there for a while, so that it can be tried again.

    Raises:
        StorageFull, StorageUnavailable, DatabaseFull, DatabaseLocked: the rest was not imported.
    """
    with cross_company("import of invoices", actor=actor) as session, in_words():
        batch = batches.start_batch(session, order)
        summary = ImportSummary(batch.public_id)
        writer = ChunkWriter(session, batch.id, order, blobs, holding, pace_of(session))
        session.commit()
        on_batch(batch.public_id)
        try:
            for chunk in read_chunks(session, sources, writer.pace):
                for result in writer.write(chunk):
                    summary.add(result)
                    on_result(result)
        except BaseException:
            _close(session, writer.batch_id, ImportState.FAILED)
            raise
        _close(session, writer.batch_id, ImportState.DONE)
    return summary


def _close(session: Session, batch_id: int, state: ImportState) -> None:
    """Say how the batch ended, also when what ended it was the database."""
    session.rollback()
    try:
        batches.finish_batch(session, batch_id, state)
        session.commit()
    except DBAPIError:
        if state is ImportState.DONE:
            raise
        session.rollback()

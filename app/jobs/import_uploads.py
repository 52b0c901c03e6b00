"""Uploads of invoices as jobs: checked, then imported; a job that is taken over goes on where it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy.orm import Session

from app.documents.archives import SourceFile, count_sources, iter_sources
from app.domain.imports import ImportState
from app.domain.ports import Ports
from app.extensions import ports
from app.jobs.batch_at_work import BatchAtWork, batch_at_work, find_batch_of
from app.jobs.import_chunks import ChunkWriter, in_turn, pace_of, read_chunks
from app.jobs.work import Work
from app.models import ImportBatch
from app.services.imports import batches, checking
from app.services.imports.chunks import make_planner
from app.services.imports.uploads import opened_upload


def check_upload(work: Work) -> None:
    """Say what would become of each document. Raises Postponed, LeaseLost."""
    with batch_at_work(work, ImportState.CHECKING) as running:
        if running is None:
            return
        session, batch_id, at = running.session, running.batch_id, running.position
        planner = make_planner(session, running.order)
        checking.recall_plan(session, batch_id, planner)
        with _sources(running, ports()) as sources:
            pace = pace_of(session)
            for chunk in read_chunks(session, sources, pace):
                planned = checking.plan_chunk(session, chunk, planner)
                write = partial(checking.write_plan, session, batch_id, planned)
                in_turn(session, pace, partial(write, at=at, order=running.order), len(chunk))
                at += len(chunk)
        checking.finish_check(session, batch_id)
        session.commit()


def import_upload(work: Work) -> None:
    """Import what was confirmed. Raises Postponed, LeaseLost."""
    outside = ports()
    with batch_at_work(work, ImportState.RUNNING) as running:
        if running is not None:
            session, batch_id = running.session, running.batch_id
            writer = ChunkWriter(
                session,
                batch_id,
                running.order,
                outside.blobs,
                outside.holding,
                pace_of(session),
                position=running.position,
            )
            with _sources(running, outside) as sources:
                for chunk in read_chunks(session, sources, writer.pace):
                    writer.write(chunk)
            batches.finish_batch(session, batch_id, ImportState.DONE)
            session.commit()
    _clear_up(work, outside)


@contextmanager
def _sources(running: BatchAtWork, outside: Ports) -> Iterator[Iterator[SourceFile]]:
    """The documents that no worker has done yet."""
    with opened_upload(outside.holding, running.held, running.parts) as files:
        if running.total is None:
            _note_total(running.session, running.batch_id, count_sources(files))
        yield iter_sources(files, skip=running.position)


def _note_total(session: Session, batch_id: int, total: int) -> None:
    session.get_one(ImportBatch, batch_id).total_count = total
    session.commit()


def _clear_up(work: Work, outside: Ports) -> None:
    """Once it is imported: the plan is the report no more, and the refused documents are held by themselves."""
    with work.session() as session:
        batch = find_batch_of(session, work)
        if batch is None or batch.state is not ImportState.DONE:
            session.rollback()
            return
        held, batch_id = batch.held, batch.id
        while checking.forget_plan(session, batch_id):
            session.commit()
        if held:
            outside.holding.discard(held)
            session.get_one(ImportBatch, batch_id).held = None
        session.commit()

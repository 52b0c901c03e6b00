"""A batch that a job works on: opened on behalf of whoever uploaded it, and closed in words when that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.errors import DomainError
from app.domain.imports import ImportState
from app.domain.jobs import Postponed
from app.domain.ports import BlobDamaged, BlobMissing, StorageUnavailable
from app.jobs.import_chunks import DatabaseFull, DatabaseLocked, in_words
from app.jobs.work import Work
from app.models import ImportBatch
from app.services.imports import batches
from app.services.imports.uploads import order_of
from app.services.imports.values import ImportOrder

_TRIED_AGAIN = (StorageUnavailable, DatabaseFull, DatabaseLocked)
_GONE = (BlobMissing, BlobDamaged)


@dataclass(frozen=True, slots=True)
class BatchAtWork:
    """A batch as plain values: its row is not kept over commits."""

    session: Session
    batch_id: int
    order: ImportOrder
    actor: Actor
    held: str = ""
    parts: tuple[dict[str, Any], ...] = ()
    position: int = 0
    total: int | None = None


@contextmanager
def batch_at_work(work: Work, state: ImportState) -> Iterator[BatchAtWork | None]:
    """The batch that a job is about; None where it is in another state: ended, or another job's turn.

    What goes wrong is written down: the page says what it waits for, or why it has ended.

    Raises:
        LeaseLost: another worker goes on with it.
        Postponed: storage or database do not answer, or are full.
    """
    with work.session() as session:
        batch = find_batch_of(session, work)
        if batch is None or batch.state is not state:
            session.rollback()
            yield None
            return
        batch_id = batch.id
        try:
            with in_words():
                yield _opened(session, batch)
        except batches.ImportTaken:
            session.rollback()
            work.hold()  # raises LeaseLost where another worker goes on with it
        except _TRIED_AGAIN as error:
            _note_failure(session, batch_id, error)
            raise Postponed(error.code) from error
        except _GONE:
            _end(session, batch_id, "upload_expired")
        except DomainError as error:
            _end(session, batch_id, error.code)


def _opened(session: Session, batch: ImportBatch) -> BatchAtWork:
    """Commits, so that the trail says first that companies are crossed."""
    order, actor = order_of(session, batch)
    session.info["actor"] = actor
    running = BatchAtWork(
        session,
        batch.id,
        order,
        actor,
        batch.held or "",
        tuple(batch.parts),
        batch.position,
        batch.total_count,
    )
    session.commit()
    return running


def find_batch_of(session: Session, work: Work) -> ImportBatch | None:
    """The batch that a job names."""
    public_id = UUID(str(work.arguments["batch"]))
    return session.scalar(select(ImportBatch).where(ImportBatch.public_id == public_id))


def _note_failure(session: Session, batch_id: int, error: DomainError) -> None:
    """For the page: it goes on by itself, and this is what it waits for."""
    session.rollback()
    session.get_one(ImportBatch, batch_id).failure = error.code
    session.commit()


def _end(session: Session, batch_id: int, failure: str) -> None:
    session.rollback()
    batches.give_up(session, batch_id, failure)
    session.commit()

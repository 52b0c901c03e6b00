"""Running an import: chunk by chunk, a commit after each, so that a kill leaves whole documents."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import ClassVar
from uuid import UUID

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.documents.archives import SourceFile
from app.domain.actors import SYSTEM, Actor
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome, ImportState
from app.domain.ports import BlobStore
from app.security.cross_company import cross_company
from app.services.imports import batches
from app.services.imports.chunks import make_planner, write_chunk
from app.services.imports.values import DocumentResult, ImportOrder, Incoming, read_source

CHUNK_DOCUMENTS = 100
CHUNK_BYTES = 16 * 1024 * 1024
"""A chunk ends at whichever comes first; this is also what an import holds in memory."""
_ATTEMPTS = 3
_FULL = {"SQLITE_FULL", "53100"}  # PostgreSQL: disk_full
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40P01", "40001")

OnResult = Callable[[DocumentResult], None]
OnPlanned = Callable[[DocumentResult, Incoming], None]


@dataclass(slots=True)
class ImportSummary:
    """What came of an import: documents by outcome, and how many were taken with a warning."""

    batch: UUID | None = None
    counts: Counter[ImportOutcome] = field(default_factory=Counter)
    warnings: int = 0

    def add(self, result: DocumentResult) -> None:
        self.counts[result.outcome] += 1
        self.warnings += bool(result.warnings)


class DatabaseLocked(DomainError):
    """Somebody else kept the database for too long. Nothing of the running chunk was written."""

    code: ClassVar[str] = "database_locked"


class DatabaseFull(DomainError):
    """No room is left for rows. Nothing of the running chunk was written."""

    code: ClassVar[str] = "database_full"


def plan_import(
    sources: Iterable[SourceFile], order: ImportOrder, *, on_result: OnPlanned
) -> ImportSummary:
    """Say what an import would do; nothing is written, not even a trace of having looked.

    `on_result` gets each outcome with the document that it is about.

    Raises:
        DatabaseLocked: the database did not answer in time.
    """
    summary = ImportSummary()
    with cross_company("dry run of an import") as session, _in_words():
        session.rollback()  # the event of opening would be written before the first read
        planner = make_planner(session, order)
        for chunk in _chunks(sources):
            for incoming, planned in zip(chunk, planner.plan(session, chunk), strict=True):
                summary.add(planned.result)
                on_result(planned.result, incoming)
            session.rollback()
    return summary


def run_import(
    sources: Iterable[SourceFile],
    order: ImportOrder,
    *,
    blobs: BlobStore,
    on_result: OnResult,
    actor: Actor = SYSTEM,
) -> ImportSummary:
    """Import documents. Whatever stops it, those reported are there and another run does the rest.

    Raises:
        StorageFull, StorageUnavailable, DatabaseFull, DatabaseLocked: the rest was not imported.
    """
    with cross_company("import of invoices", actor=actor) as session, _in_words():
        batch = batches.start_batch(session, order)
        summary = ImportSummary(batch.public_id)
        batch_id = batch.id
        session.commit()
        try:
            for chunk in _chunks(sources):
                results = _imported(session, batch_id, chunk, order=order, blobs=blobs)
                order = _with_opened(order, results)
                for result in results:
                    summary.add(result)
                    on_result(result)
        except BaseException:
            _close(session, batch_id, ImportState.FAILED)
            raise
        _close(session, batch_id, ImportState.DONE)
    return summary


def _imported(
    session: Session,
    batch_id: int,
    chunk: Sequence[Incoming],
    *,
    order: ImportOrder,
    blobs: BlobStore,
) -> list[DocumentResult]:
    """A chunk in one commit; one that another import got in the way of, document by document."""
    try:
        return _committed(session, batch_id, chunk, order=order, blobs=blobs)
    except IntegrityError:
        session.rollback()
    results: list[DocumentResult] = []
    for incoming in chunk:
        results += _retried(session, batch_id, incoming, order=order, blobs=blobs)
        order = _with_opened(order, results)
    return results


def _with_opened(order: ImportOrder, results: Sequence[DocumentResult]) -> ImportOrder:
    """The order once its own new companies are in the portfolio: later chunks may be for them."""
    if order.companies is None:
        return order
    own = {one.company_id for one in results if one.outcome is ImportOutcome.CREATED}
    return replace(order, companies=order.companies | {one for one in own if one is not None})


def _retried(
    session: Session, batch_id: int, incoming: Incoming, *, order: ImportOrder, blobs: BlobStore
) -> list[DocumentResult]:
    """One document; when another import has just written it, the next look finds it."""
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return _committed(session, batch_id, [incoming], order=order, blobs=blobs)
        except IntegrityError:
            session.rollback()
    return _committed(session, batch_id, [incoming], order=order, blobs=blobs)


def _committed(
    session: Session,
    batch_id: int,
    chunk: Sequence[Incoming],
    *,
    order: ImportOrder,
    blobs: BlobStore,
) -> list[DocumentResult]:
    results = write_chunk(session, batch_id, chunk, order=order, blobs=blobs)
    session.commit()
    return results


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


def _chunks(sources: Iterable[SourceFile]) -> Iterator[list[Incoming]]:
    chunk: list[Incoming] = []
    size = 0
    for source in sources:
        incoming = read_source(source)
        chunk.append(incoming)
        size += len(incoming.data)
        if len(chunk) >= CHUNK_DOCUMENTS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what a database says when it is full or busy into errors that people understand."""
    try:
        yield
    except OperationalError as error:
        origin = error.orig
        name = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or ""
        if name in _FULL:
            raise DatabaseFull from error
        if name.startswith(_BUSY):
            raise DatabaseLocked from error
        raise

"""The chunks of an import: read outside of any transaction, written in one each, in words when that fails."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.documents.archives import SourceFile
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome
from app.domain.ports import BlobStore, HoldingArea
from app.jobs.import_pace import Pace
from app.services.imports.chunks import write_chunk
from app.services.imports.recognition import stored_documents
from app.services.imports.values import (
    DocumentResult,
    ImportOrder,
    Incoming,
    hashed,
    read_source,
)

T = TypeVar("T")
CHUNK_DOCUMENTS = 200
CHUNK_BYTES = 16 * 1024 * 1024
"""A chunk ends at whichever comes first; this is also what an import holds in memory."""
_ATTEMPTS = 3
_FULL = {"SQLITE_FULL", "53100"}  # PostgreSQL: disk_full
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40P01", "40001")


class DatabaseLocked(DomainError):
    """Somebody else kept the database for too long. Nothing of the running chunk was written."""

    code: ClassVar[str] = "database_locked"


class DatabaseFull(DomainError):
    """No room is left for rows. Nothing of the running chunk was written."""

    code: ClassVar[str] = "database_full"


def pace_of(session: Session) -> Pace:
    is_alone = session.get_bind().dialect.name != "sqlite"
    return Pace(most=CHUNK_DOCUMENTS, is_alone=is_alone)


def read_chunks(
    session: Session, sources: Iterable[SourceFile], pace: Pace
) -> Iterator[list[Incoming]]:
    """Documents as they come, chunk by chunk; those that are here already are recognised by their bytes.

    No transaction is open between two chunks, nor while documents are read.
    """
    for part in _parts(sources, pace):
        hashes = [hashed(one) for one in part]
        stored = stored_documents(session, hashes)
        session.rollback()
        yield [
            read_source(one, sha, stored.get(sha)) for one, sha in zip(part, hashes, strict=True)
        ]


@dataclass(slots=True)
class ChunkWriter:
    """Writes the chunks of one batch, of which the next begins at `position`.

    `order` grows by the companies that the import opens: later chunks may be for them.
    """

    session: Session
    batch_id: int
    order: ImportOrder
    blobs: BlobStore
    holding: HoldingArea | None
    pace: Pace
    position: int = 0

    def write(self, chunk: Sequence[Incoming]) -> list[DocumentResult]:
        """A chunk in one commit; one that another import got in the way of, document by document.

        Raises:
            ImportTaken, StorageFull, StorageUnavailable: nothing of the chunk, or of its rest, was written.
        """
        try:
            return self._committed(chunk)
        except IntegrityError:
            self.session.rollback()
        return [self._retried(incoming) for incoming in chunk]

    def _retried(self, incoming: Incoming) -> DocumentResult:
        """One document; when another import has just written it, the next look finds it."""
        for _attempt in range(_ATTEMPTS - 1):
            try:
                return self._committed([incoming])[0]
            except IntegrityError:
                self.session.rollback()
        return self._committed([incoming])[0]

    def _committed(self, chunk: Sequence[Incoming]) -> list[DocumentResult]:
        write = partial(
            write_chunk,
            self.session,
            self.batch_id,
            chunk,
            at=self.position,
            order=self.order,
            blobs=self.blobs,
            holding=self.holding,
        )
        results = in_turn(self.session, self.pace, write, len(chunk))
        self.position += len(chunk)
        self.order = with_opened(self.order, results)
        return results


def in_turn(session: Session, pace: Pace, write: Callable[[], T], documents: int) -> T:
    """Write a chunk and commit it, when others have had their turn."""
    pace.rest()
    began = time.monotonic()
    written = write()
    session.commit()
    pace.wrote(documents, held_s=time.monotonic() - began)
    return written


def with_opened(order: ImportOrder, results: Sequence[DocumentResult]) -> ImportOrder:
    """The order once its own new companies are in the portfolio."""
    if order.companies is None:
        return order
    own = {one.company_id for one in results if one.outcome is ImportOutcome.CREATED}
    return replace(order, companies=order.companies | {one for one in own if one is not None})


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what a database says when it is full or busy into errors that people understand.

    Raises:
        DatabaseFull, DatabaseLocked
    """
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


def _parts(sources: Iterable[SourceFile], pace: Pace) -> Iterator[list[SourceFile]]:
    part: list[SourceFile] = []
    size = 0
    for source in sources:
        part.append(source)
        size += len(source.data)
        if len(part) >= pace.documents or size >= CHUNK_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part

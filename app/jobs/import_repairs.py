"""Trying refused documents of an import again: all of them as a job or a command, one of them at once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import ClassVar, TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.documents.archives import SourceFile, UploadedFile, iter_sources
from app.domain.actors import Actor
from app.domain.errors import DomainError
from app.domain.imports import REFUSED, ImportState, RepairWay
from app.domain.ports import BlobMissing, HoldingArea, Ports
from app.extensions import ports
from app.jobs.batch_at_work import BatchAtWork, batch_at_work
from app.jobs.import_chunks import in_turn, in_words, pace_of, with_opened
from app.jobs.invoice_import import ImportSummary
from app.jobs.work import Work
from app.security.cross_company import cross_company
from app.services.imports import repairs
from app.services.imports.batches import find_batch_row
from app.services.imports.recognition import stored_documents
from app.services.imports.repairs import Attempt, OpenRow
from app.services.imports.rows import Held
from app.services.imports.uploads import order_of
from app.services.imports.values import (
    DocumentResult,
    ImportOrder,
    Incoming,
    hashed,
    read_source,
)

_ATTEMPTS = 3
T = TypeVar("T")
OnResult = Callable[[DocumentResult], None]


class OneDocumentOnly(DomainError):
    """A refused document is replaced by one file, not by an archive of several."""

    code: ClassVar[str] = "import_one_document"


def repair_refused(work: Work) -> None:
    """Try every refused document of an import again. Raises Postponed, LeaseLost."""
    outside = ports()
    with batch_at_work(work, ImportState.REPAIRING) as running:
        if running is None:
            return
        try_all(running, outside, on_result=lambda _result: None)


def try_all(running: BatchAtWork, outside: Ports, *, on_result: OnResult) -> None:
    """Go through what is refused and still held, from the row where an earlier worker stopped."""
    session, order, last_id = running.session, running.order, running.position
    pace = pace_of(session)
    attempt = Attempt(RepairWay.TRIED_AGAIN, running.actor.name)
    while rows := repairs.open_rows(
        session, running.batch_id, after_id=last_id, limit=pace.documents
    ):
        incoming = _read(session, rows, outside.holding)
        write = partial(
            repairs.repair_rows,
            session,
            (running.batch_id, last_id),
            incoming,
            attempt=attempt,
            order=order,
            blobs=outside.blobs,
        )
        results = _persistently(session, partial(in_turn, session, pace, write, len(rows)))
        order = with_opened(order, results)
        last_id = rows[-1].id
        for result in results:
            on_result(result)
    repairs.finish_repair(session, running.batch_id)
    session.commit()


def retry_batch(
    batch: UUID, order: ImportOrder, outside: Ports, *, on_result: OnResult, actor: Actor
) -> ImportSummary:
    """Try every refused document of an import again, here and now; run again, it goes on.

    Raises:
        ImportUnknown, ImportBusy, NothingToRepair
        StorageFull, StorageUnavailable, DatabaseFull, DatabaseLocked: the rest was not tried.
    """
    summary = ImportSummary(batch)

    def note(result: DocumentResult) -> None:
        summary.add(result)
        on_result(result)

    with cross_company("repair of an import", actor=actor) as session, in_words():
        found = repairs.begin_repair(session, batch)
        running = BatchAtWork(session, found.id, order, actor)
        session.commit()
        try:
            try_all(running, outside, on_result=note)
        finally:
            session.rollback()
            repairs.finish_repair(session, running.batch_id)
            session.commit()
    return summary


def try_again(batch: UUID, row_id: int, *, open_company: bool, actor: Actor) -> DocumentResult:
    """Try one refused document again, from the bytes that were held.

    Raises:
        ImportUnknown, UploaderGone, RowUnknown, AlreadyRepaired, NoLongerHeld, ImportBusy
        StorageUnavailable, DatabaseLocked
    """
    way = RepairWay.COMPANY_OPENED if open_company else RepairWay.TRIED_AGAIN
    with cross_company("repair of an import", actor=actor) as session, in_words():
        found = find_batch_row(session, batch)
        order = replace(order_of(session, found)[0], create_companies=open_company)
        row = repairs.find_open_row(session, found.id, row_id)
        batch_id = found.id
        session.commit()
        incoming = _read(session, [row], ports().holding)[row_id]
        return _written(session, (batch_id, row_id), incoming, Attempt(way, actor.name), order)


def replace_by(batch: UUID, row_id: int, upload: UploadedFile, *, actor: Actor) -> DocumentResult:
    """Try a corrected file in the place of a refused one; it is held where it is refused as well.

    Raises:
        ImportUnknown, UploaderGone, RowUnknown, AlreadyRepaired, ImportBusy, OneDocumentOnly
        StorageUnavailable, StorageFull, DatabaseLocked
    """
    source = _only(upload)
    with cross_company("repair of an import", actor=actor) as session, in_words():
        found = find_batch_row(session, batch)
        order = order_of(session, found)[0]
        batch_id = found.id
        if not repairs.find_row(session, batch_id, row_id).is_open:
            raise repairs.AlreadyRepaired
        session.commit()
        name = ports().holding.hold([source.data], folder=REFUSED)
        place = Held(name, 0, len(source.data))
        incoming = _incoming(session, source)
        attempt = Attempt(RepairWay.REPLACED, actor.name, place)
        return _written(session, (batch_id, row_id), incoming, attempt, order)


def _written(
    session: Session,
    where: tuple[int, int],
    incoming: Incoming,
    attempt: Attempt,
    order: ImportOrder,
) -> DocumentResult:
    write = partial(
        repairs.repair_row,
        session,
        *where,
        incoming,
        attempt=attempt,
        order=order,
        blobs=ports().blobs,
    )
    return _persistently(session, partial(in_turn, session, pace_of(session), write, 1))


def _persistently(session: Session, write: Callable[[], T]) -> T:
    """When another import has just written the same document, the next look finds it."""
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return write()
        except IntegrityError:
            session.rollback()
    return write()


def _read(session: Session, rows: list[OpenRow], holding: HoldingArea) -> dict[int, Incoming]:
    """The documents as they were held; one whose bytes are gone stays refused for that."""
    sources = {row.id: _held_source(row, holding) for row in rows}
    hashes = {row_id: hashed(source) for row_id, source in sources.items()}
    stored = stored_documents(session, hashes.values())
    session.rollback()
    return {
        row_id: read_source(source, hashes[row_id], stored.get(hashes[row_id]))
        for row_id, source in sources.items()
    }


def _held_source(row: OpenRow, holding: HoldingArea) -> SourceFile:
    place = row.held
    try:
        return SourceFile(row.file, holding.read(place.name, start=place.start, size=place.size))
    except BlobMissing:
        return SourceFile(row.file, refusal=repairs.HeldFileGone())


def _incoming(session: Session, source: SourceFile) -> Incoming:
    sha = hashed(source)
    stored = stored_documents(session, [sha])
    session.rollback()
    return read_source(source, sha, stored.get(sha))


def _only(upload: UploadedFile) -> SourceFile:
    found = list(islice(iter_sources([upload]), 2))
    if len(found) != 1:
        raise OneDocumentOnly(field="file")
    if found[0].refusal is not None:
        raise found[0].refusal
    return found[0]

"""Uploads of invoices: kept as they came, checked, then imported or discarded by whoever brought them."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, ClassVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.documents.archives import UploadedFile
from app.documents.windows import Window
from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.imports import UPLOADS, ImportSource, ImportState
from app.domain.jobs import Task
from app.domain.ports import HoldingArea
from app.domain.roles import Role, StaffRole
from app.models import ImportBatch, PortalUser, Portfolio
from app.queue import enqueue
from app.services.audit import record
from app.services.imports.batches import find_batch_row
from app.services.imports.refusals import UploaderGone
from app.services.imports.values import ImportOrder

_PIECE_BYTES = 1024 * 1024


class AlreadyDecided(DomainError):
    """It was imported or discarded already, or is not checked yet."""

    code: ClassVar[str] = "import_decided"


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """Where the files of an upload lie, behind each other. `parts`: the name, start and size of each."""

    held: str
    parts: tuple[dict[str, Any], ...]

    @property
    def size_bytes(self) -> int:
        return sum(int(one["size"]) for one in self.parts)


def keep_upload(files: Sequence[UploadedFile], holding: HoldingArea) -> KeptUpload:
    """Keep the files as they came, in bounded memory.

    Raises:
        StorageFull, StorageUnavailable
    """
    parts: list[dict[str, Any]] = []
    start = 0
    for one in files:
        size = one.stream.seek(0, 2)
        parts.append({"name": one.name[-200:], "start": start, "size": size})
        start += size
    return KeptUpload(holding.hold(_pieces(files), folder=UPLOADS), tuple(parts))


def open_batch(
    session: Session, upload: KeptUpload, *, by_user_id: int, create_companies: bool
) -> tuple[ImportBatch, int | None]:
    """Add the batch of an upload, and have it checked; with the number of the job that does it."""
    batch = ImportBatch(
        source=ImportSource.UPLOAD,
        state=ImportState.CHECKING,
        started_at=now(),
        phase_started_at=now(),
        started_by_id=by_user_id,
        create_companies=create_companies,
        held=upload.held,
        parts=list(upload.parts),
    )
    session.add(batch)
    session.flush()
    record(
        session,
        AuditAction.IMPORT_UPLOADED,
        target=batch,
        changes={"files": (None, len(upload.parts)), "bytes": (None, upload.size_bytes)},
    )
    return batch, _enqueue(session, Task.CHECK_IMPORT, batch)


def confirm_upload(session: Session, public_id: UUID) -> int | None:
    """Have what was checked imported; the number of the job that does it.

    Raises:
        ImportUnknown
        AlreadyDecided: somebody was quicker, in another window for one.
    """
    batch = _decided(session, public_id, ImportState.RUNNING)
    record(session, AuditAction.IMPORT_STARTED, target=batch)
    return _enqueue(session, Task.RUN_IMPORT, batch)


def discard_upload(session: Session, public_id: UUID) -> None:
    """Have nothing of an upload imported; its bytes go with the next sweep.

    Raises:
        ImportUnknown, AlreadyDecided
    """
    batch = _decided(session, public_id, ImportState.DISCARDED)
    batch.finished_at = now()
    record(session, AuditAction.IMPORT_DISCARDED, target=batch)


def order_of(session: Session, batch: ImportBatch) -> tuple[ImportOrder, Actor]:
    """What the uploader asked for, into their portfolio as it is now, and on whose behalf it is done.

    Raises:
        UploaderGone: they are no account manager any more, or may not sign in.
    """
    manager = session.scalar(
        select(PortalUser).where(
            PortalUser.id == batch.started_by_id,
            PortalUser.staff_role == StaffRole.ACCOUNT_MANAGER,
            PortalUser.active,
        )
    )
    if manager is None:
        raise UploaderGone
    owned = select(Portfolio.company_id).where(Portfolio.manager_id == manager.id)
    order = ImportOrder(
        ImportSource.UPLOAD,
        create_companies=batch.create_companies,
        manager_id=manager.id,
        started_by_id=manager.id,
        companies=frozenset(session.scalars(owned)),
    )
    return order, Actor(manager.id, str(manager), Role.ACCOUNT_MANAGER)


@contextmanager
def opened_upload(
    holding: HoldingArea, held: str, parts: Sequence[dict[str, Any]]
) -> Iterator[list[UploadedFile]]:
    """The files of an upload, out of a copy on this machine's disk that goes when the block ends.

    Raises:
        BlobMissing, StorageUnavailable
    """
    with tempfile.TemporaryFile() as copy:
        for piece in holding.open(held):
            copy.write(piece)
        yield [_file(copy, part) for part in parts]


def _decided(session: Session, public_id: UUID, state: ImportState) -> ImportBatch:
    batch = find_batch_row(session, public_id)
    moved = session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch.id, ImportBatch.state == ImportState.CHECKED)
        .values(state=state, position=0, phase_started_at=now(), updated_at=now(), failure=None)
        .execution_options(synchronize_session=False)
    )
    session.refresh(batch)
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise AlreadyDecided
    return batch


def _enqueue(session: Session, task: Task, batch: ImportBatch) -> int | None:
    arguments = {"batch": str(batch.public_id)}
    return enqueue(session, task, arguments, key=str(batch.public_id))


def _file(copy: IO[bytes], part: dict[str, Any]) -> UploadedFile:
    return UploadedFile(part["name"], Window(copy, start=part["start"], size=part["size"]))  # type: ignore[arg-type]  # all that is asked of it


def _pieces(files: Iterable[UploadedFile]) -> Iterator[bytes]:
    for one in files:
        one.stream.seek(0)
        while piece := one.stream.read(_PIECE_BYTES):
            yield piece

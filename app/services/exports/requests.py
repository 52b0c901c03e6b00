"""Exports that people ask for: written down, found again by whoever asked, deleted, expired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.exports import (
    KEPT_FOR,
    MOST_UNDER_WAY,
    ExportKind,
    ExportState,
    ExportUnknown,
    Sight,
    TooManyExports,
)
from app.domain.jobs import Task
from app.domain.ports import BlobStore
from app.models import Export
from app.queue import enqueue
from app.services.audit import record

NEWEST = 50
LISTED_FOR = timedelta(days=90)
"""How long an export without a file is still listed."""
_PURGED_AT_ONCE = 100
_UNDER_WAY = (ExportState.WAITING, ExportState.RUNNING)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where (`company_id` None: in the back-office), and what they see there."""

    user_id: int
    company_id: int | None
    sight: Sight


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is asked for; `total_count` in rows of a list, or in documents of an archive."""

    kind: ExportKind
    filter: Mapping[str, Any]
    file_name: str
    language: str
    total_count: int


def ask_for_export(session: Session, order: ExportOrder, *, by: Asker) -> Export:
    """Have a file made by a worker, who writes a mail then. The same thing asked for twice is made once.

    Raises:
        TooManyExports: so many of theirs are under way already.
    """
    under_way = session.scalars(_own(by).where(Export.state.in_(_UNDER_WAY))).all()
    for one in under_way:
        if (one.kind, one.filter, one.language) == (order.kind, order.filter, order.language):
            return one
    if len(under_way) >= MOST_UNDER_WAY:
        raise TooManyExports(most=MOST_UNDER_WAY)
    export = Export(
        company_id=by.company_id,
        requested_by_id=by.user_id,
        kind=order.kind,
        filter=dict(order.filter),
        file_name=order.file_name,
        language=order.language,
        total_count=order.total_count,
        sight=by.sight.as_json(),
        expires_at=now() + KEPT_FOR,
    )
    session.add(export)
    session.flush()
    enqueue(
        session,
        Task.MAKE_EXPORT,
        {"export": str(export.public_id), "user": by.user_id},
        key=f"export {export.public_id}",
        company_id=by.company_id,
    )
    changes = {"export_kind": (None, order.kind), "documents": (None, order.total_count)}
    record(session, AuditAction.EXPORT_ASKED, target=export, changes=changes)
    return export


def own_exports(session: Session, asker: Asker) -> list[Export]:
    """The newest of theirs, without those that they might not download any more."""
    newest = _own(asker).order_by(Export.id.desc()).limit(NEWEST)
    return [one for one in session.scalars(newest) if _may_see(one, asker)]


def find_export(session: Session, public_id: UUID, asker: Asker) -> Export:
    """One of theirs. Raises ExportUnknown, also where they see less today than the export holds."""
    export = session.scalars(_own(asker).where(Export.public_id == public_id)).one_or_none()
    if export is None or not _may_see(export, asker):
        raise ExportUnknown
    return export


def find_download(session: Session, public_id: UUID, asker: Asker) -> Export:
    """One of theirs that has its file. Raises ExportUnknown."""
    export = find_export(session, public_id, asker)
    if not can_be_downloaded(export):
        raise ExportUnknown
    return export


def can_be_downloaded(export: Export) -> bool:
    is_there = export.state is ExportState.DONE and export.stored_file is not None
    return is_there and export.expires_at > now()


def ends_at(made_at: datetime) -> datetime:
    """Until when a file that was made then is kept."""
    return made_at + KEPT_FOR


def record_download(session: Session, export: Export) -> None:
    changes = {"export_kind": (None, export.kind), "documents": (None, export.total_count)}
    record(session, AuditAction.EXPORT_DOWNLOADED, target=export, changes=changes)


def record_direct_download(session: Session, order: ExportOrder, *, by: Asker) -> None:
    """A file that was made while it was sent, and is kept nowhere."""
    changes = {"export_kind": (None, order.kind), "documents": (None, order.total_count)}
    record(
        session,
        AuditAction.EXPORT_DOWNLOADED,
        label=order.file_name,
        company_id=by.company_id,
        changes=changes,
    )


def delete_export(session: Session, export: Export, blobs: BlobStore) -> None:
    """Delete an export and its file; one that is being made comes to nothing. The caller commits."""
    blobs.delete_files(export.folder)
    record(session, AuditAction.EXPORT_DELETED, target=export)
    session.delete(export)
    session.flush()


def expire_exports(session: Session, blobs: BlobStore) -> int:
    """Delete the files of some exports whose time is over; how many. Call it until it returns 0."""
    at = now()
    over = _over(Export.expires_at <= at).where(Export.state != ExportState.EXPIRED)
    expired = session.scalars(over).all()
    for export in expired:
        blobs.delete_files(export.folder)
        export.state = ExportState.EXPIRED
        export.stored_name = None
        export.finished_at = export.finished_at or at
    session.flush()
    return len(expired)


def purge_exports(session: Session) -> int:
    """Forget some exports that expired long ago; how many. Call it until it returns 0."""
    old = _over(Export.expires_at < now() - LISTED_FOR).where(Export.state == ExportState.EXPIRED)
    keys: Sequence[int] = [one.id for one in session.scalars(old)]
    if keys:
        statement = delete(Export).where(Export.id.in_(keys))
        session.execute(statement.execution_options(synchronize_session=False))
    return len(keys)


def _own(asker: Asker) -> Select[Export]:
    """Also where the scope of the session holds more, as an auditor's does."""
    here = (
        Export.company_id.is_(None)
        if asker.company_id is None
        else Export.company_id == asker.company_id
    )
    return select(Export).where(Export.requested_by_id == asker.user_id, here)


def _may_see(export: Export, asker: Asker) -> bool:
    return export.sight is not None and asker.sight.holds(Sight.from_json(export.sight))


def _over(is_over: ColumnElement[bool]) -> Select[Export]:
    return select(Export).where(is_over).order_by(Export.id).limit(_PURGED_AT_ONCE)

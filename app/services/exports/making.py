"""The states of an export while a worker makes it, and the mail at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.exports import ExportKind, ExportState, Sight
from app.domain.mail import MailKind
from app.domain.ports import StoredFile
from app.models import Company, Export, PortalUser
from app.services.audit import record
from app.services.exports.requests import ends_at
from app.services.mail import write_mail


class ExportGone(DomainError):
    """It was deleted, or has expired, while it was made."""

    code = "export_gone"


@dataclass(frozen=True, slots=True)
class ExportTask:
    """What is to be made, as plain values: no row is held while it takes its time."""

    export_id: int
    kind: ExportKind
    filter: Mapping[str, Any]
    language: str
    folder: str
    company_id: int | None

    @property
    def several_companies(self) -> bool:
        return self.company_id is None


def find_task(session: Session, public_id: UUID) -> ExportTask | None:
    """What an export asks for; None where nothing is to be done, any more or at all."""
    export = session.scalars(select(Export).where(Export.public_id == public_id)).one_or_none()
    if export is None or not export.state.is_under_way or export.expires_at <= now():
        return None
    return ExportTask(
        export_id=export.id,
        kind=export.kind,
        filter=export.filter,
        language=export.language,
        folder=export.folder,
        company_id=export.company_id,
    )


def begin_export(session: Session, task: ExportTask, *, sight: Sight, total_count: int) -> None:
    """Write that it is being made, from its beginning, for somebody who sees that much now."""
    _write(
        session,
        task,
        state=ExportState.RUNNING,
        done_count=0,
        total_count=total_count,
        sight=sight.as_json(),
    )


def record_progress(session: Session, task: ExportTask, done_count: int) -> None:
    """Raises ExportGone."""
    _write(session, task, done_count=done_count)


def finish_export(
    session: Session, task: ExportTask, file: StoredFile, *, done_count: int, portal_path: str
) -> None:
    """Write that it is made, and tell whoever asked. Raises ExportGone."""
    at = now()
    _write(
        session,
        task,
        state=ExportState.DONE,
        done_count=done_count,
        total_count=done_count,
        stored_name=file.name,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        finished_at=at,
        expires_at=ends_at(at),
    )
    export = session.get_one(Export, task.export_id, populate_existing=True)
    changes = {"export_kind": (None, export.kind), "documents": (None, done_count)}
    record(session, AuditAction.EXPORT_MADE, target=export, changes=changes)
    _tell(session, export, MailKind.EXPORT_READY, portal_path)


def fail_export(session: Session, task: ExportTask, reason: str, *, portal_path: str = "") -> None:
    """Write that it cannot be made; with a path, whoever asked is told. Raises ExportGone."""
    _write(session, task, state=ExportState.FAILED, reason=reason, finished_at=now())
    export = session.get_one(Export, task.export_id, populate_existing=True)
    record(session, AuditAction.EXPORT_FAILED, target=export, changes={"reason": (None, reason)})
    if portal_path:
        _tell(session, export, MailKind.EXPORT_FAILED, portal_path)


def path_of(company: UUID | None, public_id: UUID) -> str:
    """The page of an export, below the portal's address. It grants nothing: it asks who one is."""
    where = "/backoffice" if company is None else f"/c/{company}"
    return f"{where}/exports/{public_id}"


def company_of(session: Session, company_id: int | None) -> UUID | None:
    """The public id of the company that an export is of."""
    if company_id is None:
        return None
    return session.scalar(select(Company.public_id).where(Company.id == company_id))


def _write(session: Session, task: ExportTask, **values: object) -> None:
    statement = (
        update(Export)
        .where(
            Export.id == task.export_id,
            Export.state.in_((ExportState.WAITING, ExportState.RUNNING)),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise ExportGone


def _tell(session: Session, export: Export, kind: MailKind, path: str) -> None:
    person = session.get_one(PortalUser, export.requested_by_id)
    ready = {"count": export.total_count, "until": export.expires_at}
    write_mail(
        session,
        kind,
        to=person.email,
        language=export.language,
        context={"file": export.file_name, "page": path}
        | (ready if kind is MailKind.EXPORT_READY else {}),
        user_id=person.id,
        company_id=export.company_id,
        key=f"export {export.public_id}",
    )

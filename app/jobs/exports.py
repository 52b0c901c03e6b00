"""Making a file that somebody asked for: with what they may see when it is made, once, however often it is begun.

Each attempt writes a file of its own, and the row names the one that counts: a worker that was killed, or was taken
for dead, leaves nothing that anybody is given.
"""

import secrets
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.domain.exports import ExportKind, ExportNotAllowed
from app.domain.jobs import Postponed
from app.domain.ports import Ports, StorageUnavailable, StoredFile
from app.extensions import ports
from app.jobs.export_files import Content, content_of
from app.jobs.work import Work
from app.queue.backoff import MOST_ATTEMPTS
from app.queue.ledger import LeaseLost
from app.security.permissions import Permission
from app.security.requester import Requester, find_requester, scope_of_requests, sight_of
from app.services.exports import making
from app.services.exports.making import ExportGone, ExportTask

_NOT_MADE = "export_not_made"


def make_export(work: Work) -> None:
    """Make the file that `arguments` name, and write to whoever asked.

    Raises:
        Postponed: storage does not answer now.
        LeaseLost: another worker makes it.
    """
    user_id, public_id = int(work.arguments["user"]), UUID(work.arguments["export"])
    with work.session_in(scope_of_requests(user_id, work.company_id)) as books:
        task = making.find_task(books, public_id)
        if task is None:
            return
        path = making.path_of(making.company_of(books, work.company_id), public_id)
        making_of = _Making(work, books, task, portal_path=path, outside=ports())
        making_of.run(user_id)


def _may(requester: Requester, kind: ExportKind) -> bool:
    if kind is ExportKind.DOCUMENTS_ZIP:
        return requester.may(Permission.DOWNLOAD_DOCUMENTS)
    return requester.may(Permission.EXPORT_INVOICES) or requester.may(Permission.EXPORT_LISTS)


@dataclass(slots=True)
class _Making:
    """One attempt; `books` is the session that writes how far it is."""

    work: Work
    books: Session
    task: ExportTask
    portal_path: str
    outside: Ports
    written: int = field(default=0)

    def run(self, user_id: int) -> None:
        try:
            self._make(user_id)
        except ExportNotAllowed as error:
            self._fail(error.code, is_told=False)
        except ExportGone:
            self.books.rollback()
            self.outside.blobs.delete_files(self.task.folder)
        except StorageUnavailable as error:
            raise Postponed(error.code) from error
        except LeaseLost:
            raise
        except Exception:
            if self.work.attempt >= MOST_ATTEMPTS:
                self._fail(_NOT_MADE)
            raise

    def _fail(self, reason: str, *, is_told: bool = True) -> None:
        self.books.rollback()
        self.outside.blobs.delete_files(self.task.folder)
        path = self.portal_path if is_told else ""
        try:
            making.fail_export(self.books, self.task, reason, portal_path=path)
        except ExportGone:
            return
        self.books.commit()

    def _make(self, user_id: int) -> None:
        requester = self._requester(user_id)
        sight = sight_of(requester.scope)
        self.outside.blobs.delete_files(self.task.folder)  # of attempts that were killed
        with self.work.session_in(requester.scope) as reading, force_locale(self.task.language):
            content = content_of(reading, self.task, self.outside)
            making.begin_export(self.books, self.task, sight=sight, total_count=content.total_count)
            self.books.commit()
            file = self._stored(content)
        self.work.hold()
        if not sight_of(self._requester(user_id).scope).holds(sight):
            raise ExportNotAllowed  # it has taken minutes, and they see less by now
        making.finish_export(
            self.books, self.task, file, done_count=self.written, portal_path=self.portal_path
        )
        self.books.commit()

    def _requester(self, user_id: int) -> Requester:
        """What they may see at this moment. Raises ExportNotAllowed."""
        requester = find_requester(self.books, user_id, self.work.company_id)
        if requester is None or not _may(requester, self.task.kind):
            raise ExportNotAllowed
        return requester

    def _stored(self, content: Content) -> StoredFile:
        name = f"{self.task.folder}/{secrets.token_hex(8)}"
        with content.pieces(self._progress) as pieces:
            return self.outside.blobs.put_file(name, pieces, media_type=self.task.kind.media_type)

    def _progress(self, done: int) -> None:
        """So many rows or documents are written; nobody else has taken the job meanwhile."""
        self.written = done
        self.work.hold()
        making.record_progress(self.books, self.task, done)
        self.books.commit()

"""The bytes of each kind of export, piece by piece, read in the scope of whoever asked for it."""

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from itertools import chain

from sqlalchemy.orm import Session

from app.documents.sheets import csv_pieces, write_xlsx
from app.domain.cells import Cell
from app.domain.clock import today
from app.domain.exports import ExportKind
from app.domain.ports import Ports
from app.jobs.export_words import archive_words, table_words
from app.services.archive_statement import statement_files
from app.services.archive_stream import zip_pieces
from app.services.archives import (
    ArchivedFile,
    ArchiveReport,
    Chosen,
    archived_files,
    count_issued,
    pages_issued,
)
from app.services.exports.making import ExportTask
from app.services.exports.rows import Names, TableWords, cells_of, count_invoices, pages_of_invoices
from app.services.exports.selection import InvoiceSelection

Progress = Callable[[int], None]
DOCUMENTS_A_STEP = 20
"""Documents after which progress is written, and the lease renewed."""
_PIECE_BYTES = 1024 * 1024


class Content(ABC):
    """What one export holds; `total_count` in rows or in documents."""

    total_count: int

    @abstractmethod
    def pieces(self, progress: Progress) -> AbstractContextManager[Iterator[bytes]]:
        """Its bytes; `progress` is told how many rows or documents have gone out, and may raise."""


def content_of(session: Session, task: ExportTask, outside: Ports) -> Content:
    if task.kind is ExportKind.DOCUMENTS_ZIP:
        return _Pack(session, task, outside)
    return _Table(session, task)


def table_rows(
    session: Session,
    selection: InvoiceSelection,
    words: TableWords,
    *,
    several_companies: bool,
    progress: Progress = lambda _done: None,
) -> Iterator[list[Cell]]:
    """The invoices of a selection as cells; no connection is held while a page of them goes out."""
    done, names = 0, Names(session)
    for page in pages_of_invoices(session, selection):
        names.learn(page)
        session.rollback()  # nothing was written
        for row in page:
            company = names.company_of(row) if several_companies else ()
            yield cells_of(row, words, address=names.address_of(row), company=company)
        done += len(page)
        progress(done)


class _Table(Content):
    def __init__(self, session: Session, task: ExportTask) -> None:
        self._session, self._task = session, task
        self._selection = InvoiceSelection.from_json(task.filter)
        self._words = table_words()
        self._headings = self._words.headings_of(several_companies=task.several_companies)
        self.total_count = count_invoices(session, self._selection)
        session.rollback()

    @contextmanager
    def pieces(self, progress: Progress) -> Iterator[Iterator[bytes]]:
        rows = table_rows(
            self._session,
            self._selection,
            self._words,
            several_companies=self._task.several_companies,
            progress=progress,
        )
        if self._task.kind is ExportKind.INVOICES_CSV:
            yield csv_pieces(self._headings, rows)
            return
        with tempfile.TemporaryFile() as file:
            write_xlsx(file, self._headings, rows, title=self._words.title)
            file.seek(0)
            yield iter(lambda: file.read(_PIECE_BYTES), b"")


class _Pack(Content):
    def __init__(self, session: Session, task: ExportTask, outside: Ports) -> None:
        self._session, self._task, self._outside = session, task, outside
        self._first = date.fromisoformat(task.filter["first"])
        self._last = date.fromisoformat(task.filter["last"])
        self._words, self._table_words = archive_words(made_on=today()), table_words()
        self.total_count, self._newest = count_issued(session, self._first, self._last)
        session.rollback()

    @contextmanager
    def pieces(self, progress: Progress) -> Iterator[Iterator[bytes]]:
        report = ArchiveReport()
        yield zip_pieces(
            chain(self._beside(report), self._files(report, progress), self._missing(report))
        )

    def _beside(self, report: ArchiveReport) -> Iterator[ArchivedFile]:
        """What stands before the documents: their index, and the statement of account."""
        yield ArchivedFile(self._words.index_name, self._index())
        if self._task.company_id is not None:
            yield from statement_files(
                self._session,
                report,
                company_id=self._task.company_id,
                first=self._first,
                last=self._last,
                language=self._task.language,
            )

    def _index(self) -> Iterator[bytes]:
        words = self._table_words
        rows = (cells_of(row, words, address=row.address) for row in self._documents())
        return csv_pieces(words.headings, rows)

    def _files(self, report: ArchiveReport, progress: Progress) -> Iterator[ArchivedFile]:
        documents = self._counted(progress)
        for file in archived_files(
            self._session, self._outside, documents, report, is_tried_again=True
        ):
            self._session.commit()  # a PDF may be new
            yield file

    def _counted(self, progress: Progress) -> Iterator[Chosen]:
        done = 0
        for document in self._documents():
            if done and done % DOCUMENTS_A_STEP == 0:
                progress(done)
            yield document
            done += 1
        progress(done)

    def _documents(self) -> Iterator[Chosen]:
        pages = pages_issued(self._session, self._first, self._last, newest=self._newest)
        return chain.from_iterable(pages)

    def _missing(self, report: ArchiveReport) -> Iterator[ArchivedFile]:
        """Asked for at the end, when it is known what could not be read."""
        if report.unreadable:
            data = self._words.missing_file(report.unreadable)
            yield ArchivedFile(self._words.missing_name, data)

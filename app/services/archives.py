"""Several documents as one archive: which ones, their files one after the other, and an index of them.

Nothing is held but the document at hand. A file that cannot be read does not stop the others.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.documents.sheets import csv_pieces
from app.domain.cells import Cell, Money, communication
from app.domain.einvoice import InvoiceKind
from app.domain.errors import DomainError
from app.domain.filenames import safe_stem
from app.domain.invoicing import DocumentFormat
from app.domain.ports import Ports, StorageUnavailable
from app.models import Address, Document, Invoice
from app.services.documents import document_bytes

log = logging.getLogger(__name__)

DOCUMENTS_A_PAGE = 500
"""Rows that are held of a period that goes into an archive, however long it is."""
_PDF, _XML = aliased(Document), aliased(Document)
_COLUMNS = (
    Invoice.id,
    Invoice.public_id,
    Invoice.number,
    Invoice.kind,
    Address.name.label("address"),
    Invoice.issued_on,
    Invoice.due_on,
    Invoice.currency,
    Invoice.net_cents,
    Invoice.tax_cents,
    Invoice.total_cents,
    Invoice.signed_cents,
    Invoice.open_cents,
    Invoice.payment_state,
    Invoice.order_reference,
    Invoice.buyer_reference,
    Invoice.structured_communication,
    _PDF.sha256.label("PDF"),
    _XML.sha256.label("XML"),
)
Chosen = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One file of the archive: its name there, and its bytes, at once or piece by piece."""

    name: str
    data: bytes | Iterable[bytes]


@dataclass(slots=True)
class ArchiveReport:
    """What could not be put into the archive, by the names the files would have had."""

    unreadable: list[str] = field(default_factory=list)


def chosen_documents(session: Session, public_ids: Sequence[UUID]) -> list[Chosen]:
    """The documents of these ids that the scope holds, the oldest first."""
    return list(session.execute(_documents().where(Invoice.public_id.in_(public_ids))))


def documents_issued(session: Session, first: date, last: date, *, limit: int) -> list[Chosen]:
    """The documents issued in a period, both days included, the oldest first."""
    in_period = Invoice.issued_on.between(first, last)
    return list(session.execute(_documents().where(in_period).limit(limit)))


def count_issued(session: Session, first: date, last: date) -> tuple[int, int]:
    """How many documents were issued in a period, and the key of the last that came in."""
    in_period = Invoice.issued_on.between(first, last)
    columns = (func.count(), func.max(Invoice.id))
    count, newest = session.execute(select(*columns).select_from(Invoice).where(in_period)).one()
    return count, newest or 0


def pages_issued(
    session: Session, first: date, last: date, *, newest: int
) -> Iterator[list[Chosen]]:
    """The documents of a period, the oldest first, page by page; not those that came in after `newest`.

    The caller may end the transaction after each page, and go through them again: they are the same.
    """
    in_period = _documents().where(Invoice.issued_on.between(first, last), Invoice.id <= newest)
    statement = in_period
    while True:
        page = list(session.execute(statement.limit(DOCUMENTS_A_PAGE)))
        yield page
        if len(page) < DOCUMENTS_A_PAGE:
            return
        here = tuple_(literal(page[-1].issued_on), literal(page[-1].id))
        statement = in_period.where(tuple_(Invoice.issued_on, Invoice.id) > here)


def count_by_month(session: Session, first: date, last: date) -> Mapping[date, int]:
    """How many documents were issued in each month of a period."""
    days = session.execute(
        select(Invoice.issued_on, func.count())
        .where(Invoice.issued_on.between(first, last))
        .group_by(Invoice.issued_on)
    )
    months: dict[date, int] = {}
    for day, number in days:
        month = day.replace(day=1)
        months[month] = months.get(month, 0) + number
    return months


def archived_files(
    session: Session,
    ports: Ports,
    documents: Iterable[Chosen],
    report: ArchiveReport,
    *,
    is_tried_again: bool = False,
) -> Iterator[ArchivedFile]:
    """PDF and XML of each document; the caller commits after each one, because a PDF may be new.

    What cannot be read is noted in `report` and in the log, and the next file follows.

    Raises:
        StorageUnavailable: storage does not answer, and the whole archive `is_tried_again` later.
    """
    taken: set[str] = set()
    for document in documents:
        stem = _unused(safe_stem(document.number), taken)
        for kind in DocumentFormat:
            name = f"{stem}.{kind.lower()}"
            try:
                data = _file(session, ports, document, kind)
            except DomainError as error:
                session.rollback()
                if is_tried_again and isinstance(error, StorageUnavailable):
                    raise
                log.error("left out of an archive: %s of %s: %s", kind, document.public_id, error)  # noqa: TRY400 - no bug
                report.unreadable.append(name)
            else:
                yield ArchivedFile(name, data)


def index_csv(
    documents: Sequence[Chosen],
    *,
    headings: Sequence[str],
    kinds: Mapping[Any, str],
    states: Mapping[Any, str],
) -> bytes:
    """The documents as a table, for a spreadsheet; one row each."""
    rows = (_index_row(one, kinds=kinds, states=states) for one in documents)
    return b"".join(csv_pieces(headings, rows))


def _index_row(
    one: Chosen, *, kinds: Mapping[Any, str], states: Mapping[Any, str]
) -> tuple[Cell, ...]:
    sign = -1 if one.kind is InvoiceKind.CREDIT_NOTE else 1
    cents = (sign * each for each in (one.net_cents, one.tax_cents, one.total_cents))
    return (
        one.number,
        kinds[one.kind],
        one.address,
        one.issued_on,
        one.due_on,
        one.currency,
        *(Money(each, one.currency) for each in (*cents, one.signed_cents, one.open_cents)),
        # The state of a credit note is that it is one, as in the list on the page.
        states[one.payment_state] if one.kind is InvoiceKind.INVOICE else kinds[one.kind],
        one.order_reference,
        one.buyer_reference,
        communication(one.structured_communication),
    )


def _file(session: Session, ports: Ports, document: Chosen, kind: DocumentFormat) -> bytes:
    sha256 = getattr(document, kind)
    if sha256 is None:
        return document_bytes(session, ports, document.public_id, kind)
    return ports.blobs.read(sha256)


def _documents() -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS)
        .select_from(Invoice)
        .join(Address, Address.id == Invoice.address_id)
        .outerjoin(_PDF, (_PDF.invoice_id == Invoice.id) & (_PDF.format == DocumentFormat.PDF))
        .outerjoin(_XML, (_XML.invoice_id == Invoice.id) & (_XML.format == DocumentFormat.XML))
        .order_by(Invoice.issued_on, Invoice.id)
    )


def _unused(stem: str, taken: set[str]) -> str:
    """Names that differ in capitals only are one file on Windows and macOS."""
    name, number = stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number})"
    taken.add(name.casefold())
    return name

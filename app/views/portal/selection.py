"""Several documents in one ZIP: those that were ticked, or all of a period; streamed while it is made."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from flask import Response, abort, flash, request, stream_with_context, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.domain.clock import today
from app.domain.exports import MOST_DOCUMENTS_AT_ONCE, ExportKind
from app.extensions import db, ports
from app.fab.portal import PortalView, expose
from app.fab.redirects import requested_next, see_other
from app.jobs.export_words import ArchiveWords, archive_words, table_words
from app.security.access import requires
from app.security.permissions import Permission
from app.security.tenancy import current_scope
from app.services.archive_statement import statement_files
from app.services.archive_stream import zip_pieces
from app.services.archives import (
    ArchivedFile,
    ArchiveReport,
    Chosen,
    archived_files,
    chosen_documents,
    count_by_month,
    documents_issued,
    index_csv,
)
from app.services.exports.requests import ExportOrder, record_direct_download
from app.views.document_files import attachment
from app.views.export_sending import (
    asker_here,
    file_name_of,
    have_made,
    language_here,
    offer,
)
from app.views.formats import month
from app.views.portal.exports import company_name, face

MOST_TICKED = 200
"""Documents that one form may name; whole periods are asked for by their name."""
_MONTHS = 12
_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a quarter or a month: `2026`, `2026-Q4`, `2026-11`; `months` says how long it is."""

    name: str
    first: date
    months: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for what is none of the three."""
        year, _dash, part = text.partition("-")
        if not (year.isascii() and year.isdigit() and len(year) == len("2026")):
            raise ValueError("not a year")
        if not part:
            return cls(text, date(int(year), 1, 1), _MONTHS)
        if part.startswith("Q"):
            return cls(text, date(int(year), (int(part[1:]) - 1) * _QUARTER + 1, 1), _QUARTER)
        return cls(text, date(int(year), int(part), 1), 1)

    @property
    def last(self) -> date:
        year, number = self.first.year, self.first.month + self.months - 1
        return date(year, number, monthrange(year, number)[1])

    @property
    def label(self) -> str:
        if self.months == 1:
            return month(self.first)
        return f"{month(self.first)} – {month(self.last)}" if self.months == _QUARTER else self.name  # noqa: RUF001

    @property
    def parts(self) -> list["Period"]:
        """The quarters of a year, the months of a quarter."""
        year = self.first.year
        if self.months == _MONTHS:
            return [Period(f"{year}-Q{n}", date(year, n * 3 - 2, 1), _QUARTER) for n in range(1, 5)]
        starts = range(self.first.month, self.first.month + self.months)
        return [Period(f"{year}-{n:02}", date(year, n, 1), 1) for n in starts]


@dataclass(frozen=True, slots=True)
class Offer:
    """A part of a period that is small enough to be sent at once, or that opens the next choice."""

    label: str
    count: int
    url: str
    is_download: bool


class SelectionView(PortalView):
    endpoint_name = "invoice_archive"
    route_base = "/c/<uuid:company_id>/invoices/archive"

    @expose("", methods=["POST"])
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def ticked(self) -> BaseResponse:
        try:
            ids = [UUID(one) for one in dict.fromkeys(request.form.getlist("ids"))]
        except ValueError:
            abort(400)
        if not 0 < len(ids) <= MOST_TICKED:
            text = _(
                "Tick the documents that you want to download, at most %(most)s.",
                most=MOST_TICKED,
            )
            flash(text, "warn")
            return see_other(requested_next() or url_for("invoices.index"))
        documents = chosen_documents(db.session(), ids)
        if len(documents) < len(ids):
            abort(404)
        return _archive(documents, _("Documents"))

    @expose("")
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def period(self) -> BaseResponse:
        """The documents of a period at once, or the page that offers to have them made into an archive."""
        period, counts = _period_asked_for()
        if sum(counts.values()) <= MOST_DOCUMENTS_AT_ONCE:
            session = db.session()
            documents = documents_issued(
                session, period.first, period.last, limit=MOST_DOCUMENTS_AT_ONCE
            )
            record_direct_download(session, _order(period, counts), by=asker_here())
            session.commit()
            return _archive(documents, f"{_('Documents')} {period.name}", period=period)
        offers = [_offer(one, counts) for one in period.parts] if period.months > 1 else []
        return offer(
            _order(period, counts),
            face=face(),
            most=MOST_DOCUMENTS_AT_ONCE,
            url=url_for("invoice_archive.pack", period=period.name),
            parts=tuple(one for one in offers if one.count),
        )

    @expose("/pack", methods=["POST"])
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def pack(self) -> BaseResponse:
        """Have the archive of a period made by a worker."""
        period, counts = _period_asked_for()
        return have_made(_order(period, counts), by=asker_here(), face=face())


def _period_asked_for() -> tuple[Period, Mapping[date, int]]:
    """The period of the address and what it holds; 404 where that is nothing."""
    try:
        period = Period.read(request.args.get("period", ""))
    except ValueError:
        abort(400)
    counts = count_by_month(db.session(), period.first, period.last)
    if not counts:
        abort(404)
    return period, counts


def _order(period: Period, counts: Mapping[date, int]) -> ExportOrder:
    kind = ExportKind.DOCUMENTS_ZIP
    return ExportOrder(
        kind=kind,
        filter={"first": period.first.isoformat(), "last": period.last.isoformat()},
        file_name=file_name_of(f"{company_name()} {_('Documents')} {period.name}", kind),
        language=language_here(),
        total_count=sum(counts.values()),
    )


def _offer(period: Period, counts: Mapping[date, int]) -> Offer:
    count = sum(number for first, number in counts.items() if period.first <= first <= period.last)
    url = url_for("invoice_archive.period", period=period.name)
    return Offer(period.label, count, url, is_download=count <= MOST_DOCUMENTS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an archive is about, chosen before it goes out: while it does, nobody is signed in any more."""

    documents: list[Chosen]
    index: bytes
    words: ArchiveWords
    language: str
    company_id: int
    period: Period | None


def _archive(documents: list[Chosen], name: str, *, period: Period | None = None) -> Response:
    (company_id,) = current_scope(db.session()).companies
    asked = _Asked(
        documents=documents,
        index=_index(documents),
        words=archive_words(made_on=today()),
        language=language_here(),
        company_id=company_id,
        period=period,
    )
    stream = _stream(db.session(), asked)
    response = Response(stream_with_context(stream), mimetype="application/zip")
    file_name = file_name_of(f"{company_name()} {name}", ExportKind.DOCUMENTS_ZIP)
    response.headers["Content-Disposition"] = attachment(file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _stream(session: Session, asked: _Asked) -> Iterator[bytes]:
    """`session` is the one whose scope the request opened; no connection is held between two files."""
    try:
        session.rollback()  # nothing was written: the connection goes back
        yield from zip_pieces(_files(session, asked))
    finally:
        session.close()


def _files(session: Session, asked: _Asked) -> Iterator[ArchivedFile]:
    """What stands in the archive, in its order; what could not be read is known at the end."""
    report, words, period = ArchiveReport(), asked.words, asked.period
    yield ArchivedFile(words.index_name, asked.index)
    if period is not None:
        yield from statement_files(
            session,
            report,
            company_id=asked.company_id,
            first=period.first,
            last=period.last,
            language=asked.language,
        )
        session.rollback()
    for file in archived_files(session, ports(), asked.documents, report):
        session.commit()
        yield file
    if report.unreadable:
        yield ArchivedFile(words.missing_name, words.missing_file(report.unreadable))


def _index(documents: list[Chosen]) -> bytes:
    words = table_words()
    return index_csv(documents, headings=words.headings, kinds=words.kinds, states=words.states)

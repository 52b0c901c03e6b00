"""Several documents in one ZIP: those that were ticked, or all of a period; streamed while it is made."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from flask import Response, abort, flash, make_response, request, stream_with_context, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse
from zipstream import ZIP_STORED, ZipStream

from app.domain.clock import today
from app.domain.einvoice import InvoiceKind
from app.domain.filenames import safe_stem
from app.domain.invoicing import PaymentState
from app.extensions import db, ports
from app.fab.portal import PortalView, expose
from app.fab.redirects import requested_next, see_other
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.services.archives import (
    MOST_DOCUMENTS,
    ArchivedFile,
    ArchiveReport,
    Chosen,
    archived_files,
    chosen_documents,
    count_by_month,
    documents_issued,
    index_csv,
)
from app.views.document_files import attachment
from app.views.formats import day, month

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
    """A part of a period that is small enough, or that opens the next choice."""

    label: str
    count: int
    url: str
    is_download: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What the archive says, in the reader's language."""

    index_name: str
    missing_name: str
    missing: str
    what_now: str


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
        try:
            period = Period.read(request.args.get("period", ""))
            part = int(request.args.get("part", "0"))
        except ValueError:
            abort(400)
        counts = count_by_month(db.session(), period.first, period.last)
        total = sum(counts.values())
        if part < 0 or max(part - 1, 0) * MOST_DOCUMENTS >= total:
            abort(404)
        if total <= MOST_DOCUMENTS or part:
            skipped = (max(part, 1) - 1) * MOST_DOCUMENTS
            documents = documents_issued(
                db.session(), period.first, period.last, skipped=skipped, limit=MOST_DOCUMENTS
            )
            suffix = f"-{part}" if part else ""
            return _archive(documents, f"{_('Documents')} {period.name}{suffix}")
        offers = (
            [_offer(one, counts) for one in period.parts]
            if period.months > 1
            else _pieces(period, total)
        )
        return make_response(
            self.render(
                "portal/invoice_archive.html",
                period=period,
                offers=[one for one in offers if one.count],
                total=total,
                most=MOST_DOCUMENTS,
            )
        )


def _offer(period: Period, counts: Mapping[date, int]) -> Offer:
    count = sum(number for first, number in counts.items() if period.first <= first <= period.last)
    url = url_for("invoice_archive.period", period=period.name)
    return Offer(period.label, count, url, is_download=count <= MOST_DOCUMENTS)


def _pieces(period: Period, total: int) -> list[Offer]:
    """A month of thousands, in downloads of equal size."""
    offers = []
    for part, start in enumerate(range(0, total, MOST_DOCUMENTS), 1):
        last = min(start + MOST_DOCUMENTS, total)
        label = _(
            "%(month)s, documents %(first)s to %(last)s",
            month=period.label,
            first=start + 1,
            last=last,
        )
        url = url_for("invoice_archive.period", period=period.name, part=part)
        offers.append(Offer(label, last - start, url, is_download=True))
    return offers


def _archive(documents: list[Chosen], name: str) -> Response:
    principal = current_principal()
    company = principal.company.name if principal and principal.company else ""
    # Words are chosen now: while the archive goes out, nobody is signed in any more.
    words = Words(
        index_name=f"{_('Overview')}.csv",
        missing_name=f"{_('Missing files')}.txt",
        missing=_(
            "These files could not be read when this archive was made on %(day)s:", day=day(today())
        ),
        what_now=_("The problem was recorded for our team. Please try again later, or contact us."),
    )
    stream = _stream(db.session(), documents, _index(documents), words)
    response = Response(stream_with_context(stream), mimetype="application/zip")
    response.headers["Content-Disposition"] = attachment(f"{safe_stem(f'{company} {name}')}.zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _stream(
    session: Session, documents: list[Chosen], index: bytes, words: Words
) -> Iterator[bytes]:
    """Stored, not deflated: PDFs hardly shrink, and a sixteenth of the time is spent.

    `session` is the one whose scope the request opened; no connection is held between two files.
    """
    archive, report = ZipStream(compress_type=ZIP_STORED), ArchiveReport()
    try:
        session.rollback()  # nothing was written: the connection goes back
        yield from _added(archive, ArchivedFile(words.index_name, index))
        for file in archived_files(session, ports(), documents, report):
            session.commit()
            yield from _added(archive, file)
        if report.unreadable:
            yield from _added(archive, ArchivedFile(words.missing_name, _missing(report, words)))
        yield from archive.finalize()
    finally:
        session.close()


def _added(archive: ZipStream, file: ArchivedFile) -> Iterator[bytes]:
    archive.add(file.data, file.name)
    yield from archive.all_files()


def _index(documents: list[Chosen]) -> bytes:
    return index_csv(
        documents,
        headings=(
            _("Number"), _("Kind"), _("Address"), _("Issued"), _("Due"), _("Currency"),
            _("Total excl. VAT"), _("VAT"), _("Total incl. VAT"), _("Amount"), _("Open amount"),
            _("Status"), _("Order reference"), _("Buyer reference"), _("Structured communication"),
        ),
        kinds={
            InvoiceKind.INVOICE: _("Invoice"),
            InvoiceKind.CREDIT_NOTE: _("Credit note"),
        },
        states={
            PaymentState.OPEN: _("Open"),
            PaymentState.PARTLY: _("Partly paid"),
            PaymentState.PAID: _("Paid"),
        },
    )  # fmt: skip


def _missing(report: ArchiveReport, words: Words) -> bytes:
    lines = [words.missing, "", *report.unreadable, "", words.what_now]
    return "\r\n".join(lines).encode("utf-8-sig")

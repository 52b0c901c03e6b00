"""A list as a file: sent while it is asked where it is short, made by a worker where it is long."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO

from flask import Response, make_response, render_template, request, stream_with_context, url_for
from flask_babel import get_locale
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.documents.sheets import csv_pieces, write_xlsx
from app.domain.errors import DomainError
from app.domain.exports import MOST_ROWS_AT_ONCE, ExportKind
from app.domain.filenames import safe_stem
from app.extensions import db
from app.fab.messages import message_for
from app.jobs.export_files import table_rows
from app.jobs.export_words import table_words
from app.security.access import current_principal
from app.security.requester import sight_of
from app.security.tenancy import current_scope
from app.services.exports.requests import (
    Asker,
    ExportOrder,
    ask_for_export,
    record_direct_download,
)
from app.services.exports.rows import count_invoices
from app.services.exports.selection import InvoiceSelection
from app.views.document_files import attachment

LIST_KINDS = {"csv": ExportKind.INVOICES_CSV, "xlsx": ExportKind.INVOICES_XLSX}
_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Face:
    """Where an export is asked for: its layout, its pages' endpoints, and the list that it is of."""

    layout: str
    pages: str
    list_url: str


def asker_here() -> Asker:
    """Whoever is asking, where they are asking."""
    principal = current_principal()
    if principal is None:
        raise RuntimeError("a visitor asks for no export")
    company = principal.company
    sight = sight_of(current_scope(db.session()))
    return Asker(principal.user_id, None if company is None else company.id, sight)


def file_name_of(text: str, kind: ExportKind) -> str:
    return f"{safe_stem(text)}.{kind.ending}"


def language_here() -> str:
    locale = get_locale()
    return "en" if locale is None else str(locale.language)


def answer_list(
    selection: InvoiceSelection, kind: ExportKind, *, called: str, face: Face
) -> BaseResponse:
    """The invoices of a selection as a file, or the page that offers to have it made; a POST has it made."""
    session, asker = db.session(), asker_here()
    count = count_invoices(session, selection, most=MOST_ROWS_AT_ONCE)
    name = file_name_of(called, kind)
    order = ExportOrder(kind, selection.as_json(), name, language_here(), count)
    if request.method == "POST":
        return have_made(order, by=asker, face=face)
    if count > MOST_ROWS_AT_ONCE:
        return offer(order, face=face, most=MOST_ROWS_AT_ONCE)
    response = Response(mimetype=kind.media_type)
    response.headers["Content-Disposition"] = attachment(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.method != "HEAD":
        record_direct_download(session, order, by=asker)
        session.commit()
        _fill(response, selection, kind, several_companies=asker.company_id is None)
    return response


def offer(
    order: ExportOrder,
    *,
    face: Face,
    most: int,
    url: str = "",
    parts: tuple[object, ...] = (),
) -> BaseResponse:
    """The page that says why the file is made later, with the button that has it made; `url` is where that posts to."""
    page = render_template(
        "exports/ask.html",
        layout=face.layout,
        order=order,
        most=most,
        is_counted=order.total_count != most + 1,
        post_url=url or request.full_path,
        list_url=face.list_url,
        parts=parts,
    )
    return make_response(page)


def have_made(order: ExportOrder, *, by: Asker, face: Face) -> BaseResponse:
    """To the page of the export; where too many are under way, the offer again with the reason."""
    session = db.session()
    try:
        export = ask_for_export(session, order, by=by)
    except DomainError as error:
        session.rollback()
        page = render_template(
            "exports/refused.html",
            layout=face.layout,
            reason=message_for(error),
            exports_url=url_for(f"{face.pages}.index"),
            list_url=face.list_url,
        )
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    session.commit()
    url = url_for(f"{face.pages}.show", public_id=export.public_id)
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url})


def _fill(
    response: Response, selection: InvoiceSelection, kind: ExportKind, *, several_companies: bool
) -> None:
    """CSV while it is read; Excel's files are known at their end only, and wait in a temporary file."""
    # Words are chosen now: while the file goes out, nobody is signed in any more.
    session, words = db.session(), table_words()
    headings = words.headings_of(several_companies=several_companies)
    rows = table_rows(session, selection, words, several_companies=several_companies)
    if kind is ExportKind.INVOICES_CSV:
        pieces = _closing(session, csv_pieces(headings, rows))
        response.response = stream_with_context(pieces)
        return
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been read
    write_xlsx(file, headings, rows, title=words.title)
    response.content_length = file.tell()
    response.response = _read(file)


def _closing(session: Session, pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        session.close()


def _read(file: IO[bytes]) -> Iterator[bytes]:
    """The file from its beginning, in pieces; it is gone with the last of them."""
    with file:
        file.seek(0)
        yield from iter(lambda: file.read(_PIECE_BYTES), b"")

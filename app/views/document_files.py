"""One stored file as a response: its name, its hash as ETag, nothing for a browser to guess."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote
from uuid import UUID

from flask import Response, abort, request

from app.domain.invoicing import DocumentFormat
from app.domain.ports import BlobDamaged, BlobMissing, RenderingFailed, StorageUnavailable
from app.extensions import db, ports
from app.services.documents import DocumentFile, InvoiceUnknown, find_document, note_unreadable

log = logging.getLogger(__name__)


def pdf_response(public_id: UUID, *, without_pdf: Callable[[], str], keep: bool = True) -> Response:
    """The PDF of an invoice like `document_response`; the page `without_pdf` where none can be drawn."""
    try:
        return document_response(public_id, DocumentFormat.PDF, keep=keep)
    except RenderingFailed as error:
        db.session.rollback()
        log.exception("PDF of %s could not be drawn: %s", public_id, error.params.get("reason"))
        return Response(without_pdf(), HTTPStatus.SERVICE_UNAVAILABLE)


def document_response(public_id: UUID, kind: DocumentFormat, *, keep: bool = True) -> Response:
    """The file of an invoice that the session's scope holds, to be saved; 304 where the reader has it.

    `keep` is False for a reader who may write nothing: a PDF drawn for them is not stored.

    Raises:
        NotFound: no such invoice in this scope.
        RenderingFailed: there is no PDF and none can be drawn.
        BlobMissing, BlobDamaged, StorageUnavailable: it cannot be read; a trace was left.
    """
    session = db.session()
    try:
        file = find_document(session, ports(), public_id, kind, keep=keep)
        session.commit()
        return _response(file)
    except InvoiceUnknown:
        abort(HTTPStatus.NOT_FOUND)
    except (BlobMissing, BlobDamaged, StorageUnavailable) as error:
        session.rollback()
        note_unreadable(session, public_id, kind, error=error)
        session.commit()
        raise


def attachment(filename: str) -> str:
    """Content-Disposition with the name for old and for new browsers. Source: RFC 6266, appendix D."""
    plain = filename.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
    return f"attachment; filename=\"{plain.replace('?', '_')}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _response(file: DocumentFile) -> Response:
    response = Response(mimetype=file.format.media_type)
    response.headers["Content-Disposition"] = attachment(file.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if file.data is not None:
        response.set_data(file.data)
        return response
    response.set_etag(file.sha256)
    if not request.if_none_match.contains(file.sha256):
        response.response = ports().blobs.open(file.sha256)
        response.content_length = file.size_bytes
    response.make_conditional(request)
    return response

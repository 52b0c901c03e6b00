"""Error pages: what happened, what was kept, what to do next, in the reader's language."""

import logging
from http import HTTPStatus

from flask import Flask, flash, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateNotFound
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from app.domain.errors import DomainError
from app.domain.ports import BlobDamaged, BlobMissing, StorageUnavailable
from app.extensions import db
from app.fab.messages import message_for
from app.security.writes import NotYours

log = logging.getLogger(__name__)


def register_errors(app: Flask) -> None:
    """Answer every failure with a page of ours."""
    app.register_error_handler(CSRFError, _session_expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotYours, _not_yours)
    app.register_error_handler(BlobMissing, _unreadable_document)
    app.register_error_handler(BlobDamaged, _unreadable_document)
    app.register_error_handler(StorageUnavailable, _unreadable_document)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(OperationalError, _database_busy)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> Response:
    return _page(str(error.code), error.code or 500)


def _session_expired(_error: CSRFError) -> Response:
    return _page("session_expired", HTTPStatus.BAD_REQUEST)


def _not_yours(error: NotYours) -> Response:
    db.session.rollback()
    log.warning("write outside the scope refused: %s", error)
    return _page("403", HTTPStatus.FORBIDDEN)


def _unreadable_document(error: DomainError) -> Response:
    db.session.rollback()
    log.error("stored document cannot be read: %s at %s", error, request.path)
    return _page("document_missing", HTTPStatus.SERVICE_UNAVAILABLE)


def _refused(error: DomainError) -> Response:
    db.session.rollback()
    flash(message_for(error), "bad")
    return _page("422", HTTPStatus.UNPROCESSABLE_ENTITY)


def _database_busy(error: OperationalError) -> Response:
    db.session.rollback()
    log.error("database did not answer: %s", type(error.orig).__name__)
    return _page("503", HTTPStatus.SERVICE_UNAVAILABLE)


def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    log.error("unexpected error at %s", request.path, exc_info=error)
    return _page("500", InternalServerError.code)


def _page(name: str, status: int) -> Response:
    try:
        body = render_template(f"errors/{name}.html", status=status)
    except TemplateNotFound:
        family = "400" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "500"
        body = render_template(f"errors/{family}.html", status=status)
    response: Response = make_response(body, status)
    return response

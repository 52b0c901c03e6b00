"""Error pages: what happened, what was kept, what to do next, in the reader's language.

They ask the database for nothing, because it may be what failed: language, issuer and links come
from what this process knows already.
"""

import logging
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from urllib.parse import urlsplit

from flask import Flask, current_app, g, make_response, request
from flask.globals import request_ctx
from flask_babel import force_locale, format_time, gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from app.domain.errors import DomainError
from app.domain.ports import BlobDamaged, BlobMissing, StorageUnavailable
from app.extensions import db
from app.fab.messages import message_for
from app.fab.redirects import own_path
from app.security.access import sign_in_url
from app.security.sessions import signed_in
from app.security.writes import NotYours
from app.services.issuer import kept_issuer_card
from app.services.throttle import TooManyAttempts
from app.views.locale import locale_without_asking

log = logging.getLogger(__name__)

UNAVAILABLE = (OperationalError, InterfaceError, NoConnectionInTime)
PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
"""Statuses with words of their own; any other is told as 400 or 500."""


def register_errors(app: Flask) -> None:
    """Answer every failure with a page of ours."""
    app.register_error_handler(CSRFError, _form_out_of_date)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotYours, _not_yours)
    for unreadable in (BlobMissing, BlobDamaged, StorageUnavailable):
        app.register_error_handler(unreadable, _unreadable_document)
    app.register_error_handler(TooManyAttempts, _too_many_attempts)
    app.register_error_handler(DomainError, _refused)
    for unavailable in UNAVAILABLE:
        app.register_error_handler(unavailable, _database_unavailable)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> Response:
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, UNAVAILABLE):  # it came up after the page was made
        return _database_unavailable(cause)
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error.response, Response):
        return error.response  # somebody has written the whole answer
    name = str(status) if status in PAGES else "400" if status < 500 else "500"
    response = _page(name, status)
    for header, value in error.get_headers():
        if header in {"Allow", "Retry-After"}:
            response.headers[header] = value
    return response


def _form_out_of_date(_error: CSRFError) -> Response:
    """The form's token is not this session's: the session has ended, or another one has begun."""
    came_from, public_page = _page_of_the_form(), _public_page()
    if signed_in() is not None or public_page:
        again_url = came_from or public_page or "/"
        return _page("csrf_failed", HTTPStatus.BAD_REQUEST, again_url=again_url)
    url = sign_in_url(came_from or "")
    return _page("session_expired", HTTPStatus.BAD_REQUEST, sign_in_url=url)


def _page_of_the_form() -> str | None:
    """The page that the form was on, when the browser says so and it is one of ours."""
    parts = urlsplit(request.referrer or "")
    adapter = request_ctx.url_adapter
    if parts.netloc != request.host or adapter is None or not adapter.test(parts.path, "GET"):
        return None  # of another site, or the answer to a form, which cannot be opened again
    return own_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def _public_page() -> str | None:
    """The address that was posted to, where it is also a page that asks for no sign-in."""
    view = current_app.view_functions.get(request.endpoint or "")
    adapter = request_ctx.url_adapter
    is_page = adapter is not None and adapter.test(method="GET")
    return own_path(request.path) if is_page and getattr(view, "is_public", False) else None


def _not_yours(error: NotYours) -> Response:
    _undo()
    log.warning("write outside the scope refused: %s", error)
    return _page("403", HTTPStatus.FORBIDDEN)


def _unreadable_document(error: DomainError) -> Response:
    _undo()
    log.error("stored document cannot be read: %s at %s", error, request.path)
    return _page("document_missing", HTTPStatus.SERVICE_UNAVAILABLE)


def _too_many_attempts(error: TooManyAttempts) -> Response:
    """Say when to try again, in the issuer's time."""
    _undo()
    seconds = max(1, ceil((error.retry_at - datetime.now(UTC)).total_seconds()))
    with force_locale(locale_without_asking()):
        at = format_time(error.retry_at, "short")
        description = gettext("You can try again at %(time)s.", time=at)
    response = _page("429", HTTPStatus.TOO_MANY_REQUESTS, description=description)
    response.headers["Retry-After"] = str(seconds)
    return response


def _refused(error: DomainError) -> Response:
    _undo()
    with force_locale(locale_without_asking()):
        description = message_for(error)
    return _page("422", HTTPStatus.UNPROCESSABLE_ENTITY, description=description)


def _database_unavailable(error: SQLAlchemyError) -> Response:
    _undo()
    cause = getattr(error, "orig", None) or error
    log.error("database did not answer: %s", type(cause).__name__)
    response = _page("503", HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "60"
    return response


def _unexpected(error: Exception) -> Response:
    _undo()
    log.error("unexpected error at %s", request.path, exc_info=error)
    return _page("500", InternalServerError.code)


def _undo() -> None:
    with suppress(SQLAlchemyError):
        db.session.rollback()


def _page(name: str, status: int, **facts: object) -> Response:
    """Draw a page without the context of other pages, which asks who is signed in."""
    locale = locale_without_asking()
    names = {"locale": locale, "issuer": kept_issuer_card(db.session()), "status": status}
    reference = g.get("request_id") if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
    with force_locale(locale):
        template = current_app.jinja_env.get_template(f"errors/{name}.html")
        body = template.render(**names, reference=reference, **facts)
    response: Response = make_response(body, status)
    return response

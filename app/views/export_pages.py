"""The pages of one's own exports, the same for customers and for staff: list, progress, download, deletion."""

from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from flask import Response, abort, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.exports import ExportUnknown
from app.domain.ports import StoredFile
from app.extensions import db, ports
from app.fab.labels import label_of
from app.fab.messages import sentence
from app.fab.portal import PortalView
from app.models import Export
from app.services.exports import requests
from app.views.document_files import attachment
from app.views.export_sending import asker_here

REFRESH_S = 5
"""How often the page of an export that is being made is loaded again."""


class ExportPages(PortalView):
    """Subclasses state where they are, and expose each page with its permission."""

    layout: ClassVar[str]
    list_endpoint: ClassVar[str]
    """The list that exports are of."""

    def index_page(self) -> str:
        exports = requests.own_exports(db.session(), asker_here())
        return self._page("exports/index.html", exports=exports, label_of=label_of)

    def show_page(self, public_id: UUID) -> BaseResponse:
        export = self._own(public_id)
        page = self._page(
            "exports/show.html",
            export=export,
            label_of=label_of,
            reason=sentence(export.reason, {}) if export.reason else "",
            can_be_downloaded=requests.can_be_downloaded(export),
            refresh_s=REFRESH_S if export.state.is_under_way else 0,
        )
        return make_response(page)

    def file(self, public_id: UUID) -> BaseResponse:
        """The bytes, or the part of them that a resumed download asks for."""
        session = db.session()
        try:
            export = requests.find_download(session, public_id, asker_here())
        except ExportUnknown:
            abort(HTTPStatus.NOT_FOUND)
        stored = export.stored_file or abort(HTTPStatus.NOT_FOUND)
        response = _file_response(stored, export)
        if response.status_code == HTTPStatus.OK and request.method == "GET":
            requests.record_download(session, export)
            session.commit()
        return response

    def delete_page(self, public_id: UUID) -> BaseResponse:
        """Ask first, naming the file; only the answer, a POST, deletes."""
        export = self._own(public_id)
        if request.method == "GET":
            return make_response(self._page("exports/delete.html", export=export))
        name = export.file_name
        requests.delete_export(db.session(), export, ports().blobs)
        db.session.commit()
        return self.saved(_("Deleted: %(name)s", name=name), self._url("index"))

    def _own(self, public_id: UUID) -> Export:
        try:
            return requests.find_export(db.session(), public_id, asker_here())
        except ExportUnknown:
            abort(HTTPStatus.NOT_FOUND)

    def _page(self, template: str, **context: object) -> str:
        return self.render(
            template,
            layout=self.layout,
            pages=self.endpoint_name,
            list_url=url_for(self.list_endpoint),
            **context,
        )

    def _url(self, method: str) -> str:
        return url_for(f"{self.endpoint_name}.{method}")


def _file_response(stored: StoredFile, export: Export) -> Response:
    """Whole, or 206 with one range of it: a download of a gigabyte is resumed where it broke off."""
    response = Response(mimetype=export.kind.media_type)
    response.headers["Content-Disposition"] = attachment(export.file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Accept-Ranges"] = "bytes"
    response.set_etag(stored.sha256)
    span = _asked_span(stored)
    if span is None:
        response.response = ports().blobs.open_file(stored)
        response.content_length = stored.size_bytes
        return response
    first, end = span
    if first >= end:
        response.status_code = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        response.headers["Content-Range"] = f"bytes */{stored.size_bytes}"
        return response
    response.status_code = HTTPStatus.PARTIAL_CONTENT
    response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{stored.size_bytes}"
    response.response = ports().blobs.open_file(stored, first=first, last=end - 1)
    response.content_length = end - first
    return response


def _asked_span(stored: StoredFile) -> tuple[int, int] | None:
    """Beginning and end (not included) of the one range that is asked for; None for the whole file."""
    asked, condition = request.range, request.if_range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if condition.date is not None or condition.etag not in {None, stored.sha256}:
        return None
    span = asked.range_for_length(stored.size_bytes)
    return (0, 0) if span is None else (span[0], span[1])

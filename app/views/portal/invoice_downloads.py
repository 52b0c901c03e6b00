"""PDF and XML of one document, below the address of the document."""

from uuid import UUID

from flask import abort, make_response
from werkzeug.wrappers import Response

from app.domain.invoicing import DocumentFormat
from app.domain.ports import RenderingFailed
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission
from app.services.documents import InvoiceUnknown
from app.views.document_files import document_response, log


class InvoiceDownloadsView(PortalView):
    endpoint_name = "invoice_files"
    route_base = "/c/<uuid:company_id>/invoices"

    @expose("/<uuid:public_id>.pdf")
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def pdf(self, public_id: UUID) -> Response:
        try:
            return _file(public_id, DocumentFormat.PDF)
        except RenderingFailed as error:
            db.session.rollback()
            log.exception("PDF of %s could not be drawn: %s", public_id, error.params.get("reason"))
            return make_response(
                self.render("portal/invoice_no_pdf.html", public_id=public_id), 503
            )

    @expose("/<uuid:public_id>.xml")
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def xml(self, public_id: UUID) -> Response:
        return _file(public_id, DocumentFormat.XML)


def _file(public_id: UUID, kind: DocumentFormat) -> Response:
    try:
        return document_response(public_id, kind)
    except InvoiceUnknown:
        abort(404)

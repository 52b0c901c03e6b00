"""PDF and XML of an invoice, for staff."""

from uuid import UUID

from flask import abort, make_response
from werkzeug.wrappers import Response

from app.domain.invoicing import DocumentFormat
from app.domain.ports import RenderingFailed
from app.domain.roles import Role
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.services.documents import InvoiceUnknown
from app.views.document_files import document_response, log


class StaffInvoiceFilesView(PortalView):
    endpoint_name = "company_invoice_files"
    route_base = "/backoffice/invoices"

    @expose("/<uuid:public_id>.pdf")
    @requires(Permission.READ_STORED_DOCUMENTS)
    def pdf(self, public_id: UUID) -> Response:
        try:
            return _file(public_id, DocumentFormat.PDF)
        except RenderingFailed as error:
            db.session.rollback()
            log.exception("PDF of %s could not be drawn: %s", public_id, error.params.get("reason"))
            page = self.render("backoffice/invoice_no_pdf.html", public_id=public_id)
            return make_response(page, 503)

    @expose("/<uuid:public_id>.xml")
    @requires(Permission.READ_STORED_DOCUMENTS)
    def xml(self, public_id: UUID) -> Response:
        return _file(public_id, DocumentFormat.XML)


def _file(public_id: UUID, kind: DocumentFormat) -> Response:
    """An auditor changes nothing: a PDF that is drawn for one is not stored."""
    principal = current_principal()
    keep = principal is not None and principal.role is not Role.AUDITOR
    try:
        return document_response(public_id, kind, keep=keep)
    except InvoiceUnknown:
        abort(404)

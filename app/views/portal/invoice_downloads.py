"""PDF and XML of one document, below the address of the document."""

from uuid import UUID

from flask import Response

from app.domain.invoicing import DocumentFormat
from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission
from app.views.document_files import document_response, pdf_response


class InvoiceDownloadsView(PortalView):
    endpoint_name = "invoice_files"
    route_base = "/c/<uuid:company_id>/invoices"

    @expose("/<uuid:public_id>.pdf")
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def pdf(self, public_id: UUID) -> Response:
        return pdf_response(
            public_id,
            without_pdf=lambda: self.render("portal/invoice_no_pdf.html", public_id=public_id),
        )

    @expose("/<uuid:public_id>.xml")
    @requires(Permission.DOWNLOAD_DOCUMENTS)
    def xml(self, public_id: UUID) -> Response:
        return document_response(public_id, DocumentFormat.XML)

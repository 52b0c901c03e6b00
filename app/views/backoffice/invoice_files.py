"""PDF and XML of an invoice, for staff."""

from uuid import UUID

from flask import Response

from app.domain.invoicing import DocumentFormat
from app.domain.roles import Role
from app.fab.portal import PortalView, expose
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.views.document_files import document_response, pdf_response


class StaffInvoiceFilesView(PortalView):
    endpoint_name = "company_invoice_files"
    route_base = "/backoffice/invoices"

    @expose("/<uuid:public_id>.pdf")
    @requires(Permission.READ_STORED_DOCUMENTS)
    def pdf(self, public_id: UUID) -> Response:
        return pdf_response(
            public_id,
            without_pdf=lambda: self.render("backoffice/invoice_no_pdf.html", public_id=public_id),
            keep=_may_be_kept(),
        )

    @expose("/<uuid:public_id>.xml")
    @requires(Permission.READ_STORED_DOCUMENTS)
    def xml(self, public_id: UUID) -> Response:
        return document_response(public_id, DocumentFormat.XML, keep=_may_be_kept())


def _may_be_kept() -> bool:
    """An auditor changes nothing: a PDF that is drawn for one is not stored."""
    principal = current_principal()
    return principal is not None and principal.role is not Role.AUDITOR

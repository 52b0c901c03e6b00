"""The invoice list as a file, and the files that somebody asked for."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.clock import today
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.services.exports.selection import InvoiceSelection, every_page
from app.services.invoice_list import settled, surroundings
from app.views.export_pages import ExportPages
from app.views.export_sending import LIST_KINDS, Face, answer_list
from app.views.portal.invoice_address import BadAddress, ListAddress

LAYOUT = "layouts/portal.html"


class InvoiceExportView(PortalView):
    """`/c/<company>/invoices/export.csv` with the arguments of the list."""

    endpoint_name = "invoice_export"
    route_base = "/c/<uuid:company_id>/invoices"

    @expose("/export.<string:name>", methods=["GET", "POST"])
    @requires(Permission.EXPORT_INVOICES)
    def export(self, name: str) -> Response:
        kind = LIST_KINDS.get(name) or abort(404)
        on = today()
        selection = _selection(on)
        company = company_name()
        return answer_list(
            selection, kind, called=f"{company} {_('Invoices')} {on.isoformat()}", face=face()
        )


class ExportsView(ExportPages):
    endpoint_name = "exports"
    route_base = "/c/<uuid:company_id>/exports"
    layout: ClassVar[str] = LAYOUT
    list_endpoint: ClassVar[str] = "invoices.index"

    @expose("")
    @requires(Permission.EXPORT_INVOICES)
    def index(self) -> str:
        return self.index_page()

    @expose("/<uuid:public_id>")
    @requires(Permission.EXPORT_INVOICES)
    def show(self, public_id: UUID) -> Response:
        return self.show_page(public_id)

    @expose("/<uuid:public_id>/file")
    @requires(Permission.EXPORT_INVOICES)
    def download(self, public_id: UUID) -> Response:
        return self.file(public_id)

    @expose("/<uuid:public_id>/delete", methods=["GET", "POST"])
    @requires(Permission.EXPORT_INVOICES)
    def delete(self, public_id: UUID) -> Response:
        return self.delete_page(public_id)


def face() -> Face:
    return Face(LAYOUT, "exports", url_for("invoices.index"))


def company_name() -> str:
    principal = current_principal()
    return principal.company.name if principal and principal.company else ""


def _selection(on: date) -> InvoiceSelection:
    """What the list shows under this address, from its first page to its last."""
    try:
        address = ListAddress.read(request.args)
        around = surroundings(db.session(), address.search)
        return every_page(settled(address.query(around, today=on), around))
    except BadAddress:
        abort(400)

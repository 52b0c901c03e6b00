"""What the back-office's invoice list shows as a file, and the files that a member of the staff asked for."""

from typing import Any, ClassVar
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from app.domain.clock import today
from app.fab.keyset import Order as ListOrder
from app.fab.portal import expose
from app.security.access import requires
from app.security.permissions import Permission
from app.services.exports.selection import Condition, InvoiceSelection, every_page
from app.services.invoice_list import InvoiceQuery
from app.services.invoice_paging import Order, SortKey
from app.views.export_pages import ExportPages
from app.views.export_sending import Face

LAYOUT = "layouts/backoffice.html"
_SORTED_BY = {"issued_on": SortKey.ISSUED}


class StaffExportsView(ExportPages):
    endpoint_name = "staff_exports"
    route_base = "/backoffice/exports"
    layout: ClassVar[str] = LAYOUT
    list_endpoint: ClassVar[str] = "company_invoices.list"

    @expose("")
    @requires(Permission.EXPORT_LISTS)
    def index(self) -> str:
        return self.index_page()

    @expose("/<uuid:public_id>")
    @requires(Permission.EXPORT_LISTS)
    def show(self, public_id: UUID) -> Response:
        return self.show_page(public_id)

    @expose("/<uuid:public_id>/file")
    @requires(Permission.EXPORT_LISTS)
    def download(self, public_id: UUID) -> Response:
        return self.file(public_id)

    @expose("/<uuid:public_id>/delete", methods=["GET", "POST"])
    @requires(Permission.EXPORT_LISTS)
    def delete(self, public_id: UUID) -> Response:
        return self.delete_page(public_id)


def staff_face() -> Face:
    return Face(LAYOUT, "staff_exports", url_for("company_invoices.list"))


def selection_of(filters: Any, order: ListOrder) -> InvoiceSelection:
    """The invoices of a generated list, as its filters and its order say; all pages of them."""
    chosen = zip(filters.filters, filters.values, strict=True)
    conditions = [
        Condition(one.column_name, one.arg_name, _as_json(value)) for one, value in chosen
    ]
    query = InvoiceQuery(
        today=today(), order=Order(_SORTED_BY[order.column], descending=order.descending)
    )
    return every_page(query, *conditions)


def _as_json(value: Any) -> str | int | bool:
    return value if isinstance(value, int) else str(value)

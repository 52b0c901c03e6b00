"""The back-office's invoices and credit notes, to look at."""

from dataclasses import replace
from typing import Any, ClassVar

from flask import abort, g
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.clock import today
from app.extensions import db
from app.fab.access import guarded
from app.fab.filters import Is, read_filters
from app.fab.interface import TenantInterface
from app.fab.portal import expose
from app.fab.redirects import requested_next
from app.fab.screen import refuse_address
from app.models import Invoice
from app.security.permissions import Screen
from app.services.invoice_page import find_invoice
from app.views.backoffice.company_screen import CompanyScreen
from app.views.backoffice.exports import selection_of, staff_face
from app.views.export_sending import LIST_KINDS, answer_list
from app.views.formats import money
from app.views.portal.invoice_picture import InvoicePicture
from app.views.portal.invoice_rows import StateKey, state_key, state_of


def _state(row: Invoice) -> str:
    """Its state in words, each state worded once a page."""
    words: dict[StateKey, str] = g.setdefault("invoice_states", {})
    key = state_key(row, today())
    if key not in words:
        words[key] = state_of(key).text
    return words[key]


class IsOverdue(Is):
    """Something is left to pay after the due date."""

    def read(self, raw: str) -> object:
        if raw != "1":
            raise ValueError("invoices are filtered by being overdue, or not at all")
        return True

    def apply(self, query: Any, value: object) -> Any:
        return query.filter(Invoice.open_cents > 0, Invoice.due_on < today())


class CompanyInvoiceView(CompanyScreen):
    endpoint_name = "company_invoices"
    route_base = "/backoffice/invoices"
    datamodel = TenantInterface(Invoice)
    class_permission_name = Screen.INVOICES.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show"]
    section = "invoices"
    list_template = "backoffice/invoices.html"
    list_title = _("Invoices")
    show_title = _("Invoice")
    list_columns: ClassVar[list[str]] = [
        "number",
        "company",
        "kind",
        "issued_on",
        "due_on",
        "signed_cents",
        "open_cents",
        "payment_state",
    ]
    show_columns: ClassVar[list[str]] = [
        "number",
        "company",
        "address",
        "kind",
        "issued_on",
        "due_on",
        "signed_cents",
        "open_cents",
        "payment_state",
    ]
    search_columns = ("number", "kind", "payment_state", "issued_on")
    prefix_columns: ClassVar[list[str]] = ["number"]
    order_columns = ("issued_on",)
    base_order = ("issued_on", "desc")
    amount_columns: ClassVar[list[str]] = ["signed_cents", "open_cents"]
    row_formatters: ClassVar[dict[str, Any]] = {
        "signed_cents": lambda row: money(row.signed_cents, row.currency),
        "open_cents": lambda row: money(row.open_cents, row.currency),
        "payment_state": _state,
    }
    label_columns: ClassVar[dict[str, Any]] = {
        "number": _("Number"),
        "company": _("Company"),
        "address": _("Address"),
        "kind": _("Kind"),
        "issued_on": _("Issue date"),
        "due_on": _("Due date"),
        "signed_cents": _("Amount"),
        "open_cents": _("Open"),
        "payment_state": _("Status"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.include_route_methods.add("export")

    def _init_properties(self) -> None:
        super()._init_properties()
        overdue = IsOverdue("due_on", self.datamodel)
        self._filters.get_search_filters()["due_on"] = [overdue]

    def _search_input(self, column: str, number: int, one: Any, offered: Any) -> Any:
        drawn = super()._search_input(column, number, one, offered)
        return replace(drawn, label=gettext("Overdue")) if column == "due_on" else drawn

    def _input_kind(self, column: str, one: Any) -> tuple[str, list[tuple[str, str]]]:
        if column == "due_on":
            return "select", [("", gettext("All")), ("1", gettext("Yes"))]
        return super()._input_kind(column, one)

    @expose("/export.<string:name>", methods=["GET", "POST"])
    @guarded("list")
    def export(self, name: str) -> Response:
        """What the list shows under the same arguments, all pages of it, as a file."""
        kind = LIST_KINDS.get(name) or abort(404)
        try:
            read_filters(self._filters)
        except ValueError:
            refuse_address()
        selection = selection_of(self._filters, self._list_arguments().order)
        called = f"{gettext('Invoices')} {today().isoformat()}"
        return answer_list(selection, kind, called=called, face=staff_face())

    @expose("/show/<pk>", methods=["GET"])
    @guarded()
    def show(self, pk: str) -> str:
        """The document in full, as the customer sees it."""
        item = self._item(pk)
        details = find_invoice(db.session(), item.public_id) or abort(404)
        list_url = self.url("list")
        back = requested_next() or ""
        return self._page(
            "backoffice/invoice.html",
            self.show_title,
            {},
            invoice=InvoicePicture(details, today=today(), list_url=f"{self.route_base}/show"),
            back_url=back if back.startswith(list_url) else list_url,
        )

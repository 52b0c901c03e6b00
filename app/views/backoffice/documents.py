"""The back-office's stored documents: which bytes belong to which invoice."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _

from app.fab.interface import TenantInterface
from app.models import Document
from app.security.permissions import Screen
from app.views.backoffice.company_screen import CompanyScreen
from app.views.formats import file_size


class DocumentView(CompanyScreen):
    endpoint_name = "documents"
    route_base = "/backoffice/documents"
    datamodel = TenantInterface(Document)
    class_permission_name = Screen.DOCUMENTS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show"]
    section = "documents"
    list_title = _("Documents")
    show_title = _("Document")
    list_columns: ClassVar[list[str]] = [
        "invoice",
        "format",
        "company",
        "origin",
        "size_bytes",
        "created_at",
    ]
    show_columns: ClassVar[list[str]] = [*list_columns, "sha256"]
    search_columns = ("format", "origin", "created_at")
    order_columns = ("created_at",)
    base_order = ("created_at", "desc")
    formatters_columns: ClassVar[dict[str, Any]] = {"size_bytes": file_size}
    label_columns: ClassVar[dict[str, Any]] = {
        "invoice": _("Number"),
        "format": _("Format"),
        "company": _("Company"),
        "origin": _("Where it came from"),
        "size_bytes": _("Size"),
        "created_at": _("Stored"),
        "sha256": _("SHA-256"),
    }

"""The back-office's imports: each run with its counts."""

from dataclasses import replace
from typing import Any, ClassVar

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.fab.access import guarded
from app.fab.filters import Is
from app.fab.interface import TenantInterface
from app.fab.portal import expose
from app.fab.redirects import see_other
from app.fab.views import ReadOnlyModelView
from app.models import ImportBatch
from app.security.permissions import Screen


class HasRefused(Is):
    """Some document of the import was refused."""

    def read(self, raw: str) -> object:
        if raw != "1":
            raise ValueError("imports are filtered by having refused something, or not at all")
        return True

    def apply(self, query: Any, value: object) -> Any:
        return query.filter(ImportBatch.refused_count > 0)


class ImportBatchView(ReadOnlyModelView):
    endpoint_name = "imports"
    route_base = "/backoffice/imports"
    datamodel = TenantInterface(ImportBatch)
    class_permission_name = Screen.IMPORTS.value
    list_title = _("Imports")
    show_title = _("Import")
    list_template = "backoffice/import_list.html"
    list_columns: ClassVar[list[str]] = [
        "started_at",
        "source",
        "state",
        "created_count",
        "unchanged_count",
        "refused_count",
        "warning_count",
        "started_by",
    ]
    show_columns: ClassVar[list[str]] = [*list_columns, "finished_at"]
    search_columns = ("state", "source", "started_at")
    order_columns = ("started_at",)
    base_order = ("started_at", "desc")
    label_columns: ClassVar[dict[str, Any]] = {
        "started_at": _("Started"),
        "finished_at": _("Finished"),
        "source": _("Source"),
        "state": _("State"),
        "created_count": _("Created"),
        "unchanged_count": _("Unchanged"),
        "refused_count": _("Refused"),
        "warning_count": _("Warnings"),
        "started_by": _("Started by"),
    }

    def _init_properties(self) -> None:
        super()._init_properties()
        refused = HasRefused("refused_count", self.datamodel)
        self._filters.get_search_filters()["refused_count"] = [refused]

    def _search_input(self, column: str, number: int, one: Any, offered: Any) -> Any:
        drawn = super()._search_input(column, number, one, offered)
        if column != "refused_count" or drawn is None:
            return drawn
        return replace(drawn, label=gettext("With refused documents"))

    def _input_kind(self, column: str, one: Any) -> tuple[str, list[tuple[str, str]]]:
        if column == "refused_count":
            return "select", [("", gettext("All")), ("1", gettext("Yes"))]
        return super()._input_kind(column, one)

    @expose("/show/<pk>", methods=["GET"])
    @guarded()
    def show(self, pk: str) -> Response:
        """An import has a page of its own, with the outcome of each document."""
        return see_other(url_for("invoice_import.show", public_id=self._item(pk).public_id))

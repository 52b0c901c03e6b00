"""What generated screens over rows of companies share: which company they stand at, and filters by company."""

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from flask import abort, g, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.extensions import db
from app.fab.filters import ColumnFilter
from app.fab.views import TenantModelView
from app.fab.widgets import Action, Record, SearchForm
from app.models import Company
from app.services import company_lookup
from app.services.company_lookup import companies_named
from app.views.backoffice.tabs import company_tabs

COMPANY_COLUMN = "company_id"
AT_COMPANY = f"_flt_1_{COMPANY_COLUMN}"
"""The argument that makes a list one company's: its public id."""


class CompanyNamed(ColumnFilter):
    """Rows of the companies whose name contains a text."""

    name = _("contains")
    arg_name = "co"
    input_type = "search"

    def read(self, raw: str) -> object:
        if len(raw) > 200 or "\x00" in raw:
            raise ValueError("a filter value this long is not typed by a person")
        return raw

    def apply(self, query: Any, value: str) -> Any:
        return query.filter(self.column.in_(companies_named(value)))


class OfCompany(ColumnFilter):
    """Rows of one company, by its public id: what the tabs of a company lead to."""

    name = _("of")
    arg_name = "oc"

    def read(self, raw: str) -> object:
        """The company; 404 when it is not the reader's."""
        g.acting_for = find_company(UUID(raw))
        return g.acting_for.id

    def apply(self, query: Any, value: object) -> Any:
        return query.filter(self.column == value)


def find_company(public_id: UUID) -> Company:
    """The company of an address, or 404: also when it is somebody else's."""
    return company_lookup.find_company(db.session(), public_id) or abort(404)


def uuid_of(text: str | None) -> UUID | None:
    """The public id that a text is, if it is one."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


class CompanyScreen(TenantModelView):
    """A screen whose rows belong to companies.

    Its list takes `company_id` as a filter, by name or as one company's; at one company, and on a
    record, the page says whose it is and leads to what else the company has.
    """

    list_template = "backoffice/list.html"
    show_template = "backoffice/show.html"
    section: ClassVar[str] = ""
    """The tab that the screen is."""
    filters_by_company: ClassVar[bool] = True

    def _init_properties(self) -> None:
        super()._init_properties()
        if self.filters_by_company:
            offered = self._filters.get_search_filters()
            others = dict(offered)
            offered.clear()
            # The places in this list are the numbers in addresses: AT_COMPANY names the second.
            offered[COMPANY_COLUMN] = [
                CompanyNamed(COMPANY_COLUMN, self.datamodel),
                OfCompany(COMPANY_COLUMN, self.datamodel),
            ]
            offered.update(others)

    def label(self, column: str) -> str:
        return gettext("Company") if column == COMPANY_COLUMN else super().label(column)

    # --- one company's list ------------------------------------------------------------------

    def _get_list_widget(self, filters: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        company: Company | None = g.get("acting_for")
        if company is not None and self.filters_by_company:
            kwargs.setdefault("below", {"company": str(company.public_id)})
        return super()._get_list_widget(filters, *args, **kwargs)

    def _search_form(self) -> SearchForm:
        form = super()._search_form()
        company: Company | None = g.get("acting_for")
        if company is None:
            return form
        at = self.url("list", **{AT_COMPANY: str(company.public_id)})
        inputs = [one for one in form.inputs if COMPANY_COLUMN not in one.name]
        kept = [*form.kept, (AT_COMPANY, str(company.public_id))]
        searched = any(one.value for one in inputs)
        return replace(form, inputs=inputs, kept=kept, clear_url=at if searched else None)

    def _search_input(self, column: str, number: int, one: Any, offered: Any) -> Any:
        if isinstance(one, OfCompany):
            return None
        return super()._search_input(column, number, one, offered)

    # --- whose record ------------------------------------------------------------------------

    def _item(self, pk: str, columns: Any = ()) -> Any:
        item = super()._item(pk, [*columns, "company"] if self.filters_by_company else columns)
        g.acting_for = item.company if self.filters_by_company else item
        return item

    def _page(self, template: str, title: Any, widgets: Any, **context: Any) -> str:
        company: Company | None = g.get("acting_for") or self._company_asked_for()
        if company is not None:
            context.update(company=company, tabs=company_tabs(company, self.section))
        return super()._page(template, title, widgets, **context)

    def _company_asked_for(self) -> Company | None:
        """The company that a link to an empty form names."""
        text = request.args.get("company")
        if not text or not self.filters_by_company:
            return None
        wanted = uuid_of(text)
        return find_company(wanted) if wanted else abort(404)

    # --- what may be done with one record ------------------------------------------------------

    def _record(self, item: Any) -> Record:
        record = super()._record(item)
        return replace(record, actions=self.offered(item, list(record.actions)))

    def offered(self, item: Any, actions: list[Action]) -> list[Action]:
        """The actions that make sense for a record, of those that the reader may take."""
        return actions

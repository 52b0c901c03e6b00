"""Lists of generated screens: from the arguments of the address to a table ready to draw."""

from typing import Any, ClassVar

from flask import request
from flask_babel import gettext
from sqlalchemy import Enum

from app.fab.arguments import LARGEST_PAGE, ListArguments, read_order, read_page, read_size
from app.fab.cells import NOTHING, CellWriter
from app.fab.filters import BelongsTo, ColumnFilter, Contains, StartsWith, joined, read_filters
from app.fab.interface import Page
from app.fab.keyset import Order
from app.fab.labels import label_of
from app.fab.links import ListLinks, RowLinks
from app.fab.redirects import here
from app.fab.screen import ScreenBase, refuse_address
from app.fab.widgets import (
    Action,
    Column,
    ListTable,
    Row,
    SearchForm,
    SearchInput,
    position_of,
)


class ListingMixin(ScreenBase):
    """The list of a screen, also when it stands below another record."""

    list_relations: ClassVar[tuple[str, ...]] = ()
    """Relations that a property or a formatter reads: loaded with the rows."""

    def _list(self, **kwargs: Any) -> dict[str, Any]:
        try:
            read_filters(self._filters)
        except ValueError:
            refuse_address()
        widgets = self._get_list_widget(filters=self._filters)
        return self._get_search_widget(widgets=widgets)

    def _get_list_widget(
        self,
        filters: Any,
        actions: Any = None,
        order_column: str = "",
        order_direction: str = "",
        page: Any = None,
        page_size: Any = None,
        widgets: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """One page; order, page and size come from the address, checked, whatever FAB passes."""
        widgets = widgets if widgets is not None else {}
        arguments = self._list_arguments()
        shown = (*self.list_columns, *self.list_relations)
        found = self.datamodel.page(joined(filters, self._base_filters), arguments, shown)
        table = self._table(found, arguments.order, below=kwargs.get("below", {}))
        widgets["list"] = self.list_widget(table=table)
        return widgets

    def _get_related_views_widgets(
        self,
        item: Any,
        orders: Any = None,
        pages: Any = None,
        page_sizes: Any = None,
        widgets: dict[str, Any] | None = None,
        **args: Any,
    ) -> dict[str, Any]:
        """The lists below a record, of those screens only that the reader may list."""
        widgets = widgets if widgets is not None else {}
        views = [view for view in self._related_views if view.may("list")]
        widgets["related_views"] = [self._get_related_view_widget(item, view) for view in views]
        return widgets

    def _get_related_view_widget(
        self,
        item: Any,
        related_view: Any,
        order_column: str = "",
        order_direction: str = "",
        page: Any = None,
        page_size: Any = None,
    ) -> Any:
        data = related_view.datamodel
        relation = data.get_related_fk(self.datamodel.obj)
        filters = data.get_filters().add_filter_related_view(
            relation, BelongsTo, self.datamodel.get_pk_value(item)
        )
        below = {relation: self.datamodel.key_of(item)}
        return related_view._get_list_widget(filters=filters, below=below)["list"]  # noqa: SLF001 - FAB's own protocol between views

    def _get_search_widget(
        self, form: Any = None, exclude_cols: Any = None, widgets: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        widgets = widgets if widgets is not None else {}
        widgets["search"] = self.search_widget(search=self._search_form())
        return widgets

    # --- arguments -------------------------------------------------------------------------

    def _list_arguments(self) -> ListArguments:
        name, data = type(self).__name__, self.datamodel
        try:
            order = read_order(name, allowed=self.order_columns, default=self._default_order())
            cursor = read_page(
                name,
                order,
                value_type=data.column_type(order.column),
                key_type=data.column_type(data.key_name),
            )
            size = read_size(name, min(self.page_size, LARGEST_PAGE))
        except ValueError:
            refuse_address()
        return ListArguments(order, size, cursor)

    def _default_order(self) -> Order:
        if not self.base_order:
            return Order(self.datamodel.get_pk_name(), descending=True)
        column, direction = self.base_order
        return Order(column, descending=direction == "desc")

    # --- table -------------------------------------------------------------------------------

    def _table(self, page: Page, order: Order, *, below: dict[str, str]) -> ListTable:
        links = ListLinks(type(self).__name__, order)
        # The plain list is where an edit leads anyway; a searched one, or a record, is not.
        back_to = here() if below or request.query_string else None
        return ListTable(
            caption=str(self.list_title),
            columns=[self._column(name, order, links) for name in self.list_columns],
            rows=self._rows(page, back_to=back_to),
            position=position_of(page),
            first_url=links.page(None) if page.has_previous else None,
            previous_url=links.page(page.previous) if page.has_previous else None,
            next_url=links.page(page.next) if page.next else None,
            add_url=self.url("add", **below, next=back_to) if self.may("add") else None,
            actions=self._actions_on("multiple"),
        )

    def _column(self, name: str, order: Order, links: ListLinks) -> Column:
        direction = "descending" if order.descending else "ascending"
        data = self.datamodel
        return Column(
            name=name,
            label=self.label(name),
            sort_url=links.sorted_by(name) if name in self.order_columns else None,
            direction=direction if name == order.column else None,
            numeric=name in self.amount_columns or data.is_integer(name) or data.is_numeric(name),
        )

    def _rows(self, page: Page, *, back_to: str | None) -> list[Row]:
        writer = CellWriter(self.formatters_columns, self.row_formatters)
        links = {
            method: RowLinks(f"{self.endpoint}.{method}", back_to=target)
            if self.may(method)
            else None
            for method, target in (("show", None), ("edit", back_to), ("delete", back_to))
        }
        rows = []
        for item in page.rows:
            key = self.datamodel.key_of(item)
            urls = {
                f"{method}_url": link.of(key) if link else None for method, link in links.items()
            }
            cells = [writer.write(item, name) for name in self.list_columns]
            cells = [NOTHING if cell is None or cell == "" else cell for cell in cells]
            rows.append(Row(key=key, label=str(cells[0]), cells=cells, **urls))
        return rows

    def _actions_on(self, place: str, key: str | None = None) -> list[Action]:
        """The actions for one record (`single`) or for chosen rows (`multiple`) the reader may take."""
        return [
            Action(
                action.name,
                str(action.text),
                self.url("action", name=action.name, pk=key) if key else self.url("action_post"),
            )
            for action in self.actions.values()
            if getattr(action, place) and self.may_act(action.name)
        ]

    # --- search ------------------------------------------------------------------------------

    def _search_form(self) -> SearchForm:
        inputs = [
            one
            for column, offered in self._filters.get_search_filters().items()
            for number, one_filter in enumerate(offered)
            if (one := self._search_input(column, number, one_filter, offered)) is not None
        ]
        searched = any(one.value for one in inputs)
        links = ListLinks(type(self).__name__, self._default_order())
        return SearchForm(inputs, links.kept(), self.url("list") if searched else None)

    def _search_input(
        self, column: str, number: int, one: ColumnFilter, offered: list[ColumnFilter]
    ) -> SearchInput | None:
        """One input for a filter; "is" stands back where "contains" or a range is offered."""
        if one.arg_name == "eq" and len(offered) > 1:
            return None
        name = f"_flt_{number}_{column}"
        ranged = one.arg_name in {"ge", "le"}
        label = f"{self.label(column)} ({one.name})" if ranged else self.label(column)
        kind, choices = self._input_kind(column, one)
        return SearchInput(name, label, kind, request.args.get(name, "").strip(), choices)

    def _input_kind(self, column: str, one: ColumnFilter) -> tuple[str, list[tuple[str, str]]]:
        anything = ("", gettext("All"))
        kind = self.datamodel.column_type(column)
        if isinstance(kind, Enum) and kind.enum_class is not None:
            members = [(member.name, label_of(member)) for member in kind.enum_class]
            return "select", [anything, *members]
        if self.datamodel.is_boolean(column):
            return "select", [anything, ("1", gettext("Yes")), ("0", gettext("No"))]
        if self.datamodel.is_date(column):
            return "date", []
        return ("search", []) if isinstance(one, Contains | StartsWith) else (one.input_type, [])

"""What the templates of generated screens draw: lists, searches, records and forms, ready to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_appbuilder.widgets import FormWidget, ListWidget, SearchWidget, ShowWidget
from flask_babel import format_decimal, gettext
from jinja2.runtime import Macro
from markupsafe import Markup, escape
from wtforms import Field

from app.fab.fields import RelationField
from app.fab.interface import COUNT_CAP, Page
from app.fab.patterns import Pattern, hole

_URLS = ("show_url", "edit_url", "delete_url")


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    sort_url: str | None
    direction: str | None
    numeric: bool


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    cells: Sequence[object]
    show_url: str | None
    edit_url: str | None
    delete_url: str | None


@dataclass(frozen=True)
class Action:
    """Something to be done with chosen rows, beyond editing and deleting."""

    name: str
    label: str
    url: str


@dataclass(frozen=True)
class ListTable:
    """One page of a list; `position` reads "26 to 50 of 148"."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    position: str
    first_url: str | None
    previous_url: str | None
    next_url: str | None
    add_url: str | None = None
    actions: Sequence[Action] = ()

    def draw_rows(self, macro: Macro, words: Mapping[str, object]) -> Markup:
        """The rows as `macro(table, row, words)` draws them: it draws one with holes, which the rows fill."""
        pattern = Pattern(macro(self, _row_of_holes(self.rows[0]), words))
        filled = (pattern.fill(_values_of(row)) for row in self.rows)
        return Markup("".join(filled))  # noqa: S704 - the values are escaped


def _row_of_holes(like: Row) -> Row:
    """The rows of a list have the same links: those that the reader may follow."""
    urls = {name: hole(name) if getattr(like, name) else None for name in _URLS}
    cells = [hole(f"cell_{place}") for place in range(len(like.cells))]
    return Row(hole("key"), hole("label"), cells, **urls)


def _values_of(row: Row) -> Mapping[str, str]:
    values = {f"cell_{place}": escape(cell) for place, cell in enumerate(row.cells)}
    values |= {name: escape(getattr(row, name) or "") for name in _URLS}
    return values | {"key": escape(row.key), "label": escape(row.label)}


@dataclass(frozen=True)
class SearchInput:
    name: str
    label: str
    kind: str
    value: str
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class SearchForm:
    inputs: Sequence[SearchInput]
    kept: Sequence[tuple[str, str]]
    clear_url: str | None


@dataclass(frozen=True)
class FactGroup:
    """Label and value pairs of a record, under a heading where there are several groups."""

    title: str
    pairs: Sequence[tuple[str, object]]


@dataclass(frozen=True)
class Record:
    name: str
    groups: Sequence[FactGroup]
    edit_url: str | None
    delete_url: str | None
    list_url: str | None
    actions: Sequence[Action] = ()


@dataclass(frozen=True)
class FieldGroup:
    title: str
    fields: Sequence[Field]


@dataclass(frozen=True)
class FormPage:
    form: Any
    groups: Sequence[FieldGroup]
    cancel_url: str
    lookup_urls: dict[str, str] = field(default_factory=dict)
    submit: str = ""
    """What the button says."""

    @property
    def has_search(self) -> bool:
        return any(self.is_searched(one) for group in self.groups for one in group.fields)

    @staticmethod
    def is_searched(form_field: Field) -> bool:
        """Whether the field's list is too long to hold everything."""
        return isinstance(form_field, RelationField) and form_field.needs_search


def position_of(page: Page) -> str:
    """Where the page stands in its list, in words; a capped count ends in "+"."""
    if not page.rows:
        return gettext("No results")
    last = page.first + len(page.rows) - 1
    span = {"first": format_decimal(page.first), "last": format_decimal(last)}
    if page.total > COUNT_CAP and last > COUNT_CAP:
        return gettext("%(first)s to %(last)s", **span)
    total = format_decimal(min(page.total, COUNT_CAP))
    return gettext(
        "%(first)s to %(last)s of %(total)s",
        **span,
        total=f"{total}+" if page.total > COUNT_CAP else total,
    )


def field_groups(form: Any, columns: Sequence[str], fieldsets: Any) -> list[FieldGroup]:
    """The fields of a form in the order of the screen, grouped as it says."""
    return [
        FieldGroup(str(title or ""), [form[name] for name in names])
        for title, names in grouped(columns, fieldsets)
    ]


def grouped(columns: Sequence[str], fieldsets: Any) -> list[tuple[Any, Sequence[str]]]:
    if not fieldsets:
        return [("", columns)]
    return [(title, options["fields"]) for title, options in fieldsets]


class TenantListWidget(ListWidget):
    """Carries a ListTable to the template as `table`."""

    @property
    def table(self) -> ListTable:
        table: ListTable = self.template_args["table"]
        return table


class TenantSearchWidget(SearchWidget):
    """Carries a SearchForm to the template as `search`."""

    def __init__(self, *, search: SearchForm) -> None:
        super().__init__(search=search)

    @property
    def search(self) -> SearchForm:
        search: SearchForm = self.template_args["search"]
        return search


class TenantShowWidget(ShowWidget):
    """Carries a Record to the template as `record`."""

    @property
    def record(self) -> Record:
        record: Record = self.template_args["record"]
        return record


class TenantFormWidget(FormWidget):
    """Carries a FormPage to the template as `page`."""

    @property
    def page(self) -> FormPage:
        page: FormPage = self.template_args["page"]
        return page

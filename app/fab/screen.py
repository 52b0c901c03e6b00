"""What all parts of a generated screen share: its declaration, its permissions, its addresses."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from flask import abort, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.domain.errors import DomainError
from app.fab.declaration import check_declaration
from app.fab.fields import RelationChoices
from app.fab.filters import Is, RequestFilters, StartsWith
from app.fab.forms import FormColumns, TenantForm, form_class
from app.fab.interface import TenantInterface
from app.fab.redirects import requested_next, see_other
from app.fab.refusals import refusal_of
from app.fab.widgets import (
    TenantFormWidget,
    TenantListWidget,
    TenantSearchWidget,
    TenantShowWidget,
)

_ = lazy_gettext
_METHODS = ("list", "show", "add", "edit", "delete")


class ScreenBase(ModelView):
    """FAB's ModelView with its defaults turned round: what is not declared does not exist."""

    datamodel: TenantInterface
    endpoint_name: ClassVar[str | None] = None
    """What links call the screen, when they should not use the class name."""
    list_widget = TenantListWidget
    search_widget = TenantSearchWidget
    show_widget = TenantShowWidget
    add_widget = TenantFormWidget
    edit_widget = TenantFormWidget
    template_folder = None

    # Untyped in FAB, which sets them to None and fills them later.
    search_columns: Any
    order_columns: Any
    add_form: Any
    edit_form: Any
    list_title: Any
    show_title: Any
    add_title: Any
    edit_title: Any

    row_formatters: ClassVar[Mapping[str, Callable[[Any], object]]] = {}
    """Cells made from the whole row, by column name: an amount needs its currency."""
    amount_columns: ClassVar[Sequence[str]] = ()
    """Columns whose cells are aligned like numbers, beside those that are numbers."""
    prefix_columns: ClassVar[Sequence[str]] = ()
    """Search columns that are looked for by their beginning: numbers in a table with many rows."""
    relation_search: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Columns of the related table that a relation is looked up by, by relation."""

    add_row_message = _("Added.")
    edit_row_message = _("Changes saved.")
    delete_row_message = _("Deleted.")

    _filters = RequestFilters()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.datamodel is not None:
            check_declaration(cls)

    def __init__(self, **kwargs: Any) -> None:
        allowed = set(self.base_permissions or ())
        self.include_route_methods = {
            method for method in _METHODS if f"{PERMISSION_PREFIX}{method}" in allowed
        }
        if self.include_route_methods & {"add", "edit"}:
            self.include_route_methods.add("lookup")
        super().__init__(**kwargs)
        if self.actions:
            self.include_route_methods |= {"action", "action_post"}

    def create_blueprint(
        self,
        appbuilder: Any,
        endpoint: str | None = None,
        static_folder: str | None = None,
    ) -> Any:
        return super().create_blueprint(appbuilder, endpoint or self.endpoint_name, static_folder)

    def _init_properties(self) -> None:
        # FAB reads an empty list as "all columns, and whole related tables": here it means none.
        searched, ordered = list(self.search_columns or ()), list(self.order_columns or ())
        super()._init_properties()
        self.search_columns, self.order_columns = searched, ordered
        self._filters = self.datamodel.get_filters(searched)
        for name in self.prefix_columns:
            prefix, exact = StartsWith(name, self.datamodel), Is(name, self.datamodel)
            self._filters.get_search_filters()[name] = [prefix, exact]

    def _init_forms(self) -> None:
        if "can_add" in self.base_permissions and not self.add_form:
            self.add_form = self._form_class(self.add_columns, self.add_form_extra_fields)
        if "can_edit" in self.base_permissions and not self.edit_form:
            self.edit_form = self._form_class(self.edit_columns, self.edit_form_extra_fields)

    def _init_titles(self) -> None:
        name = self._prettify_name(self.datamodel.model_name)
        self.list_title = self.list_title or name
        self.show_title = self.show_title or name
        self.add_title = self.add_title or _("Add")
        self.edit_title = self.edit_title or _("Edit")
        self.title = self.list_title

    def _form_class(self, columns: Sequence[str], extra: Mapping[str, Any]) -> type[TenantForm]:
        return form_class(
            self.datamodel,
            FormColumns(
                names=columns,
                labels=self.label_columns,
                descriptions=self.description_columns,
                validators=self.validators_columns,
                extra=extra,
                choices=self._relation_choices,
            ),
        )

    def _relation_choices(self, relation: str) -> RelationChoices:
        return RelationChoices(
            interface=self.datamodel.get_related_interface(relation),
            search=self.relation_search.get(relation, ()),
            narrow=lambda statement: self.narrow_relation(relation, statement),
        )

    # --- for screens to override ---------------------------------------------------------------

    def narrow_relation(self, relation: str, statement: Select[Any]) -> Select[Any]:
        """Limit what a relation may point at further than the scope of the session does.

        A table outside the scope (users) must be limited here.
        """
        return statement

    def create(self, item: Any, form: Any) -> None:
        """Save a new row; a screen whose rows begin a process calls a service and commits here."""
        self.datamodel.add(item)

    def save(self, item: Any, form: Any) -> None:
        """Save a changed row."""
        self.datamodel.edit(item)

    def remove(self, item: Any) -> None:
        """Remove a row."""
        self.datamodel.delete(item)

    def refusal(self, error: DomainError | SQLAlchemyError) -> DomainError:
        """Undo everything; what the error means to the person who asked."""
        self.datamodel.session.rollback()
        if isinstance(error, DomainError):
            return error
        return refusal_of(error, self.datamodel.obj.__table__)

    # --- permissions and addresses -------------------------------------------------------------

    def may(self, method: str) -> bool:
        """Whether the screen offers the method and the reader may use it."""
        permission = f"{PERMISSION_PREFIX}{method}"
        return permission in self.base_permissions and self.appbuilder.sm.has_access(
            permission, self.class_permission_name
        )

    def may_act(self, action: str) -> bool:
        return bool(
            self.appbuilder.sm.has_access(
                self.get_action_permission_name(action), self.class_permission_name
            )
        )

    def label(self, column: str) -> str:
        return str(self.label_columns.get(column) or self._prettify_column(column))

    def url(self, method: str, **values: Any) -> str:
        return url_for(f"{self.endpoint}.{method}", **values)

    def update_redirect(self) -> None:
        """FAB keeps the pages visited in the session, and so in every answer; nothing is kept here."""

    def get_redirect(self) -> str:
        """Where a form leads when it is done: where the request says, else to the list."""
        return requested_next() or (self.url("list") if self.may("list") else "/")

    def post_add_redirect(self) -> Response:
        return see_other(self.get_redirect())

    def post_edit_redirect(self) -> Response:
        return see_other(self.get_redirect())

    def post_delete_redirect(self) -> Response:
        return see_other(self.get_redirect())


def refuse_address() -> NoReturn:
    """400: the address asks for an order, a page or a filter that does not exist."""
    abort(400, description=gettext("This address is not valid. Go back to the list and try again."))

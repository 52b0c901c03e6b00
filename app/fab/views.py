"""The base classes of generated screens: list, show, add, edit, delete and actions over one table."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, jsonify, make_response, request
from flask_appbuilder.actions import ActionItem
from flask_appbuilder.baseviews import expose
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import DomainError
from app.fab.access import guarded, turn_away
from app.fab.cells import CellWriter
from app.fab.errors import ChangedMeanwhile
from app.fab.fields import RelationField
from app.fab.listing import ListingMixin
from app.fab.messages import add_to_form, message_for
from app.fab.redirects import here
from app.fab.widgets import FactGroup, FormPage, Record, field_groups, grouped

_MOST_CHOSEN_ROWS = 500


class TenantModelView(ListingMixin):
    """A generated screen: say what it shows, it does the rest.

    A subclass states `datamodel = TenantInterface(Model)`, `base_permissions`,
    `class_permission_name`, the columns of each page, labels, and which columns may be searched
    and sorted by. Rows are limited by the scope of the session, not by `base_filters`.
    Amounts and other cells that need the row go through `row_formatters`.
    """

    add_submit: Any = None
    """What the button of a new record says, where it does more than save."""
    delete_template = "appbuilder/general/model/delete.html"
    action_template = "appbuilder/general/model/action.html"

    # --- reading -------------------------------------------------------------------------------

    @expose("/list/")
    @guarded()
    def list(self) -> str:
        return self._page(self.list_template, self.list_title, self._list())

    @expose("/show/<pk>", methods=["GET"])
    @guarded()
    def show(self, pk: str) -> str:
        item = self._item(pk, self.show_columns)
        widgets = {"show": self.show_widget(record=self._record(item))}
        self._get_related_views_widgets(item, widgets=widgets)
        return self._page(
            self.show_template,
            self.show_title,
            widgets,
            related_views=[view for view in self._related_views if view.may("list")],
        )

    @expose("/lookup/<relation>", methods=["GET"])
    @guarded("edit", "add")
    def lookup(self, relation: str) -> Response:
        """Rows a relation may point at, for the combobox: `[{"key", "label"}]` and whether more match."""
        forms = [
            *(self.add_columns if self.may("add") else ()),
            *(self.edit_columns if self.may("edit") else ()),
        ]
        if relation not in forms or not self.datamodel.is_relation_many_to_one(relation):
            abort(404)
        choices = self._relation_choices(relation)
        rows, more = choices.matching(request.args.get("q", "").strip())
        options = [{"key": choices.interface.key_of(row), "label": str(row)} for row in rows]
        return jsonify(options=options, more=more)

    # --- writing -------------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @guarded()
    def add(self) -> BaseResponse | str:
        form = self.add_form()
        if request.method == "GET":
            self._point_relations(form)
            return self._add_page(form)
        if not self._is_complete(form):
            return self._add_page(form)
        item = self.datamodel.obj()
        if not self._try(form, lambda: self._create(item, form)):
            return self._add_page(form)
        flash(str(self.add_row_message), "ok")
        return self.post_add_redirect()

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @guarded()
    def edit(self, pk: str) -> BaseResponse | str:
        item = self._item(pk, self.edit_columns)
        name, form = str(item), self.edit_form(obj=item)
        if request.method == "GET":
            form.seen.data = version_of(item)
            self.prefill_form(form, pk)
            return self._edit_page(form, name)
        if not self._is_complete(form):
            return self._edit_page(form, name)
        if form.seen.data and form.seen.data != version_of(item):
            add_to_form(form, ChangedMeanwhile())
            return self._edit_page(form, name)
        if not self._try(form, lambda: self._save(item, form)):
            return self._edit_page(form, name)
        flash(str(self.edit_row_message), "ok")
        return self.post_edit_redirect()

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @guarded()
    def delete(self, pk: str) -> BaseResponse | str:
        """Ask first, naming what goes; only the answer, a POST, deletes."""
        item = self._item(pk, self.show_columns)
        record = self._record(item)
        if request.method == "GET":
            return self._delete_page(record)
        try:
            self.pre_delete(item)
            self.remove(item)
        except (DomainError, SQLAlchemyError) as error:
            reason = message_for(self.refusal(error))
            return self._answer(self._delete_page(record, reason), refused=True)
        flash(str(self.delete_row_message), "ok")
        return self.post_delete_redirect()

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        """Do something with one record."""
        return self._act(name, [pk], single=True)

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        """Do something with the rows chosen in the list."""
        return self._act(
            request.form.get("action", ""), request.form.getlist("rowid"), single=False
        )

    def _act(self, name: str, keys: Any, *, single: bool) -> Any:
        action: ActionItem | None = self.actions.get(name)
        if action is None or not (action.single if single else action.multiple):
            abort(404)
        if not self.may_act(name):
            return turn_away()
        if not 0 < len(keys) <= _MOST_CHOSEN_ROWS:
            abort(400)
        items = self.datamodel.get_many(keys, self._base_filters)
        if len(items) != len(set(keys)):
            abort(404)
        if action.confirmation and request.form.get("confirmed") != "1":
            return self._page(
                self.action_template, action.text, {}, action=action, items=items, keys=keys
            )
        return action.func(items[0] if single else items)

    # --- steps of writing ----------------------------------------------------------------------

    def _create(self, item: Any, form: Any) -> None:
        with self.datamodel.session.no_autoflush:
            form.populate_obj(item)
            self.pre_add(item)
        self.create(item, form)

    def _save(self, item: Any, form: Any) -> None:
        with self.datamodel.session.no_autoflush:
            form.populate_obj(item)
            self.pre_update(item)
        self.save(item, form)

    def _try(self, form: Any, save: Any) -> bool:
        """Save, or undo everything and put the reason on the form."""
        try:
            save()
        except (DomainError, SQLAlchemyError) as error:
            add_to_form(form, self.refusal(error))
            return False
        return True

    def _is_complete(self, form: Any) -> bool:
        """Whether the form is to be saved: it is valid, and was not sent to search a relation."""
        return "search-relation" not in request.form and form.validate()

    def _point_relations(self, form: Any) -> None:
        """Fill relations that the address names, as links below a record do."""
        for one in form:
            key = request.args.get(one.name)
            if isinstance(one, RelationField) and key:
                one.data = one.choices.row(key)

    # --- pages -----------------------------------------------------------------------------------

    def _item(self, pk: str, columns: Any = ()) -> Any:
        item = self.datamodel.get(pk, self._base_filters, select_columns=columns)
        return item if item is not None else abort(404)

    def _record(self, item: Any) -> Record:
        writer = CellWriter(self.formatters_columns, self.row_formatters)
        groups = [
            FactGroup(str(title or ""), [(self.label(n), writer.write(item, n)) for n in names])
            for title, names in grouped(self.show_columns, self.show_fieldsets)
        ]
        key = self.datamodel.key_of(item)
        back_to = self.url("show", pk=key) if self.may("show") else None
        urls = {
            "edit_url": self.url("edit", pk=key, next=back_to) if self.may("edit") else None,
            "delete_url": self.url("delete", pk=key) if self.may("delete") else None,
        }
        list_url = self.url("list") if self.may("list") else None
        actions = self._actions_on("single", key)
        return Record(str(item), groups, list_url=list_url, actions=actions, **urls)

    def _add_page(self, form: Any) -> BaseResponse:
        page = self._form_page(
            form, self.add_columns, self.add_fieldsets, self.add_submit or gettext("Save")
        )
        widgets = {"add": self.add_widget(page=page)}
        return self._answer(
            self._page(self.add_template, self.add_title, widgets, form=form),
            refused=bool(form.errors),
        )

    def _edit_page(self, form: Any, name: str) -> BaseResponse:
        page = self._form_page(form, self.edit_columns, self.edit_fieldsets, gettext("Save"))
        widgets = {"edit": self.edit_widget(page=page)}
        drawn = self._page(self.edit_template, self.edit_title, widgets, name=name, form=form)
        return self._answer(drawn, refused=bool(form.errors))

    def _form_page(self, form: Any, columns: Any, fieldsets: Any, submit: Any) -> FormPage:
        lookups = {
            one.name: self.url("lookup", relation=one.name)
            for one in form
            if isinstance(one, RelationField)
        }
        groups = field_groups(form, columns, fieldsets)
        return FormPage(form, groups, self.get_redirect(), lookups, submit=str(submit))

    def _delete_page(self, record: Record, refusal: str = "") -> str:
        return self._page(
            self.delete_template,
            self.show_title,
            {},
            record=record,
            refusal=refusal,
            cancel_url=self.get_redirect(),
        )

    def _page(self, template: str, title: Any, widgets: Any, **context: Any) -> str:
        page: str = self.render_template(
            template,
            title=str(title),
            list_title=str(self.list_title),
            widgets=widgets,
            next=self.get_redirect(),
            here=here(),
            **context,
        )
        return page

    def _answer(self, page: str, *, refused: bool) -> BaseResponse:
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK)


class ReadOnlyModelView(TenantModelView):
    """A screen to look at: nothing can be added, edited or deleted, whatever a role may do."""

    base_permissions = ["can_list", "can_show"]

    def __init__(self, **kwargs: Any) -> None:
        if not set(self.base_permissions) <= {"can_list", "can_show"}:
            raise TypeError(f"{type(self).__name__} is read-only.")
        super().__init__(**kwargs)


def version_of(item: object) -> str:
    """What tells one state of a row from the next: when it was last saved, if the table knows."""
    saved_at = getattr(item, "updated_at", None)
    return saved_at.isoformat() if saved_at else ""

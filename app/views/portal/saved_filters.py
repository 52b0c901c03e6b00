"""A person's saved filters of the invoice list: kept under a name, renamed, removed and brought back."""

from http import HTTPStatus
from typing import Self
from uuid import UUID

from flask import Response, abort, make_response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.messages import add_to_form
from app.fab.portal import PortalView, expose
from app.models import SavedFilter
from app.models.saved_filter import LONGEST_NAME
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.services import saved_filters
from app.services.invoice_list import surroundings
from app.services.saved_filters import FilterOwner, FilterValues, SavedFilterUnknown
from app.views.portal.company_ref import this_company
from app.views.portal.fields import line
from app.views.portal.filter_words import filter_words
from app.views.portal.invoice_address import EVERYTHING, BadAddress, ListAddress


class FilterForm(FlaskForm):
    """What a filter is called."""

    name = line(_("Name of the filter"), LONGEST_NAME, required=True)
    is_default = BooleanField(_("Open the list with this filter"))

    @classmethod
    def of(cls, kept: SavedFilter | None) -> Self:
        """The form of a filter, or of a new one."""
        return cls(data={"name": kept.name, "is_default": kept.is_default} if kept else {})

    def values(self) -> FilterValues:
        return FilterValues(self.name.data or "", is_default=self.is_default.data)


class SavedFiltersView(PortalView):
    """`/c/<company>/invoices/filters`: the reader's own, which nobody else sees."""

    endpoint_name = "saved_filters"
    route_base = "/c/<uuid:company_id>/invoices/filters"

    @expose("")
    @requires(Permission.VIEW_INVOICES)
    def index(self) -> str:
        session, names = db.session(), _names()
        kept = saved_filters.list_filters(session, _owner())
        return self.render(
            "portal/saved_filters.html",
            filters=[(one, filter_words(one.query, names), _list_url(one.query)) for one in kept],
            all_url=url_for("invoices.index", tab=EVERYTHING),
            removed=_removed_id(),
        )

    @expose("/new", methods=["GET", "POST"])
    @requires(Permission.VIEW_INVOICES)
    def add(self) -> BaseResponse:
        """What is saved stands in the address, as it does in that of the list."""
        form, query = FilterForm.of(None), _asked_for()
        if request.method == "GET":
            return self._form(form, query)
        if not form.validate():
            return self._form(form, query, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            kept = saved_filters.save_filter(db.session(), _owner(), form.values(), query=query)
        except DomainError as error:
            return self._refused(form, query, error)
        name = kept.name
        db.session.commit()
        return self.saved(gettext("The filter “%(name)s” was saved.", name=name), _list_url(query))

    @expose("/<uuid:public_id>/edit", methods=["GET", "POST"])
    @requires(Permission.VIEW_INVOICES)
    def edit(self, public_id: UUID) -> BaseResponse:
        session, kept = db.session(), _own(public_id)
        form, query, former = FilterForm.of(kept), kept.query, kept.name
        if request.method == "GET":
            return self._form(form, query, former=former)
        if not form.validate():
            return self._form(form, query, former=former, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            saved_filters.change_filter(session, kept, form.values())
        except DomainError as error:
            return self._refused(form, query, error, former=former)
        name = kept.name
        session.commit()
        return self.saved(gettext("The filter “%(name)s” was saved.", name=name), _index())

    @expose("/<uuid:public_id>/remove", methods=["POST"])
    @requires(Permission.VIEW_INVOICES)
    def remove(self, public_id: UUID) -> BaseResponse:
        kept = _own(public_id)
        name = kept.name
        saved_filters.remove_filter(db.session(), kept)
        db.session.commit()
        message = gettext("The filter “%(name)s” was removed.", name=name)
        return self.saved(message, url_for("saved_filters.index", removed=public_id))

    @expose("/<uuid:public_id>/restore", methods=["POST"])
    @requires(Permission.VIEW_INVOICES)
    def restore(self, public_id: UUID) -> BaseResponse:
        try:
            kept = saved_filters.restore_filter(db.session(), _owner(), public_id)
        except DomainError as error:
            return self.refuse(error, url=_index())
        name = kept.name
        db.session.commit()
        return self.saved(gettext("The filter “%(name)s” is back.", name=name), _index())

    def _refused(
        self, form: FilterForm, query: str, error: DomainError, *, former: str = ""
    ) -> BaseResponse:
        db.session.rollback()
        add_to_form(form, error)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return self._form(form, query, former=former, status=status)

    def _form(
        self,
        form: FilterForm,
        query: str,
        *,
        former: str = "",
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        page = self.render(
            "portal/saved_filter_edit.html",
            form=form,
            former=former,
            words=filter_words(query, _names()),
            index_url=_index(),
            back_url=_index() if former else _list_url(query),
        )
        return make_response(page, status)


def _owner() -> FilterOwner:
    principal = current_principal()
    if principal is None:
        abort(404)
    return FilterOwner(this_company().id, principal.user_id)


def _own(public_id: UUID) -> SavedFilter:
    try:
        return saved_filters.find_filter(db.session(), _owner(), public_id)
    except SavedFilterUnknown:
        abort(404)


def _asked_for() -> str:
    """The filter in the address, of an address that the reader sees."""
    try:
        address = ListAddress.read(request.args)
    except BadAddress:
        abort(400)
    if address.address is not None and address.address not in _names():
        abort(404)
    return address.written()


def _names() -> dict[UUID, str]:
    around = surroundings(db.session(), None)
    return {one.public_id: one.name for one in around.addresses}


def _list_url(query: str) -> str:
    bare = url_for("invoices.index")
    return f"{bare}?{query}" if query else url_for("invoices.index", tab=EVERYTHING)


def _removed_id() -> UUID | None:
    """What was removed just now, to offer the way back."""
    try:
        return UUID(request.args.get("removed", ""))
    except ValueError:
        return None


def _index() -> str:
    return url_for("saved_filters.index")

"""Who has access to a company, with which role, from when to when, and for which addresses; changed and withdrawn."""

from typing import Any, ClassVar
from uuid import UUID

from flask import flash, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.access import guarded
from app.fab.errors import ChangedMeanwhile
from app.fab.interface import TenantInterface
from app.fab.messages import message_for
from app.fab.portal import expose
from app.fab.redirects import see_other
from app.models import Membership
from app.security.fresh import ensure_fresh
from app.security.permissions import Screen
from app.services import memberships
from app.services.membership_limits import address_choices
from app.services.versions import EditedMeanwhile
from app.views.backoffice.company_screen import CompanyScreen, uuid_of

_DAYS = ("starts_on", "expires_on")


class MembershipView(CompanyScreen):
    endpoint_name = "memberships"
    route_base = "/backoffice/memberships"
    datamodel = TenantInterface(Membership)
    class_permission_name = Screen.MEMBERSHIPS.value
    base_permissions: ClassVar[list[str]] = [
        "can_list",
        "can_show",
        "can_edit",
        "can_delete",
    ]
    show_template = "backoffice/membership.html"
    section = "access"
    list_title = _("Access")
    show_title = _("Access")
    edit_title = _("Edit access")
    list_columns: ClassVar[list[str]] = [
        "user.email",
        "user",
        "company",
        "role",
        *_DAYS,
        "limited_to_addresses",
        "last_seen_at",
    ]
    list_relations = ("company",)
    show_columns: ClassVar[list[str]] = [*list_columns, "addresses"]
    edit_columns: ClassVar[list[str]] = ["role", *_DAYS]
    search_columns = ("role", "expires_on", "limited_to_addresses")
    order_columns = ("expires_on",)
    delete_row_message = _("Access is withdrawn.")
    label_columns: ClassVar[dict[str, Any]] = {
        "user": _("Name"),
        "user.email": _("E-mail address"),
        "company": _("Company"),
        "role": _("Role"),
        "starts_on": _("From"),
        "expires_on": _("Until"),
        "limited_to_addresses": _("Only some addresses"),
        "last_seen_at": _("Last seen"),
        "addresses": _("Addresses"),
    }
    description_columns: ClassVar[dict[str, Any]] = {
        "starts_on": _("The first day of access; at once when it is empty."),
        "expires_on": _("The last day of access; without end when it is empty."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.include_route_methods.add("addresses")

    def _save(self, item: Membership, form: Any) -> None:
        ensure_fresh()
        session = db.session()
        memberships.change_access(session, item, _values(form))
        session.commit()

    def remove(self, item: Membership) -> None:
        ensure_fresh()
        session = db.session()
        try:
            memberships.take_access_back(session, item)
        except EditedMeanwhile as error:
            raise ChangedMeanwhile from error
        session.commit()

    @expose("/addresses/<pk>", methods=["GET", "POST"])
    @guarded("edit")
    def addresses(self, pk: str) -> Response | str:
        """Which addresses of the company somebody sees: all of them, or those that are ticked."""
        item, session = self._item(pk, ["user"]), db.session()
        if request.method == "GET":
            return self._addresses_page(item)
        ensure_fresh()
        try:
            memberships.limit_to_addresses(
                session, item, _wanted_addresses(), version=request.form.get("seen") or None
            )
        except EditedMeanwhile:
            session.rollback()
            page = self._addresses_page(self._item(pk, ["user"]), message_for(ChangedMeanwhile()))
            return self._answer(page, refused=True)
        except DomainError as error:
            session.rollback()
            return self._answer(
                self._addresses_page(item, message_for(error), typed=True), refused=True
            )
        session.commit()
        flash(gettext("Changes saved."), "ok")
        return see_other(self.url("show", pk=pk))

    def _addresses_page(self, item: Membership, refusal: str = "", *, typed: bool = False) -> str:
        """The form as it is stored, or as it was `typed`."""
        choices = address_choices(db.session(), item)
        chosen = set(_wanted_addresses() or ()) if typed else None
        seen = request.form.get("seen") if typed else None
        ticks = [
            (one.public_id, one.name, one.is_chosen if chosen is None else one.public_id in chosen)
            for one in choices
        ]
        return self._page(
            "backoffice/membership_addresses.html",
            gettext("Addresses that %(name)s sees", name=item.user.name),
            {},
            item=item,
            is_limited=item.limited_to_addresses if chosen is None else True,
            ticks=ticks,
            seen=seen or memberships.access_version(db.session(), item),
            refusal=refusal,
            show_url=self.url("show", pk=self.datamodel.key_of(item)),
        )

    def _page(self, template: str, title: Any, widgets: Any, **context: Any) -> str:
        if "show" in widgets and self.may("edit"):
            key = request.view_args["pk"] if request.view_args else ""
            context["addresses_url"] = self.url("addresses", pk=key)
        return super()._page(template, title, widgets, **context)


def _values(form: Any) -> memberships.AccessValues:
    return memberships.AccessValues(
        role=form.role.data, starts_on=form.starts_on.data, expires_on=form.expires_on.data
    )


def _wanted_addresses() -> list[UUID] | None:
    """The addresses that were ticked; None where access is to be to all of them."""
    if request.form.get("reach") != "some":
        return None
    ticked = (uuid_of(text) for text in request.form.getlist("addresses"))
    return [one for one in ticked if one is not None]

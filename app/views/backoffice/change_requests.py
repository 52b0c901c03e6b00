"""Changes that employers ask for, as account managers accept or refuse them."""

from dataclasses import replace
from typing import Any, ClassVar

from flask import abort, flash, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.access import guarded
from app.fab.interface import TenantInterface
from app.fab.messages import add_to_form
from app.fab.portal import expose
from app.fab.redirects import see_other
from app.fab.widgets import Record
from app.models import ChangeRequest
from app.security.access import current_principal
from app.security.permissions import Screen
from app.services import change_requests
from app.services.change_requests import Person, value_of
from app.views.backoffice.company_screen import CompanyScreen
from app.views.change_words import new_words, old_words, value_words
from app.views.labels import CHANGE_FIELDS


class DecisionForm(FlaskForm):
    """The answer, and the value that the company had when the page was drawn."""

    reply = TextAreaField(_("Answer"))
    seen = HiddenField()


class ChangeRequestScreen(CompanyScreen):
    endpoint_name = "change_requests"
    route_base = "/backoffice/change-requests"
    datamodel = TenantInterface(ChangeRequest)
    class_permission_name = Screen.CHANGE_REQUESTS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_act"]
    show_template = "backoffice/change_request.html"
    section = "changes"
    list_title = _("Change requests")
    show_title = _("Change request")
    list_columns: ClassVar[list[str]] = [
        "field",
        "company",
        "old_value",
        "new_value",
        "state",
        "created_at",
    ]
    show_columns: ClassVar[list[str]] = [
        "company",
        "field",
        "old_value",
        "new_value",
        "reason",
        "state",
        "asked_by",
        "created_at",
        "decided_by",
        "decided_at",
        "reply",
    ]
    search_columns = ("state", "field", "created_at")
    order_columns = ("created_at",)
    base_order = ("created_at", "desc")
    row_formatters: ClassVar[dict[str, Any]] = {"old_value": old_words, "new_value": new_words}
    label_columns: ClassVar[dict[str, Any]] = {
        "field": _("What changes"),
        "company": _("Company"),
        "old_value": _("Former value"),
        "new_value": _("New value"),
        "reason": _("Reason"),
        "state": _("State"),
        "asked_by": _("Asked by"),
        "created_at": _("Asked"),
        "decided_by": _("Decided by"),
        "decided_at": _("Decided"),
        "reply": _("Answer"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.include_route_methods.add("decide")

    @expose("/show/<pk>", methods=["GET"])
    @guarded()
    def show(self, pk: str) -> str:
        item = self._item(pk, self.show_columns)
        return self._shown(item, DecisionForm(seen=value_of(item.company, item.field) or ""))

    @expose("/decide/<pk>", methods=["POST"])
    @guarded("act")
    def decide(self, pk: str) -> Response | str:
        """Accept or refuse, by the button that was pressed; a refused decision is drawn again."""
        item, form = self._item(pk, self.show_columns), DecisionForm()
        session, reply = db.session(), form.reply.data
        if not form.validate():
            return self._answer(self._shown(item, form), refused=True)
        decision = request.form.get("decision")
        if decision not in {"accept", "refuse"}:
            abort(400)
        is_accepted = decision == "accept"
        try:
            if is_accepted:
                seen = form.seen.data
                change_requests.accept_change(session, item, seen=seen, reply=reply, by=_decider())
            else:
                change_requests.refuse_change(session, item, reply=reply, by=_decider())
        except DomainError as error:
            session.rollback()
            add_to_form(form, error)
            item = self._item(pk, self.show_columns)
            form.seen.data = value_of(item.company, item.field) or ""
            return self._answer(self._shown(item, form), refused=True)
        session.commit()
        flash(_done(is_accepted=is_accepted), "ok")
        return see_other(self.url("show", pk=pk))

    def _record(self, item: ChangeRequest) -> Record:
        return replace(super()._record(item), name=str(CHANGE_FIELDS[item.field]))

    def _shown(self, item: ChangeRequest, form: DecisionForm) -> str:
        present = value_of(item.company, item.field)
        return self._page(
            self.show_template,
            self.show_title,
            {"show": self.show_widget(record=self._record(item)), "related_views": []},
            form=form,
            item=item,
            old=old_words(item),
            new=new_words(item),
            present=value_words(item.field, present),
            is_moved=(present or None) != item.old_value,
            may_decide=self.may("act") and item.is_open and item.asked_by_id != _decider().user_id,
            decide_url=self.url("decide", pk=self.datamodel.key_of(item)),
        )


def _decider() -> Person:
    principal = current_principal()
    if principal is None:
        abort(403)
    return Person(principal.user_id, principal.name or principal.email)


def _done(*, is_accepted: bool) -> str:
    if is_accepted:
        return gettext("Accepted. The company has the new value, and whoever asked is told.")
    return gettext("Refused. Nothing was changed, and whoever asked is told why.")

"""The people who can sign in, for administrators: added, changed, disabled and enabled."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from flask import current_app, flash
from flask_appbuilder.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import SelectField

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.interface import TenantInterface
from app.fab.messages import message_for
from app.fab.redirects import see_other
from app.fab.views import TenantModelView
from app.fab.widgets import Record
from app.models import PortalUser
from app.security.access import current_principal
from app.security.fresh import ensure_fresh
from app.security.permissions import Screen
from app.services import users_admin
from app.services.accounts import end_other_sessions, open_sessions
from app.services.password_reset import send_password_link, start_reset
from app.services.second_step import has_second_step, status_of
from app.services.users import create_user
from app.views.formats import moment
from app.views.locale import LANGUAGES


def _second_step_of(user: PortalUser) -> str:
    since = status_of(db.session(), user.id).since
    return gettext("On since %(when)s", when=moment(since)) if since else gettext("Off")


class UserView(TenantModelView):
    endpoint_name = "users"
    route_base = "/backoffice/users"
    datamodel = TenantInterface(PortalUser)
    class_permission_name = Screen.USERS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add", "can_edit"]
    method_permission_name: ClassVar[dict[str, str]] = {
        "disable": "edit",
        "enable": "edit",
        "send_link": "edit",
        "switch_off_second_step": "edit",
        "end_sessions": "edit",
    }
    list_title = _("Users")
    show_title = _("User")
    add_title = _("Add a user")
    edit_title = _("Edit the user")
    list_columns: ClassVar[list[str]] = ["email", "name", "staff_role", "language", "active"]
    show_columns: ClassVar[list[str]] = [
        "email",
        "name",
        "staff_role",
        "language",
        "active",
        "password_set_at",
        "second_step",
    ]
    add_columns: ClassVar[list[str]] = [
        "email",
        "first_name",
        "last_name",
        "language",
        "staff_role",
    ]
    edit_columns = add_columns
    search_columns = ("email", "last_name", "staff_role", "active")
    order_columns = ("email",)
    base_order = ("email", "asc")
    formatters_columns: ClassVar[dict[str, Any]] = {"language": LANGUAGES.get}
    row_formatters: ClassVar[dict[str, Any]] = {"second_step": _second_step_of}
    label_columns: ClassVar[dict[str, Any]] = {
        "email": _("E-mail address, also the user name"),
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "language": _("Language"),
        "staff_role": _("Role at the issuer"),
        "active": _("May sign in"),
        "password_set_at": _("Password set"),
        "second_step": _("Second step"),
    }
    add_form_extra_fields: ClassVar[dict[str, Any]] = {
        "language": SelectField(_("Language"), choices=list(LANGUAGES.items())),
    }
    edit_form_extra_fields = add_form_extra_fields
    description_columns: ClassVar[dict[str, Any]] = {
        "email": _(
            "A new user gets a mail here, with a link to choose a password. It works for 7 days."
        ),
        "staff_role": _("None for the people of employers: their role is part of their access."),
    }

    def _create(self, item: PortalUser, form: Any) -> None:
        ensure_fresh()
        session = db.session()
        values = _values(form)
        user = create_user(
            session,
            email=values.email,
            first_name=values.first_name,
            last_name=values.last_name,
            language=values.language,
            staff_role=values.staff_role,
        )
        send_password_link(session, user, secret_key=_secret_key(), by=_own_name())
        session.commit()

    def _save(self, item: PortalUser, form: Any) -> None:
        ensure_fresh()
        session = db.session()
        users_admin.change_user(session, item, _values(form), keep_session_id=_own_session_id())
        session.commit()

    @action(
        "disable",
        _("Disable"),
        _("They can no longer sign in, and are signed out everywhere. You can enable them again."),
        multiple=False,
    )
    def disable(self, item: PortalUser) -> Response:
        principal = current_principal()
        by_id = principal.user_id if principal else 0
        return self._act_on(
            item,
            lambda: users_admin.disable(db.session(), item, by_id=by_id),
            gettext("The user is disabled."),
        )

    @action("enable", _("Enable"), multiple=False)
    def enable(self, item: PortalUser) -> Response:
        return self._act_on(
            item, lambda: users_admin.enable(db.session(), item), gettext("The user is enabled.")
        )

    @action(
        "send_link",
        _("Send a link for a new password"),
        _(
            "They get a mail with a link, and choose the password themselves. "
            "Until then nothing changes for them."
        ),
        multiple=False,
    )
    def send_link(self, item: PortalUser) -> Response:
        return self._act_on(
            item,
            lambda: start_reset(db.session(), item, secret_key=_secret_key(), by=_own_name()),
            gettext("The link is on its way to %(email)s.", email=item.email),
        )

    @action(
        "switch_off_second_step",
        _("Switch off the second step"),
        _(
            "For somebody who lost both the phone and the recovery codes: make sure first that it is them. "
            "They are signed out everywhere, get a mail, and then sign in with the password alone."
        ),
        multiple=False,
    )
    def switch_off_second_step(self, item: PortalUser) -> Response:
        principal = current_principal()
        by_id = principal.user_id if principal else 0
        return self._act_on(
            item,
            lambda: users_admin.switch_off_second_step(
                db.session(), item, by_id=by_id, by=_own_name()
            ),
            gettext("The second step is switched off."),
        )

    @action(
        "end_sessions",
        _("End sessions"),
        _(
            "They are signed out everywhere at once, and can sign in again. "
            "If somebody else may know the password, send a link for a new one as well."
        ),
        multiple=False,
    )
    def end_sessions(self, item: PortalUser) -> Response:
        """An administrator's own session stays: it is ended by signing out."""
        return self._act_on(
            item,
            lambda: end_other_sessions(db.session(), item.id, keep_id=_own_session_id()),
            gettext("The sessions are ended."),
        )

    def _act_on(self, item: PortalUser, change: Callable[[], object], done: str) -> Response:
        ensure_fresh()
        session, key = db.session(), self.datamodel.key_of(item)
        try:
            change()
        except DomainError as error:
            session.rollback()
            flash(message_for(error), "bad")
        else:
            session.commit()
            flash(done, "ok")
        return see_other(self.url("show", pk=key))

    def _record(self, item: PortalUser) -> Record:
        record = super()._record(item)
        if not record.actions:
            return record  # who only looks is asked nothing about sessions and second steps
        wanted = {"disable", "send_link"} if item.active else {"enable"}
        if has_second_step(db.session(), item.id):
            wanted.add("switch_off_second_step")
        if open_sessions(db.session(), item.id):
            wanted.add("end_sessions")
        return replace(record, actions=[one for one in record.actions if one.name in wanted])


def _own_name() -> str:
    principal = current_principal()
    return principal.name if principal else ""


def _own_session_id() -> int | None:
    principal = current_principal()
    return principal.session_id if principal else None


def _secret_key() -> str:
    return str(current_app.secret_key)


def _values(form: Any) -> users_admin.UserValues:
    return users_admin.UserValues(
        email=form.email.data,
        first_name=form.first_name.data,
        last_name=form.last_name.data,
        language=form.language.data,
        staff_role=form.staff_role.data,
    )

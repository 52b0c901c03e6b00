"""The people who can sign in, for administrators: added, changed, disabled and enabled."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from app.fab.interface import TenantInterface
from app.fab.views import TenantModelView
from app.models import PortalUser
from app.security.permissions import Screen
from app.views.locale import LANGUAGES


class UserView(TenantModelView):
    endpoint_name = "users"
    route_base = "/backoffice/users"
    datamodel = TenantInterface(PortalUser)
    class_permission_name = Screen.USERS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add", "can_edit"]
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
    label_columns: ClassVar[dict[str, Any]] = {
        "email": _("E-mail address, also the user name"),
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "language": _("Language"),
        "staff_role": _("Role at the issuer"),
        "active": _("May sign in"),
        "password_set_at": _("Password set"),
    }
    add_form_extra_fields: ClassVar[dict[str, Any]] = {
        "language": SelectField(_("Language"), choices=list(LANGUAGES.items())),
    }
    edit_form_extra_fields = add_form_extra_fields

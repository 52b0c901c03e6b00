"""Flask-AppBuilder's security manager, answered from our sessions, memberships and table of permissions."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Flask, Response, current_app, g
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_login import LoginManager

from app.extensions import db
from app.models import PortalUser
from app.security.access import current_principal, know_actor
from app.security.permissions import fab_roles
from app.security.principal import Principal, load_principal, locked_principal
from app.security.sessions import signed_in
from app.security.signed_in import SignedIn


class SessionsOnly(LoginManager):
    """Flask-Login without its "remember me", for which every answer, static files included, reads the session.

    Nor does it compare address and browser: our sessions are rows that can be ended.
    """

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.session_protection = None

    def _update_remember_cookie(self, response: Response) -> Response:
        return response

    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        return None


class SecurityManager(FabSecurityManager):
    """No rows of `ab_role` or `ab_permission` are read: the role is the membership's or the staff user's."""

    user_model = PortalUser

    def create_login_manager(self, app: Flask) -> LoginManager:
        manager = SessionsOnly(app)
        manager.user_loader(self.load_user)
        return manager

    def create_jwt_manager(self, app: Flask) -> None:
        """No tokens in headers: there is no REST interface yet."""

    def load_user(self, pk: int) -> Principal | None:
        """The user loader: the one place where a request's scope opens."""
        who = signed_in()
        if who is None or str(who.user_id) != str(pk):
            return None
        if _owes_a_second_step(who):
            principal = locked_principal(who)
        else:
            principal = load_principal(db.session(), who, _company_in_path())
        know_actor(principal)
        return principal

    def has_access(self, permission_name: str, view_name: str) -> bool:
        principal = current_principal()
        return principal is not None and principal.may_use_screen(view_name, permission_name)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_user_roles(self, user: Any) -> list[Any]:
        role = getattr(user, "role", None)
        return [SimpleNamespace(id=0, name=role.value)] if role is not None else []

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        return {name for name in menu_names or () if self.has_access("can_list", name)}

    @staticmethod
    def create_builtin_roles() -> dict[str, list[list[str]]]:
        return fab_roles()


def _owes_a_second_step(who: SignedIn) -> bool:
    """Staff and auditors, where the settings say so, in a session that no code was given for."""
    is_required: bool = current_app.extensions["settings"].needs_staff_second_step
    return is_required and who.staff_role is not None and who.second_step_at is None


def _company_in_path() -> UUID | None:
    company: UUID | None = g.get("company_in_path")
    return company

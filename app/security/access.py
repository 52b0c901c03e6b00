"""Who is asking, and whether they may: used by every exposed method of a hand-written page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from flask import abort, g, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from app.domain.actors import Actor
from app.domain.roles import EMPLOYER_ROLES
from app.extensions import db
from app.security.permissions import Permission, permissions_of
from app.security.principal import Principal

F = TypeVar("F", bound=Callable[..., Any])


def current_principal() -> Principal | None:
    """The signed-in person, or None for a visitor."""
    user = current_user._get_current_object()  # noqa: SLF001 - werkzeug's own way to unwrap a proxy
    return user if isinstance(user, Principal) else None


def requires(permission: Permission) -> Callable[[F], F]:
    """Let the method run only for somebody who holds `permission` where the path points.

    A visitor is sent to the sign-in form. A company that is not theirs answers 404, as one that
    does not exist: who is a customer is nobody else's business. Anything else answers 403.
    """

    def decorate(method: F) -> F:
        @wraps(method)
        def checked(*args: Any, **kwargs: Any) -> Any:
            refusal = _refusal(permission)
            return method(*args, **kwargs) if refusal is None else refusal

        checked.required_permission = permission  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def requires_sign_in(method: F) -> F:
    """Let the method run for anybody who is signed in: their own account, nobody's company."""

    @wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        return method(*args, **kwargs) if current_principal() else to_sign_in()

    checked.required_permission = None  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def to_sign_in() -> Response:
    """To the sign-in form, and from there back to the page that was asked for."""
    return redirect(sign_in_url(request.full_path.rstrip("?") if request.method == "GET" else ""))


def sign_in_url(wanted: str = "") -> str:
    """The address of the sign-in form that leads to `wanted`, a path of this site; else to the person's home."""
    return f"/login?next={quote(wanted)}" if wanted not in {"", "/"} else "/login"


def public(method: F) -> F:
    """Mark a method that asks for nothing; the architecture test lists them."""
    method.is_public = True  # type: ignore[attr-defined]
    return method


def know_actor(principal: Principal) -> None:
    """Write who is acting into the database session, for the audit trail."""
    db.session().info["actor"] = principal.actor(
        ip=request.remote_addr, request_id=g.get("request_id")
    )


def visitor_actor(name: str) -> Actor:
    """Somebody who is not signed in (yet), as the audit trail names them."""
    return Actor(None, name, None, request.remote_addr, g.get("request_id"))


def _refusal(permission: Permission) -> Response | None:
    principal = current_principal()
    if principal is None:
        return to_sign_in()
    if _is_of_a_company(permission) and principal.company is None:
        abort(404)
    if not principal.may(permission):
        abort(403)
    return None


def _is_of_a_company(permission: Permission) -> bool:
    return any(permission in permissions_of(role) for role in EMPLOYER_ROLES)

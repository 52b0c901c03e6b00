"""The guard in front of each method of a generated screen."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort
from flask_login import current_user
from werkzeug.wrappers import Response

from app.security.access import to_sign_in

Method = TypeVar("Method", bound=Callable[..., Any])


def guarded(*alternatives: str) -> Callable[[Method], Method]:
    """Let in who may do the method itself or, when named, one of the alternatives.

    FAB's own guard needs FAB's sign-in view to turn strangers away.
    """

    def wrap(method: Method) -> Method:
        names = alternatives or (method.__name__,)

        @wraps(method)
        def checked(view: Any, *args: Any, **kwargs: Any) -> Any:
            if any(view.may(name) for name in names):
                return method(view, *args, **kwargs)
            return turn_away()

        checked._permission_name = names[0]  # type: ignore[attr-defined]  # noqa: SLF001 - where FAB looks
        return checked  # type: ignore[return-value]

    return wrap


def turn_away() -> Response:
    """To the sign-in form when nobody is signed in, else 403."""
    if current_user.is_authenticated:
        abort(403)
    return to_sign_in()

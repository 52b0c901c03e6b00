"""Sensitive acts ask for a fresh sign-in: who it is was proved at most ten minutes ago, or is proved again."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from app.domain.clock import now
from app.security.access import current_principal, to_sign_in
from app.security.sessions import signed_in

F = TypeVar("F", bound=Callable[..., Any])

FRESH_FOR = timedelta(minutes=10)
"""How long a proof of who it is lasts for sensitive acts (OWASP ASVS 5, 7.5.1)."""


class NotFresh(Exception):
    """The latest proof of who it is is too old. `app.views.auth.confirm` answers with the page that asks again.

    No DomainError: what refuses an act must not catch it.
    """


def requires_fresh(method: F) -> F:
    """Let the method run only within ten minutes of a sign-in or of its confirmation.

    Stands below the decorator that asks for a permission: who may not do it is told so first. A GET that comes
    too late is led through the page that asks for the password, and back. A POST gets that page in place, with
    what was posted, and goes on in the same request once the password is right: nothing that was typed is lost,
    but for fields named after a password, which are never sent back, and files. Forms that ask for the current
    password themselves need no fresh sign-in.
    """

    @wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if current_principal() is None:
            return to_sign_in()
        ensure_fresh()
        return method(*args, **kwargs)

    checked.requires_fresh = True  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def ensure_fresh() -> None:
    """The same inside a method that does several things, as the actions of generated screens do.

    Raises:
        NotFresh: let it pass, it has its page.
    """
    if not is_fresh():
        raise NotFresh


def is_fresh() -> bool:
    """Whether the person behind this request proved who they are a short while ago."""
    who = signed_in()
    return who is not None and now() - who.authenticated_at <= FRESH_FOR

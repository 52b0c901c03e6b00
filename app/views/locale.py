"""Which language a page is in: the person's, else the browser's choice, else the issuer's."""

from typing import Final

from flask import current_app, g, has_request_context, request
from werkzeug.wrappers import Response

from app.security.access import current_principal
from app.security.principal import Principal

LANGUAGES: Final = {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}
"""The languages of the product, each by its own name, in the order of the switch."""
COOKIE: Final = "language"
YEAR_S: Final = 365 * 24 * 3600


def chosen_locale() -> str:
    """One of LANGUAGES: of the signed-in person, of the cookie, of the browser, of the product."""
    if not has_request_context():
        return str(current_app.config.get("BABEL_DEFAULT_LOCALE", "fr"))
    principal = current_principal()
    return principal.language if principal is not None else locale_of_browser()


def locale_without_asking() -> str:
    """The same, as far as it is known without a statement to the database, which may be what failed."""
    user = g.get("_login_user")  # where Flask-Login keeps whom it has loaded
    return user.language if isinstance(user, Principal) else locale_of_browser()


def locale_of_browser() -> str:
    """One of LANGUAGES: of the cookie, of the browser's settings, of the product."""
    remembered = request.cookies.get(COOKIE)
    if remembered in LANGUAGES:
        return remembered
    return request.accept_languages.best_match(list(LANGUAGES)) or "fr"


def remember_language(response: Response, language: str) -> Response:
    """Let the browser keep the language, for pages that nobody is signed in on."""
    response.set_cookie(
        COOKIE,
        language,
        max_age=YEAR_S,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response


def chosen_timezone() -> str:
    """The issuer's: a due date is a due date in Brussels."""
    return "Europe/Brussels"

"""Which language a page is in: the person's, else the browser's choice, else the issuer's."""

from typing import Final

from flask import current_app, has_request_context, request

from app.security.access import current_principal

LANGUAGES: Final = {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}
"""The languages of the product, each by its own name, in the order of the switch."""
COOKIE: Final = "language"


def chosen_locale() -> str:
    """One of LANGUAGES: of the signed-in person, of the cookie, of the browser, of the product."""
    if not has_request_context():
        return str(current_app.config.get("BABEL_DEFAULT_LOCALE", "fr"))
    principal = current_principal()
    if principal is not None:
        return principal.language
    remembered = request.cookies.get(COOKIE)
    if remembered in LANGUAGES:
        return remembered
    return request.accept_languages.best_match(list(LANGUAGES)) or "fr"


def chosen_timezone() -> str:
    """The issuer's: a due date is a due date in Brussels."""
    return "Europe/Brussels"

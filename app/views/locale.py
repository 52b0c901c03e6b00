"""Which language a page is in: the person's, else the browser's choice, else the issuer's."""

from typing import Final

from flask import current_app, g, has_request_context, request
from werkzeug.wrappers import Response

from app.domain import languages
from app.extensions import db
from app.security.access import current_principal
from app.security.principal import Principal
from app.services.issuer import kept_issuer_card

LANGUAGES: Final = languages.LANGUAGES
"""Every language there is; `offered_languages` is what the issuer has chosen of them."""
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
    """One of those the issuer offers: of the cookie, of the browser's settings, of the issuer."""
    offered = offered_languages()
    remembered = request.cookies.get(COOKIE, "")
    if remembered in offered:
        return remembered
    issuers = kept_issuer_card(db.session()).default_language
    return request.accept_languages.best_match(list(offered)) or issuers


def offered_languages() -> dict[str, str]:
    """Code to name, in the order of the switch, as this process knows the issuer's choice."""
    chosen = kept_issuer_card(db.session()).languages
    return {code: name for code, name in LANGUAGES.items() if code in chosen} or LANGUAGES


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

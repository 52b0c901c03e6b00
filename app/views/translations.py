"""The words of a page: its catalogue is found once, and templates reach it without a detour."""

from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask, g, has_app_context
from flask_babel import Babel, Domain, get_translations
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup


class PageDomain(Domain):
    """Keeps a page's catalogue where Flask-Babel forgets it on `refresh` and `force_locale`.

    Flask-Babel itself asks for the language and writes out its name at each text; a page has eighty.
    """

    def get_translations(self) -> Translations | NullTranslations:
        context = g.get("_flask_babel") if has_app_context() else None
        kept: Translations | None = getattr(context, "babel_translations", None)
        if kept is not None:
            return kept
        found = super().get_translations()
        if context is not None:
            context.babel_translations = found
        return found


def register_translations(app: Flask, babel: Babel) -> None:
    """Translate by PageDomain; needs an application context, and `babel` on the application."""
    babel.domain_instance = PageDomain(domain=babel.domain)
    app.jinja_env.globals.update(_=_translated, gettext=_translated)


@pass_context
def _translated(context: Context, text: str, /, **variables: Any) -> str:
    """As Jinja's own, without its three calls through the context: escapes what is put into the text."""
    catalogue = getattr(g.get("_flask_babel"), "babel_translations", None)  # as PageDomain kept it
    found = (catalogue or get_translations()).ugettext(text)
    if context.eval_ctx.autoescape:
        found = Markup(found)  # noqa: S704 - texts of catalogues are ours
    # Jinja formats always, and so a sign of percentage is written twice, with or without variables.
    return found % variables if variables or "%" in found else found

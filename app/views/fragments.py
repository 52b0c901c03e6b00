"""Finished HTML that many pages share: what a macro has drawn once for a language is not drawn for the next reader.

Drawing the frame of a page takes longer than asking for its rows.
"""

from collections.abc import Hashable
from threading import Lock
from typing import Final

from flask import Flask
from flask_babel import get_locale
from jinja2.runtime import Macro
from markupsafe import Markup

MOST: Final = 2_048
"""Fragments that a process keeps, of a few kilobytes each; then it begins anew."""

_lock = Lock()
_kept: dict[Hashable, Markup] = {}


def register_fragments(app: Flask) -> None:
    """Give templates `kept`, and forget what an application before this one has drawn."""
    app.add_template_global(kept)
    app.add_template_global(drawn)
    _kept.clear()


def drawn(macro: Macro, *arguments: object) -> Markup:
    """What the macro draws, kept nowhere: the other choice where somebody has typed something."""
    return Markup(macro(*arguments))  # noqa: S704 - a macro has escaped what it was given


def kept(macro: Macro, *arguments: Hashable) -> Markup:
    """What `macro(*arguments)` draws, from the first time on.

    For macros that draw from their arguments and the language alone: no token of a form, no request, no clock. What a
    person has typed is not kept either.
    """
    locale = get_locale()
    language = locale.language if locale else ""
    # The macro as compiled: one that stands in the template itself is another object for each page.
    key = (macro._func.__code__, language, arguments)  # noqa: SLF001
    try:
        found = _kept.get(key)
    except TypeError:  # a list, or something else that may change
        return drawn(macro, *arguments)
    if found is None:
        found = drawn(macro, *arguments)
        with _lock:
            if len(_kept) >= MOST:
                _kept.clear()
            _kept[key] = found
    return found

"""How templates find what is global to them."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class PageEnvironment(Environment):
    """Gives each template the globals as one dictionary, complete when the application is.

    Jinja's own is a chain of dictionaries, walked in Python at each import of each page. It also
    sees globals that are added after a template was loaded; nobody may do that (its own advice).
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}

"""Rows of a list, of which a macro draws one: the others fill what differs into it."""

from collections.abc import Callable, Mapping
from typing import Any

_BEGINS, _ENDS = "\ue000", "\ue001"  # of nobody's alphabet: escaping leaves them as they are


class Pattern:
    """The HTML of a macro with holes: drawn once, filled for each row with values that are escaped already."""

    def __init__(self, drawn: str) -> None:
        # A plain text: filling one of Markup's would escape again what is escaped.
        whole = str(drawn).replace("%", "%%").replace(_BEGINS, "%(").replace(_ENDS, ")s")
        self.fill: Callable[[Mapping[str, Any]], str] = whole.__mod__


def hole(name: str) -> str:
    """What a macro is given in the place of a value."""
    return f"{_BEGINS}{name}{_ENDS}"

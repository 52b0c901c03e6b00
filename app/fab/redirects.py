"""Where to go after an action: a path of this site, never anybody else's."""

import re

from flask import redirect, request
from werkzeug.wrappers import Response

_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def own_path(candidate: str | None) -> str | None:
    """The candidate when it is an absolute path on this site, else None."""
    return candidate if candidate and _PATH.fullmatch(candidate) else None


def requested_next() -> str | None:
    """The page the request asks to return to, from the form or the address."""
    return own_path(request.form.get("next") or request.args.get("next"))


def here() -> str:
    """The address of this page, to come back to."""
    return request.full_path.rstrip("?")


def see_other(url: str) -> Response:
    """Redirect so that a reload does not post again."""
    return redirect(url, code=303)

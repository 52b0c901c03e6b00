"""The way in: what happens once somebody has proved who they are, whichever way they did."""

from werkzeug.wrappers import Response

from app.domain.access import SignInMethod
from app.extensions import db
from app.fab.redirects import see_other
from app.models import PortalUser
from app.security.sessions import sign_in
from app.views.locale import remember_language


def enter(user: PortalUser, *, method: SignInMethod, wanted: str | None = None) -> Response:
    """Let somebody in who passed the first step, and commit: to `wanted`, a path of this site, else home."""
    language = user.language
    sign_in(user.id, method=method)
    db.session.commit()
    return remember_language(see_other(wanted or "/"), language)

"""Who looks at the pages about access, and how far they answer for it."""

from flask import abort

from app.extensions import db
from app.security.access import current_principal
from app.security.tenancy import current_scope
from app.services.access_list import Viewer


def viewer() -> Viewer:
    """The person, with the addresses that their own access is limited to."""
    principal = current_principal()
    if principal is None:
        abort(403)
    return Viewer(principal.user_id, current_scope(db.session()).addresses)

"""The language switch: by POST, kept on the user and in a cookie, the page stays the same."""

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from app.extensions import db
from app.fab.redirects import requested_next, see_other
from app.security.access import current_principal, public
from app.services.accounts import change_language
from app.views.locale import offered_languages, remember_language

blueprint = Blueprint("language", __name__)


@blueprint.post("/language")
@public
def change() -> Response:
    """Change to `language` and go back to `next`."""
    language = request.form.get("language", "")
    if language not in offered_languages():
        abort(400)
    principal = current_principal()
    if principal is not None:
        change_language(db.session(), principal.user_id, language)
        db.session.commit()
    return remember_language(see_other(requested_next() or "/"), language)

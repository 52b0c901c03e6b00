"""Whether a person may act for the whole company, or for some of its addresses only."""

from flask import abort

from app.extensions import db
from app.security.tenancy import current_scope


def sees_every_address() -> bool:
    """False for a membership that is limited to some addresses."""
    return current_scope(db.session()).addresses is None


def require_every_address() -> None:
    """Refuse what concerns the whole company to somebody who is limited to some addresses."""
    if not sees_every_address():
        abort(403)

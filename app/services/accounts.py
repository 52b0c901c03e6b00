"""A person's own account: the language they read."""

from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.models import PortalUser
from app.services.audit import record


def change_language(session: Session, user_id: int, language: str) -> None:
    """Remember the language of a user; nothing happens when it is theirs already."""
    user = session.get_one(PortalUser, user_id)
    if user.language == language:
        return
    changes = {"language": (user.language, language)}
    user.language = language
    record(session, AuditAction.LANGUAGE_CHANGED, target=user, changes=changes)

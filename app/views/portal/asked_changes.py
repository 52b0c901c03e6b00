"""Changes that were asked for, as pages of the portal list them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.models import ChangeRequest
from app.security.access import current_principal
from app.security.permissions import Permission
from app.views.change_words import PILLS, new_words, old_words
from app.views.labels import CHANGE_FIELDS, CHANGE_STATES


@dataclass(frozen=True, slots=True)
class AskedChange:
    """One request in words; `may_withdraw` says that its reader asked for it and nobody has decided."""

    public_id: UUID
    what: str
    old: str
    new: str
    asked_at: datetime
    who: str
    state: str
    pill: str
    reply: str
    may_withdraw: bool


def asked_changes(requests: Sequence[ChangeRequest]) -> list[AskedChange]:
    """In the same order."""
    principal = current_principal()
    reader = principal.user_id if principal and principal.may(Permission.ASK_CHANGES) else None
    return [
        AskedChange(
            public_id=one.public_id,
            what=str(CHANGE_FIELDS[one.field]),
            old=old_words(one),
            new=new_words(one),
            asked_at=one.created_at,
            who=one.asked_by.name if one.asked_by else "",
            state=str(CHANGE_STATES[one.state]),
            pill=PILLS[one.state],
            reply=one.reply or "",
            may_withdraw=one.is_open and reader is not None and one.asked_by_id == reader,
        )
        for one in requests
    ]

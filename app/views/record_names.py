"""Names of rows that the trail calls after a kind, mails, jobs and change requests, in the reader's words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel.speaklater import LazyString

from app.models import ChangeRequest, Job, OutgoingMail
from app.views.labels import CHANGE_FIELDS, MAIL_KINDS, TASKS

_KINDS: Mapping[str, Mapping[str, LazyString]] = MappingProxyType(
    {
        OutgoingMail.__tablename__: {kind.value: words for kind, words in MAIL_KINDS.items()},
        ChangeRequest.__tablename__: {one.value: words for one, words in CHANGE_FIELDS.items()},
        Job.__tablename__: {task.value: words for task, words in TASKS.items()},
    }
)


def name_in_words(table: str | None, name: str) -> str:
    """`SEND_MAIL 53`, as the trail keeps it whatever the language, with "Send a mail"; other names as they are."""
    kind, space, rest = name.partition(" ")
    words = _KINDS.get(table or "", {}).get(kind)
    return name if words is None else f"{words}{space}{rest}"

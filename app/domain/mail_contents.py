"""What each kind of mail tells: the facts its writer gives, and where its link leads. The one table of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from app.domain.mail import MailKind
from app.domain.tokens import TokenPurpose


class Fact(StrEnum):
    """What a fact is; `OPTIONAL_…` may be None or left out. Dates, instants and enums may be given as they are.

    PATH is that of a page below the portal's address, which asks who one is: it holds no secret.
    """

    TEXT = "TEXT"
    OPTIONAL_TEXT = "OPTIONAL_TEXT"
    TEXTS = "TEXTS"
    PATH = "PATH"
    COUNT = "COUNT"
    ROLE = "ROLE"
    CHANGES = "CHANGES"
    """Values of a company: its field (a `ChangeField`), before and after of each."""
    ADMINISTRATOR_CHANGE = "ADMINISTRATOR_CHANGE"
    OPTIONAL_DATE = "OPTIONAL_DATE"
    OPTIONAL_INSTANT = "OPTIONAL_INSTANT"

    @property
    def is_optional(self) -> bool:
        return self.value.startswith("OPTIONAL_") or self is Fact.TEXTS


@dataclass(frozen=True, slots=True)
class MailContent:
    """`link` is a path below the portal's address, with the token's secret for `{secret}`; None: no token."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    purpose: TokenPurpose | None = None
    link: str | None = None


_AT: Mapping[str, Fact] = MappingProxyType({"at": Fact.OPTIONAL_INSTANT})
"""When it happened; where it is left out, when the mail was written, which is in the same transaction."""

_DECISION: Mapping[str, Fact] = MappingProxyType(
    {
        "company": Fact.TEXT,
        "by": Fact.TEXT,
        "changes": Fact.CHANGES,
        "reply": Fact.OPTIONAL_TEXT,
    }
)
"""What was decided about a change that somebody asked for, by whom."""

CONTENTS: Mapping[MailKind, MailContent] = MappingProxyType(
    {
        MailKind.RESET_PASSWORD: MailContent(
            # by: the administrator who started it, None when the person asked
            {"by": Fact.OPTIONAL_TEXT},
            purpose=TokenPurpose.RESET_PASSWORD,
            link="/reset/{secret}",
        ),
        MailKind.FIRST_PASSWORD: MailContent(
            {"by": Fact.OPTIONAL_TEXT, "company": Fact.OPTIONAL_TEXT},
            purpose=TokenPurpose.FIRST_PASSWORD,
            link="/reset/{secret}",
        ),
        MailKind.PASSWORD_CHANGED: MailContent(_AT),
        MailKind.CONFIRM_EMAIL: MailContent(
            # to the new address
            {"new_email": Fact.TEXT},
            purpose=TokenPurpose.CONFIRM_EMAIL,
            link="/account/email/{secret}",
        ),
        MailKind.EMAIL_CHANGED: MailContent(
            # to the old address, which sees the new one masked
            {"new_email": Fact.TEXT, **_AT}
        ),
        MailKind.INVITATION: MailContent(
            # inviter: a name; addresses: names of those that the access is limited to, empty for all
            {
                "company": Fact.TEXT,
                "inviter": Fact.OPTIONAL_TEXT,
                "role": Fact.ROLE,
                "access_until": Fact.OPTIONAL_DATE,
                "addresses": Fact.TEXTS,
            },
            purpose=TokenPurpose.INVITATION,
            link="/invitation/{secret}",
        ),
        MailKind.ADMINISTRATOR_ADDED: MailContent(
            # name and email of the new administrator, by whom
            {
                "company": Fact.TEXT,
                "name": Fact.OPTIONAL_TEXT,
                "email": Fact.TEXT,
                "by": Fact.OPTIONAL_TEXT,
                **_AT,
            }
        ),
        MailKind.ADMINISTRATOR_CHANGED: MailContent(
            # name of the administrator; what changed, by its kind alone; by whom, where it was somebody else
            {
                "company": Fact.TEXT,
                "name": Fact.TEXT,
                "what": Fact.ADMINISTRATOR_CHANGE,
                "by": Fact.OPTIONAL_TEXT,
                **_AT,
            }
        ),
        MailKind.CHANGE_REQUESTED: MailContent(
            # by: who asks, to the account managers; page: the list of what waits
            {
                "company": Fact.TEXT,
                "by": Fact.TEXT,
                "changes": Fact.CHANGES,
                "reason": Fact.TEXT,
                "page": Fact.PATH,
            }
        ),
        MailKind.CHANGE_ACCEPTED: MailContent(_DECISION),
        MailKind.CHANGE_REFUSED: MailContent(_DECISION),
        MailKind.NEW_DEVICE: MailContent(
            # device: in words, as "Firefox, Windows"
            {"device": Fact.TEXT, "ip": Fact.OPTIONAL_TEXT, **_AT}
        ),
        MailKind.SECOND_STEP_ENABLED: MailContent(_AT),
        MailKind.SECOND_STEP_DISABLED: MailContent(
            # by: the administrator who did it, None when the person did
            {"by": Fact.OPTIONAL_TEXT, **_AT}
        ),
        MailKind.RECOVERY_CODES_MADE: MailContent(_AT),
        MailKind.RECOVERY_CODE_USED: MailContent({"left": Fact.COUNT, **_AT}),
        MailKind.IDENTITY_LINKED: MailContent({"provider": Fact.TEXT, **_AT}),
        MailKind.IDENTITY_UNLINKED: MailContent({"provider": Fact.TEXT, **_AT}),
        MailKind.EXPORT_READY: MailContent(
            # file: its name; page: the path of its page, which asks who one is; until: how long it is kept
            {
                "file": Fact.TEXT,
                "page": Fact.PATH,
                "count": Fact.COUNT,
                "until": Fact.OPTIONAL_INSTANT,
            }
        ),
        MailKind.EXPORT_FAILED: MailContent({"file": Fact.TEXT, "page": Fact.PATH}),
        MailKind.TEST: MailContent(_AT),
    }
)


def stored_context(kind: MailKind, given: Mapping[str, object]) -> dict[str, object]:
    """The facts of a mail as JSON, each one there.

    Raises TypeError where a fact is missing, one is given that no template of `kind` reads, or a path is none.
    """
    facts = CONTENTS[kind].facts
    missing = {
        name for name, fact in facts.items() if given.get(name) is None and not fact.is_optional
    }
    unknown = given.keys() - facts.keys()
    if missing or unknown:
        raise TypeError(f"{kind.value}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    return {name: _as_json(given.get(name), fact) for name, fact in facts.items()}


def _as_json(value: object, fact: Fact) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if fact is Fact.CHANGES:
        return [[str(field), before, after] for field, before, after in value or ()]  # type: ignore[attr-defined]
    if fact is Fact.PATH and not (str(value).startswith("/") and str(value)[1:2] != "/"):
        raise TypeError("a path begins with one slash")
    if fact is Fact.TEXTS:
        return [str(one) for one in value or ()]  # type: ignore[attr-defined]
    return value

"""Writing a mail: a row in the caller's transaction, and a job that renders and sends it after the commit."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.domain.jobs import Task
from app.domain.mail import MailKind, MailState
from app.domain.mail_contents import CONTENTS, stored_context
from app.models import OutgoingMail, Token
from app.queue import enqueue


def write_mail(
    session: Session,
    kind: MailKind,
    *,
    to: str,
    language: str,
    context: Mapping[str, Any] | None = None,
    token: Token | None = None,
    user_id: int | None = None,
    company_id: int | None = None,
    key: str | None = None,
    attachments: Sequence[Mapping[str, str]] = (),
) -> OutgoingMail | None:
    """Have a mail sent to one person once the caller has committed; None where `key` was mailed before.

    `context` gives the facts that `app.domain.mail_contents` lists for `kind`, no secret among them: the link of
    `token` is made when the mail leaves. `company_id` is whose mail it is: their account managers see it listed.

    Raises TypeError where a fact or the token is missing, or one is given that the mail has no use for.
    """
    public_id, job_key = uuid4(), None if key is None else f"mail {key}"
    arguments = {"mail": str(public_id)}
    if enqueue(session, Task.SEND_MAIL, arguments, key=job_key, company_id=company_id) is None:
        return None
    mail = OutgoingMail(
        public_id=public_id,
        kind=kind,
        to_email=to,
        language=language,
        context=_checked(kind, context or {}, token),
        attachments=[dict(one) for one in attachments],
        token_id=None if token is None else token.id,
        user_id=user_id,
        company_id=company_id,
        key=key,
        state=MailState.QUEUED,
    )
    session.add(mail)
    session.flush()
    return mail


def _checked(kind: MailKind, context: Mapping[str, Any], token: Token | None) -> dict[str, object]:
    purpose = CONTENTS[kind].purpose
    if (None if token is None else token.purpose) != purpose:
        raise TypeError(f"{kind.value} takes a token for {purpose}")
    return stored_context(kind, context)

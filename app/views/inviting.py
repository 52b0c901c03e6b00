"""What inviting is in the portal and in the back-office alike: who does it, how often, and what came of it."""

from collections.abc import Iterator, Sequence

from flask import abort, current_app, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app.domain.audit import AuditAction
from app.security.access import current_principal
from app.services.invitations import Invited, Inviter
from app.services.throttle import invitation_limits, invitation_mail_limits
from app.views.throttled import count_or_refuse


def inviter() -> Inviter:
    """The person who is signed in."""
    principal = current_principal()
    return Inviter(principal.user_id, principal.name) if principal else abort(403)


def count_invitations(emails: Sequence[str]) -> None:
    """Count mails before they are written, and commit: those of whoever invites, and those to each person.

    Raises:
        TooManyAttempts
    """
    principal = current_principal()
    secret, account = str(current_app.secret_key), principal.email if principal else ""
    limits = invitation_limits(secret, account=account, ip=request.remote_addr)
    count_or_refuse(limits, throttled=AuditAction.INVITATIONS_THROTTLED, times=len(emails))
    to_each = [
        limit
        for email in emails
        for limit in invitation_mail_limits(secret, account=account, email=email)
    ]
    count_or_refuse(to_each, throttled=AuditAction.INVITATIONS_THROTTLED)


def invited_words(invited: Invited) -> Iterator[tuple[str, str]]:
    """Who was invited and why somebody was not, as messages with their kinds."""
    yield (
        "ok",
        ngettext(
            "An invitation is on its way to %(emails)s.",
            "%(num)s invitations are on their way.",
            len(invited.sent),
            emails=invited.sent[0],
        ),
    )
    if invited.members:
        emails = ", ".join(invited.members)
        yield "info", _("Not invited, because they have access already: %(emails)s", emails=emails)
    if invited.waiting:
        emails = ", ".join(invited.waiting)
        yield (
            "info",
            _("Not invited again, because an invitation waits already: %(emails)s", emails=emails),
        )

"""What roles let people do, and what became of an invitation, in the words of the pages about access."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.mail import MailState
from app.domain.roles import EmployerRole
from app.services.access_list import InvitedPerson, PersonWithAccess
from app.views import formats

ROLE_CARDS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        EmployerRole.EMPLOYER_ADMIN.value: {
            "icon": "shield",
            "text": _("Can do everything, and decides who has access."),
        },
        EmployerRole.EMPLOYER_BILLING.value: {
            "icon": "invoice",
            "text": _(
                "Sees all documents, and changes addresses, delivery of invoices and contacts."
            ),
        },
        EmployerRole.EMPLOYER_VIEWER.value: {
            "icon": "eye",
            "text": _("Sees and downloads all documents, and changes nothing."),
        },
    }
)


def access_pill(person: PersonWithAccess) -> tuple[str, str] | None:
    """What there is to know about somebody's access, and the kind of its pill; None for access like any other."""
    if not person.may_sign_in:
        return gettext("May not sign in"), "bad"
    if person.is_over and person.expires_on is not None:
        return gettext("Ended on %(day)s", day=formats.day(person.expires_on)), "bad"
    if person.is_future and person.starts_on is not None:
        return gettext("From %(day)s", day=formats.day(person.starts_on)), "info"
    if person.expires_on is not None:
        return gettext("Until %(day)s", day=formats.day(person.expires_on)), ""
    return None


def invitation_pill(invited: InvitedPerson) -> tuple[str, str]:
    """Where an invitation stands, and the kind of its pill."""
    if invited.is_over:
        return gettext("Expired"), "bad"
    if invited.mail_state in {MailState.BOUNCED, MailState.FAILED}:
        return gettext("Mail not delivered"), "bad"
    return gettext("Waiting for an answer"), "info"


def invitation_note(invited: InvitedPerson) -> str:
    """What happened to the mail, and what to do about it."""
    if invited.is_over:
        return gettext("Nobody answered in time. Send it again if it is still wanted.")
    words = {
        MailState.BOUNCED: gettext(
            "The mail came back. Check the address, and invite the right one."
        ),
        MailState.FAILED: gettext(
            "The mail could not be delivered. Check the address, or send it again."
        ),
        MailState.DEFERRED: gettext("The mail could not be delivered yet; we keep trying."),
        MailState.QUEUED: gettext("The mail is on its way."),
        MailState.SENDING: gettext("The mail is on its way."),
    }
    sent = gettext("Sent on %(day)s", day=formats.day(invited.sent_at or invited.invited_at))
    said = words.get(invited.mail_state, sent) if invited.mail_state else sent
    if invited.mail_state in {MailState.BOUNCED, MailState.FAILED}:
        return said
    until = gettext("The link works until %(day)s.", day=formats.day(invited.expires_at))
    return f"{said.rstrip('.')}. {until}"

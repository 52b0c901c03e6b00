"""Events of the audit trail as sentences in the reader's language, for the portal and the back-office."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.audit import AuditAction
from app.models import AuditEvent
from app.services.audit import MASK
from app.views import formats
from app.views.history_fields import FIELDS, LABELS
from app.views.locale import LANGUAGES
from app.views.record_names import name_in_words

_SENTENCES: Mapping[AuditAction, tuple[LazyString, str]] = MappingProxyType(
    {
        AuditAction.SIGNED_IN: (_("%(name)s signed in"), "user"),
        AuditAction.SIGN_IN_FAILED: (_("A sign-in failed: %(name)s"), "lock"),
        AuditAction.SIGN_IN_THROTTLED: (_("Sign-ins were slowed down"), "lock"),
        AuditAction.SIGNED_OUT: (_("Signed out"), "sign-out"),
        AuditAction.SESSION_ENDED: (_("Sessions of %(name)s were ended"), "sign-out"),
        AuditAction.USER_CREATED: (_("User %(name)s was added"), "user"),
        AuditAction.USER_CHANGED: (_("User %(name)s was changed"), "user"),
        AuditAction.USER_DISABLED: (_("User %(name)s was disabled"), "lock"),
        AuditAction.USER_ENABLED: (_("User %(name)s was enabled"), "user"),
        AuditAction.PASSWORD_SET: (_("%(name)s got a new password"), "lock"),
        AuditAction.LANGUAGE_CHANGED: (_("%(name)s chose another language"), "globe"),
        AuditAction.MEMBERSHIP_CREATED: (_("Access was given: %(name)s"), "users"),
        AuditAction.MEMBERSHIP_CHANGED: (_("Access was changed: %(name)s"), "users"),
        AuditAction.MEMBERSHIP_REMOVED: (_("Access was withdrawn: %(name)s"), "users"),
        AuditAction.PORTFOLIO_ASSIGNED: (_("An account manager was assigned: %(name)s"), "users"),
        AuditAction.PORTFOLIO_WITHDRAWN: (_("An account manager was withdrawn: %(name)s"), "users"),
        AuditAction.COMPANY_CREATED: (_("The company %(name)s was added"), "company"),
        AuditAction.COMPANY_CHANGED: (_("The details of the company were changed"), "company"),
        AuditAction.ADDRESS_CREATED: (_("The address %(name)s was added"), "address"),
        AuditAction.ADDRESS_CHANGED: (_("The address %(name)s was changed"), "address"),
        AuditAction.ADDRESS_ARCHIVED: (_("The address %(name)s was archived"), "address"),
        AuditAction.ADDRESS_RESTORED: (_("The address %(name)s was restored"), "address"),
        AuditAction.CONTACT_CREATED: (_("The contact %(name)s was added"), "user"),
        AuditAction.CONTACT_CHANGED: (_("The contact %(name)s was changed"), "user"),
        AuditAction.CONTACT_REMOVED: (_("The contact %(name)s was removed"), "delete"),
        AuditAction.INVOICE_IMPORTED: (_("%(name)s was received"), "invoice"),
        AuditAction.DOCUMENT_STORED: (_("A file of %(name)s was stored"), "invoice"),
        AuditAction.DOCUMENT_DOWNLOADED: (_("%(name)s was downloaded"), "download"),
        AuditAction.DOCUMENT_UNREADABLE: (_("A file of %(name)s could not be read"), "warn"),
        AuditAction.PAYMENT_RECORDED: (_("A payment was received: %(name)s"), "bank"),
        AuditAction.PAYMENT_ALLOCATED: (_("A payment was used: %(name)s"), "bank"),
        AuditAction.PAYMENT_TAKEN_BACK: (_("A payment was taken back from %(name)s"), "bank"),
        AuditAction.PAYMENT_MOVED: (_("A payment was moved to %(name)s"), "bank"),
        AuditAction.PAYMENT_GIVEN: (_("A payment was given to %(name)s"), "bank"),
        AuditAction.PAYMENT_RELEASED: (_("A payment was taken from %(name)s"), "bank"),
        AuditAction.CREDIT_ALLOCATED: (_("A credit note was used: %(name)s"), "bank"),
        AuditAction.IMPORT_STARTED: (_("An import was started: %(name)s"), "upload"),
        AuditAction.IMPORT_FINISHED: (_("An import was finished: %(name)s"), "upload"),
        AuditAction.IMPORT_UPLOADED: (_("Invoices were uploaded: %(name)s"), "upload"),
        AuditAction.IMPORT_DISCARDED: (_("An upload was discarded: %(name)s"), "upload"),
        AuditAction.IMPORT_REPAIRED: (_("Refused documents were tried again: %(name)s"), "upload"),
        AuditAction.ISSUER_CHANGED: (_("The settings of the issuer were changed"), "settings"),
        AuditAction.CROSS_COMPANY_OPENED: (
            _("Work on several companies was begun: %(name)s"),
            "shield",
        ),
        AuditAction.PASSWORD_RESET_REQUESTED: (_("A new password was asked for: %(name)s"), "lock"),
        AuditAction.PASSWORD_RESET_THROTTLED: (
            _("Requests for a new password were slowed down"),
            "lock",
        ),
        AuditAction.PASSWORD_RESET_STARTED: (
            _("An administrator sent %(name)s a link for a new password"),
            "lock",
        ),
        AuditAction.EMAIL_CHANGE_REQUESTED: (
            _("%(name)s asked for another e-mail address"),
            "user",
        ),
        AuditAction.EMAIL_CHANGE_THROTTLED: (
            _("Requests for another e-mail address were slowed down"),
            "lock",
        ),
        AuditAction.EMAIL_CHANGED: (_("The e-mail address of %(name)s was changed"), "user"),
        AuditAction.SIGN_IN_CONFIRMED: (_("%(name)s confirmed who they are"), "lock"),
        AuditAction.NEW_DEVICE_SEEN: (_("%(name)s signed in from a new device"), "user"),
        AuditAction.SECOND_STEP_ENABLED: (_("%(name)s switched the second step on"), "shield"),
        AuditAction.SECOND_STEP_DISABLED: (
            _("The second step of %(name)s was switched off"),
            "shield",
        ),
        AuditAction.SECOND_STEP_FAILED: (
            _("A code of the second step was wrong: %(name)s"),
            "lock",
        ),
        AuditAction.RECOVERY_CODES_MADE: (_("%(name)s made new recovery codes"), "shield"),
        AuditAction.RECOVERY_CODE_USED: (_("%(name)s used a recovery code"), "shield"),
        AuditAction.IDENTITY_LINKED: (
            _("%(name)s linked an account at an identity provider"),
            "shield",
        ),
        AuditAction.IDENTITY_UNLINKED: (
            _("%(name)s unlinked an account at an identity provider"),
            "shield",
        ),
        AuditAction.IDENTITY_REFUSED: (
            _("A sign-in through an identity provider was refused: %(name)s"),
            "lock",
        ),
        AuditAction.DOMAIN_APPROVED: (
            _("The domain %(name)s was approved for an identity provider"),
            "shield",
        ),
        AuditAction.DOMAIN_WITHDRAWN: (
            _("The approval of the domain %(name)s was withdrawn"),
            "shield",
        ),
        AuditAction.INVITATION_SENT: (_("%(name)s was invited"), "users"),
        AuditAction.INVITATION_RESENT: (_("The invitation of %(name)s was sent again"), "users"),
        AuditAction.INVITATION_REVOKED: (_("The invitation of %(name)s was revoked"), "users"),
        AuditAction.INVITATION_ACCEPTED: (_("%(name)s accepted the invitation"), "users"),
        AuditAction.INVITATION_EXPIRED: (_("The invitation of %(name)s expired"), "users"),
        AuditAction.INVITATIONS_THROTTLED: (_("Invitations were slowed down"), "lock"),
        AuditAction.MEMBERSHIP_EXPIRED: (_("The access of %(name)s expired"), "users"),
        AuditAction.MAIL_FAILED: (_("A mail could not be delivered: %(name)s"), "warn"),
        AuditAction.MAIL_BOUNCED: (_("A mail was returned: %(name)s"), "warn"),
        AuditAction.MAIL_RESENT: (_("A mail was sent again: %(name)s"), "mail"),
        AuditAction.EXPORT_ASKED: (_("The file %(name)s was asked for"), "download"),
        AuditAction.EXPORT_MADE: (_("The file %(name)s was made"), "download"),
        AuditAction.EXPORT_FAILED: (_("The file %(name)s could not be made"), "warn"),
        AuditAction.EXPORT_DOWNLOADED: (_("The file %(name)s was downloaded"), "download"),
        AuditAction.EXPORT_DELETED: (_("The file %(name)s was deleted"), "delete"),
        AuditAction.JOB_REQUEUED: (_("A job was started again: %(name)s"), "settings"),
        AuditAction.JOB_CANCELLED: (_("A job was cancelled: %(name)s"), "settings"),
        AuditAction.CHANGE_REQUESTED: (_("A change was asked for: %(name)s"), "edit"),
        AuditAction.CHANGE_ACCEPTED: (_("The change was accepted: %(name)s"), "ok"),
        AuditAction.CHANGE_REFUSED: (_("The change was refused: %(name)s"), "warn"),
        AuditAction.CHANGE_WITHDRAWN: (_("The change was withdrawn: %(name)s"), "back"),
        AuditAction.FILTER_SAVED: (_("A filter of the invoice list was saved: %(name)s"), "search"),
        AuditAction.FILTER_CHANGED: (_("The saved filter %(name)s was changed"), "search"),
        AuditAction.FILTER_REMOVED: (_("The saved filter %(name)s was removed"), "delete"),
        AuditAction.FILTER_RESTORED: (_("The saved filter %(name)s was brought back"), "search"),
    }
)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event as a time line shows it; `details` are (label, before, after), "" where there is none."""

    text: str
    who: str
    at: datetime
    icon: str
    details: tuple[tuple[str, str, str], ...]


def history_lines(events: Iterable[AuditEvent]) -> list[HistoryLine]:
    """Sentences for events, in the same order."""
    return [history_line(event) for event in events]


def history_line(event: AuditEvent) -> HistoryLine:
    """The sentence for one event, who did it, and each value before and after."""
    text, icon = _sentence(event)
    return HistoryLine(text, who_of(event), event.at, icon, tuple(change_details(event.changes)))


def who_of(event: AuditEvent) -> str:
    """The person, or what acted where nobody was signed in."""
    if event.actor_id is not None:
        return event.actor_name
    if event.kind in _BY_STRANGERS or event.actor_name == "visitor":
        return gettext("Somebody who is not signed in")
    return gettext("The system")


def change_details(
    changes: Mapping[str, Any], *, with_unnamed: bool = False
) -> Iterable[tuple[str, str, str]]:
    """Each value before and after; fields that have no words only for those who read everything."""
    unnamed = [name for name in changes if name not in FIELDS] if with_unnamed else []
    changes = _with_amounts(changes)
    for name in [*(name for name in FIELDS if name in changes), *unnamed]:
        before, after = (_value(name, one) for one in changes[name])
        if before or after:
            label = FIELDS.get(name)
            yield str(label or name.replace("_", " ").capitalize()), before, after


def _with_amounts(changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Amounts in their currency, which then needs no line of its own."""
    if "amount_cents" not in changes:
        return changes
    currencies = changes.get("currency", [None, None])
    amounts = [
        None if cents is None else formats.money(int(cents), currency or "EUR")
        for cents, currency in zip(changes["amount_cents"], currencies, strict=True)
    ]
    kept = {name: values for name, values in changes.items() if name != "currency"}
    return {**kept, "amount_cents": amounts}


def _sentence(event: AuditEvent) -> tuple[str, str]:
    facts = {"name": name_in_words(event.target_type, event.target_label or "")}
    if event.kind is AuditAction.ADDRESS_CHANGED and event.changes.keys() == {"is_default"}:
        became = event.changes["is_default"][1]
        text = (
            gettext("The address %(name)s became the default one", **facts)
            if became
            else gettext("The address %(name)s is no longer the default one", **facts)
        )
        return text, "address"
    if event.kind is None:
        return f"{event.action.replace('_', ' ').capitalize()} {facts['name']}".strip(), "history"
    words, icon = _SENTENCES[event.kind]
    return str(words) % facts, icon


def _value(name: str, value: Any) -> str:
    """A value of the trail, which is JSON, as its reader would write it."""
    if value is None or value == "" or value == []:
        return ""
    if value == MASK:
        return gettext("(not shown)")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    kind = LABELS.get(name)
    if kind is not None:
        return str(kind.get(value, value))
    return _written(name, str(value))


def _written(name: str, text: str) -> str:
    for ending, write in _BY_ENDING.items():
        if name.endswith(ending):
            return write(text)
    return text


def _country(code: str) -> str:
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def _day(text: str) -> str:
    return formats.day(date.fromisoformat(text))


def _moment(text: str) -> str:
    return formats.moment(datetime.fromisoformat(text))


def _language(code: str) -> str:
    return LANGUAGES.get(code, code)


_BY_STRANGERS = frozenset(
    {
        AuditAction.SIGN_IN_FAILED,
        AuditAction.SIGN_IN_THROTTLED,
        AuditAction.SECOND_STEP_FAILED,
        AuditAction.PASSWORD_RESET_REQUESTED,
        AuditAction.PASSWORD_RESET_THROTTLED,
    }
)

_BY_ENDING: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "_on": _day,
        "_at": _moment,
        "country": _country,
        "language": _language,
        "enterprise_number": formats.enterprise_number,
        "vat_number": formats.vat_number,
    }
)

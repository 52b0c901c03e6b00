"""What a refusal says to its reader: one sentence for each error code, in the reader's language."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm

from app.domain.errors import DomainError

_ = lazy_gettext

SENTENCES: Mapping[str, LazyString] = MappingProxyType(
    {
        # generated screens
        "not_saved": _("This could not be saved. Nothing was changed; please try again later."),
        "already_exists": _("Another record already uses this value. Choose a different one."),
        "still_referenced": _("This is still used elsewhere, so it cannot be removed or replaced."),
        "value_required": _("A required value is missing."),
        "value_refused": _("One of the values is not allowed here."),
        "changed_meanwhile": _(
            "Somebody else changed this in the meantime. Reload and make your change again."
        ),
        "database_busy": _(
            "The system is busy. Nothing was changed; please try again in a moment."
        ),
        # amounts
        "currency_unknown": _("The currency “%(currency)s” is not known."),
        "amount_out_of_range": _("The amount is too large."),
        # stored documents
        "blob_missing": _(
            "This document cannot be found in the archive. We have been told and will restore it."
        ),
        "blob_damaged": _(
            "This document is damaged in the archive. We have been told and will restore it."
        ),
        "storage_unavailable": _(
            "The document archive cannot be reached right now. Please try again in a few minutes."
        ),
        "storage_full": _("The document archive is full. Nothing was stored; please contact us."),
        "rendering_failed": _("The PDF could not be made. The XML is still available."),
        # payments and what they pay
        "amount_not_positive": _("The amount must be above zero."),
        "payment_already_recorded": _("This payment was recorded before; nothing was changed."),
        "allocation_too_large": _("The amount is more than what is left to pay or to use."),
        "nothing_to_pay": _("Nothing is left to pay on document %(number)s."),
        "nothing_left_to_use": _("Nothing is left of this payment or credit note."),
        "currencies_differ": _("An amount in %(source)s cannot pay a document in %(target)s."),
        "companies_differ": _("The payment and the document belong to different companies."),
        # the list and its downloads
        "invoice_unknown": _("There is no such document."),
    }
)


def message_for(error: DomainError) -> str:
    """The sentence for an error; one we have no words for is still a refusal, and says so."""
    sentence = SENTENCES.get(error.code)
    if sentence is None:
        return gettext(
            "This was refused and nothing was changed (reason: %(code)s).", code=error.code
        )
    return str(sentence) % _Facts(error.params)


def add_to_form(form: FlaskForm, error: DomainError) -> None:
    """Put the sentence beside the field that the error names, else above the form."""
    field = form._fields.get(str(error.params.get("field", "")))
    if field is None:
        form.form_errors.append(message_for(error))
    else:
        field.errors = [*field.errors, message_for(error)]


class _Facts(dict[str, object]):
    """Facts of an error; a sentence that names one the error lacks stays readable."""

    def __missing__(self, key: str) -> str:
        return "?"

"""What a refusal or a warning says to its reader, and where a form shows it."""

from collections.abc import Mapping

from flask_babel import gettext
from flask_wtf import FlaskForm

from app.domain.errors import DomainError
from app.fab.document_sentences import NAMED_FIELDS
from app.fab.sentences import SENTENCES

_BYTES_PER_MB = 1024 * 1024


def message_for(error: DomainError) -> str:
    """The sentence for an error; one we have no words for is still a refusal, and says so."""
    return sentence(error.code, error.params)


def sentence(code: str, params: Mapping[str, object]) -> str:
    """The sentence for a code that was stored, such as the outcome of an import."""
    words = SENTENCES.get(code)
    if words is None:
        return gettext("This was refused and nothing was changed (reason: %(code)s).", code=code)
    facts = _Facts(params)
    if (field := NAMED_FIELDS.get(facts.get("field"))) is not None:
        facts["field"] = field
    return str(words) % facts


def add_to_form(form: FlaskForm, error: DomainError) -> None:
    """Put the sentence beside the field that the error names, else above the form."""
    field = form._fields.get(str(error.params.get("field", "")))
    if field is None:
        form.form_errors.append(message_for(error))
    else:
        field.errors = [*field.errors, message_for(error)]


class _Facts(dict[str, object]):
    """Facts of an error as sentences name them; one that is missing breaks nothing."""

    def __missing__(self, name: str) -> object:
        size = self.get(f"{name.removesuffix('_mb')}_bytes")
        return size // _BYTES_PER_MB if isinstance(size, int) else "?"

"""What went wrong with a job or a mail, from the code that was kept of it."""

from flask_babel import gettext

from app.fab.sentences import SENTENCES


def problem_words(code: str | None) -> str | None:
    """The sentence of a code; what nobody foresaw is named as the log names it."""
    if not code:
        return None
    words = SENTENCES.get(code)
    return str(words) if words is not None else gettext("Unexpected problem: %(code)s", code=code)

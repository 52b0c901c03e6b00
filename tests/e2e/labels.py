"""What the interface calls things, from the catalogues: no journey repeats a label of a language."""

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"
LANGUAGES = ("fr", "nl", "en", "de")


class Words:
    """The labels of one language: `words("Invoices")`; one that is in no catalogue is a mistake."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalog = _catalog(language)

    def __call__(self, sentence: str, **values: object) -> str:
        message = self._catalog.get(sentence)
        assert message, f"“{sentence}” is in no template or view; has it been reworded?"
        text = message.string if isinstance(message.string, str) else (message.string or ("",))[0]
        assert text, f"“{sentence}” is not translated into {self.language}."
        return text % values if values else text


def words_of(language: str) -> Words:
    return Words(language)


@cache
def _catalog(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)

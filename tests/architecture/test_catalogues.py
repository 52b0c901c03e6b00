"""Each sentence of the interface exists in each language, with its placeholders."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from tests.architecture.sources import ROOT

LANGUAGES = ("fr", "nl", "de", "en")
CATALOGUES = {
    language: ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"
    for language in LANGUAGES
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def problems(entry: polib.POEntry) -> Iterator[str]:
    """Give what is wrong with one sentence of a catalogue."""
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not all(texts):
        yield f"not translated: {entry.msgid!r}"
        return
    if entry.fuzzy:
        yield f"to be confirmed (fuzzy): {entry.msgid!r}"
    allowed = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
    for text in texts:
        if not placeholders(text) <= allowed or (
            not entry.msgid_plural and placeholders(text) != allowed
        ):
            yield f"placeholders differ: {text!r}"


def placeholders(text: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(text)}


def template_messages(tmp_path: Path) -> set[str]:
    """Return the sentences that the code uses now, extracted as `make i18n` does."""
    target = tmp_path / "messages.pot"
    keywords = ["-k", "lazy_gettext", "-k", "lazy_ngettext:1,2", "-k", "lazy_pgettext:1c,2"]
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml",
         *keywords, "-o", str(target), "app"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    return {entry.msgid for entry in polib.pofile(str(target))}


def sentences_of(path: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]


def test_the_four_languages_are_there_and_no_other():
    found = {path.parts[-3] for path in (ROOT / "translations").glob("*/LC_MESSAGES/*.po")}

    assert found == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_is_translated(language):
    entries = sentences_of(CATALOGUES[language])

    assert [problem for entry in entries for problem in problems(entry)] == []


def test_catalogues_know_every_sentence_of_the_code(tmp_path):
    used = template_messages(tmp_path)

    missing = {
        language: sorted(used - {entry.msgid for entry in sentences_of(path)})
        for language, path in CATALOGUES.items()
    }

    assert used
    assert missing == {language: [] for language in LANGUAGES}


def test_english_says_what_the_code_says():
    differing = [
        entry.msgid
        for entry in sentences_of(CATALOGUES["en"])
        if (entry.msgid, entry.msgid_plural)
        != (
            (entry.msgstr_plural[0], entry.msgstr_plural[1])
            if entry.msgid_plural
            else (entry.msgstr, "")
        )
    ]

    assert differing == [], "run `make i18n`"


def test_a_breach_of_each_rule_is_noticed():
    assert list(problems(polib.POEntry(msgid="Invoice", msgstr="")))
    assert list(problems(polib.POEntry(msgid="Invoice", msgstr="Facture", flags=["fuzzy"])))
    assert list(problems(polib.POEntry(msgid="%(count)s rows", msgstr="%(nombre)s lignes")))
    assert not list(problems(polib.POEntry(msgid="%(count)s rows", msgstr="%(count)s lignes")))

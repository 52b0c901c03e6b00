"""The glossary says what the interface and the code say."""

import re

from tests.architecture.sources import ROOT, sources
from tests.architecture.test_catalogues import CATALOGUES, sentences_of

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TO_COME = "Agreed for screens that are still to come"


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]
    return [one for one in cells if one[0] not in {"English", "word"}]


def test_labels_are_those_that_people_see():
    written = {
        language: {entry.msgid: entry.msgstr for entry in sentences_of(path)}
        for language, path in CATALOGUES.items()
    }
    labels = rows(GLOSSARY.partition(TO_COME)[0])
    seen = [
        [label, *(written[language].get(label) for language in ("fr", "nl", "de"))]
        for label, *_others in labels
    ]

    assert labels
    assert labels == seen


def test_words_of_the_code_are_in_the_code():
    code = "\n".join(source.text for source in sources("app"))
    words = re.findall(
        r"`(\w+)`", "\n".join(row[0] for row in rows(GLOSSARY.partition("What the code says")[2]))
    )

    assert words
    assert [word for word in words if not re.search(rf"\b{word}\b", code)] == []

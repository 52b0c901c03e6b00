"""What one person may find on a page, and what is somebody else's: rows, filters and messages."""

import re
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field

from benchmarks.forms import Forms

NUMBER = re.compile(r"\b(?:[BC]\d{4}-\d{7}|(?:F|NC)-\d{4}-\d{4})\b")
MARK = "Essai"
_MARKS = re.compile(rf"{MARK}-(\d+)-(\d+)")
_MESSAGES = re.compile(r'<div class="flashes">(.*?)(?=<h1|<nav|<form)', re.DOTALL)


@dataclass(slots=True)
class Watch:
    """Looks at every answer that one person gets; `place` tells the people apart."""

    place: int
    own: Set[str]
    """The numbers of all documents that the person may see."""
    rows: int = 0
    filters: int = 0
    messages: int = 0
    looked_at: int = 0
    seen: Counter[int] = field(default_factory=Counter)
    """How often each of the person's own messages was shown."""

    def look(self, page: str, *, filter_name: str = "", filter_text: str = "") -> None:
        self.looked_at += 1
        self.rows += len(set(NUMBER.findall(page)) - self.own)
        if filter_name:
            found = Forms(page).having(filter_name)[filter_name]
            self.filters += found != filter_text
        for block in _MESSAGES.findall(page):
            for whose, which in _MARKS.findall(block):
                if int(whose) == self.place:
                    self.seen[int(which)] += 1
                else:
                    self.messages += 1

    def expect(self, count: int) -> None:
        """Every message of one's own came once: neither lost to somebody else nor shown again."""
        self.messages += sum(self.seen[number] != 1 for number in range(count))

    def mark(self, number: int) -> str:
        """A name that tells whose message it stands in."""
        return f"{MARK}-{self.place}-{number}"

"""Which invoice a payment means: by its structured communication, else by a number in its text; never by a guess.

Looks at what the session's scope holds, so that nobody learns of, or touches, an invoice that is not theirs.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.domain.communications import numbers_in, structured_in
from app.models import Invoice

_NAMES_PER_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a payment says; `company_id` is None while it is not known whose it is."""

    communication: str
    currency: str
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Whose money it is, and the one open invoice that it means; None where it means several, or a paid one."""

    company_id: int
    invoice_id: int | None
    number: str | None = None


@dataclass(slots=True)
class _Candidate:
    id: int
    company_id: int
    number: str
    currency: str
    open_cents: int


@dataclass(slots=True)
class _Names:
    """What one payment may mean, in the order in which it counts."""

    structured: tuple[str, ...]
    numbers: tuple[str, ...]


@dataclass(slots=True)
class Matcher:
    """Matches payments one after the other, and remembers what those before have paid."""

    _by_structured: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    _by_number: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    _known: dict[int, _Candidate] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)

    def load(self, session: Session, texts: Iterable[str]) -> None:
        """Look up what these communications may mean: a few statements, however many they are."""
        structured: dict[str, None] = {}
        numbers: dict[str, None] = {}
        for text in texts:
            names = _names(text)
            structured |= dict.fromkeys(names.structured)
            for number in names.numbers:
                numbers |= dict.fromkeys((number, number.upper()))
        self._load(session, "structured_communication", structured)
        self._load(session, "number", numbers)

    def match(self, wanted: Wanted) -> Match | None:
        """The invoice that is meant, else whose money it is, else nothing."""
        names = _names(wanted.communication)
        found = self._found(self._by_structured, names.structured, wanted)
        if not found:
            both = (spelling for name in names.numbers for spelling in (name, name.upper()))
            found = self._found(self._by_number, both, wanted)
        owners = {one.company_id for one in found}
        if len(owners) != 1:
            return None
        still_open = [one for one in found if one.open_cents > 0]
        if len(still_open) != 1:
            return Match(owners.pop(), None)
        return Match(owners.pop(), still_open[0].id, still_open[0].number)

    def pay(self, invoice_id: int, amount_cents: int) -> int:
        """Note that a payment pays an invoice, as far as it is open; what it takes."""
        candidate = self._known[invoice_id]
        taken = min(amount_cents, candidate.open_cents)
        candidate.open_cents -= taken
        return taken

    def _found(
        self, index: dict[str, list[_Candidate]], names: Iterable[str], wanted: Wanted
    ) -> list[_Candidate]:
        found = {one.id: one for name in names for one in index.get(name, ())}
        return [
            one
            for one in found.values()
            if one.currency == wanted.currency and wanted.company_id in {None, one.company_id}
        ]

    def _load(self, session: Session, column: str, names: Iterable[str]) -> None:
        new = [name for name in names if (column, name) not in self._asked]
        self._asked |= {(column, name) for name in new}
        for start in range(0, len(new), _NAMES_PER_STATEMENT):
            for row in session.execute(_named(column, new[start : start + _NAMES_PER_STATEMENT])):
                self._remember(row)

    def _remember(self, row: Row[*tuple[Any, ...]]) -> None:
        if row.id in self._known:
            return
        one = _Candidate(row.id, row.company_id, row.number, row.currency, row.open_cents)
        self._known[row.id] = one
        self._by_number[row.number].append(one)
        if row.structured_communication:
            self._by_structured[row.structured_communication].append(one)


def match_one(session: Session, wanted: Wanted) -> Match | None:
    """The invoice that one payment means, else whose money it is, else nothing."""
    matcher = Matcher()
    matcher.load(session, [wanted.communication])
    return matcher.match(wanted)


def _names(communication: str) -> _Names:
    return _Names(structured_in(communication), numbers_in(communication))


def _named(column: str, names: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Invoices, no credit notes: money received pays what is owed to the issuer."""
    columns = (
        Invoice.id,
        Invoice.company_id,
        Invoice.number,
        Invoice.currency,
        Invoice.open_cents,
        Invoice.structured_communication,
    )
    is_named = getattr(Invoice, column).in_(names)
    return select(*columns).where(is_named, Invoice.signed_cents > 0)

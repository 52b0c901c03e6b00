"""What somebody typed into the search box of the invoice list, and the rows it stands for.

A number is looked for by its beginning and an amount by its value, each on its index. What is
neither, or found neither way, is looked for anywhere in the references: in trigrams. Row-level
security keeps PostgreSQL from asking their index (LIKE is not leak-proof), so a function of the
database does (`migrations/search.py`): it names the documents first, the page then asks for those
under its policies. Where it finds too many, and for one or two letters, the documents are read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    String,
    and_,
    any_,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.search_text import compact, searched
from app.models import Invoice

MOST_NAMED = 1_000
"""Documents that are named by their keys; where more hold a text, the first page of them is soon read."""
LONGEST = 100
"""Characters that are looked at; longer texts are cut."""
_GROUPED = re.compile(r"([0-9]{1,3}([.,' ])[0-9]{3}(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]{1,2}))?")
_PLAIN = re.compile(r"([0-9]+)()(?:[.,]([0-9]{1,2}))?")
_AROUND_AMOUNT = re.compile(r"(?i)^(?:€|eur)?\s*[-+\u2212]?\s*(?:€|eur)?\s*|\s*(?:€|eur)?$")
_LONGEST_AMOUNT = 15
_TRIGRAM = 3
_TRIGRAMS = table("invoice_search", column("rowid"), column("search_text"))
_ESCAPE = "/"
_LIKE_SIGNS, _ESCAPED = re.compile(r"[%_/]"), r"/\g<0>"
_SURROGATES = range(0xD800, 0xE000)
_LAST_CHARACTER = 0x10FFFF


class SearchKind(StrEnum):
    NUMBER = "NUMBER"
    """Numbers that begin with the text, and amounts that equal it."""
    AMOUNT = "AMOUNT"
    ANYWHERE = "ANYWHERE"
    """The text somewhere in number or references."""


@dataclass(frozen=True, slots=True)
class Search:
    """`cents` is the amount the text reads as, in hundredths; None when it is none.

    `ids` are the documents whose references hold the text, once they are known to be MOST_NAMED at most.
    """

    text: str
    kind: SearchKind
    cents: int | None = None
    ids: tuple[int, ...] | None = None

    @property
    def anywhere(self) -> "Search":
        """The same text, looked for in every reference."""
        return replace(self, kind=SearchKind.ANYWHERE)

    @property
    def is_certain(self) -> bool:
        """Whether no other way of looking is left to try."""
        return self.kind is SearchKind.ANYWHERE


def read_search(text: str) -> Search | None:
    """The search that a text stands for; None for an empty one."""
    cleaned = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    if not cleaned:
        return None
    cents, has_decimals = _read_amount(cleaned)
    if cents is not None and has_decimals:
        return Search(cleaned, SearchKind.AMOUNT, cents)
    is_number = len(cleaned) > 1 and " " not in cleaned and any(sign.isdigit() for sign in cleaned)
    return Search(cleaned, SearchKind.NUMBER if is_number else SearchKind.ANYWHERE, cents)


def values_of(session: Session, search: Search) -> dict[str, Any]:
    """What is compared with, by the names that `ways_of` binds; the names alone say what the ways are."""
    values: dict[str, Any] = {}
    if search.kind is SearchKind.NUMBER:
        spellings = dict.fromkeys((search.text, search.text.upper(), search.text.lower()))
        for place, spelling in enumerate(spellings):
            values |= _range(place, spelling)
    elif search.ids is not None:
        values["named"] = list(search.ids)
    elif search.kind is SearchKind.ANYWHERE:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        for place, term in enumerate(_terms(search.text)):
            if is_sqlite and len(term) >= _TRIGRAM:
                values[f"phrase_{place}"] = '"' + term.replace('"', '""') + '"'
            else:
                values[f"pattern_{place}"] = f"%{_LIKE_SIGNS.sub(_ESCAPED, term)}%"
    if search.cents is not None:
        values |= {"cents": search.cents, "credit_cents": -search.cents}
    return values


def ways_of(names: tuple[str, ...]) -> list[ColumnElement[bool]]:
    """The ways in which a row matches, whatever was typed: statements are made once for each set of names."""
    ways = (_way(name, is_bounded=f"beyond_{name[-1]}" in names) for name in names)
    return [way for way in ways if way is not None]


def is_found(ways: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether anything matches: each way by itself, because together they would use no index."""
    # Without select_from the scope would not see that these are a company's rows.
    return or_(*(select(Invoice.id).select_from(Invoice).where(way).exists() for way in ways))


def holding() -> ColumnElement[Any]:
    """The keys of the documents whose references hold a text; null where they are too many, or the text is short.

    PostgreSQL's, bound by `holding_values`. For a session whose scope is of companies: others are not kept from
    the index, and are shown nothing here.
    """
    terms = bindparam("term", type_=String), bindparam("other_spelling", type_=String)
    return func.invoices_holding(*terms, literal(MOST_NAMED), type_=ARRAY(Integer))


def holding_values(search: Search) -> dict[str, str]:
    terms = list(_terms(search.text))
    return {"term": terms[0], "other_spelling": terms[-1]}


def looked_up(session: Session, search: Search) -> Search:
    """The search with its documents named, where the index must be asked first; one statement, on PostgreSQL."""
    if not search.is_certain or session.get_bind().dialect.name != "postgresql":
        return search
    found = session.scalar(select(holding()), holding_values(search))
    return replace(search, ids=None if found is None else tuple(found))


def begins_with(text: InstrumentedAttribute[str], beginning: str) -> ColumnElement[bool]:
    """A range, because no index of SQLite and no secured one of PostgreSQL answers LIKE 'x%'."""
    beyond = _beyond(beginning)
    return text >= beginning if beyond is None else and_(text >= beginning, text < beyond)


def _beyond(beginning: str) -> str | None:
    """The first text after all that begin so; None where there is none."""
    last = ord(beginning[-1]) + 1
    if last in _SURROGATES:
        last = _SURROGATES.stop
    return None if last > _LAST_CHARACTER else beginning[:-1] + chr(last)


def _range(place: int, beginning: str) -> dict[str, str]:
    beyond = _beyond(beginning)
    last = {} if beyond is None else {f"beyond_{place}": beyond}
    return {f"number_{place}": beginning} | last


def _way(name: str, *, is_bounded: bool) -> ColumnElement[bool] | None:
    kind, _underscore, place = name.partition("_")
    if kind == "number":
        begins = Invoice.number >= bindparam(name)
        return and_(begins, Invoice.number < bindparam(f"beyond_{place}")) if is_bounded else begins
    if kind == "named":
        return Invoice.id == any_(bindparam(name, type_=ARRAY(Integer)))
    if kind == "phrase":
        return _contains_by_index(name)
    if kind == "pattern":
        return Invoice.search_text.like(bindparam(name), escape=_ESCAPE)
    if kind == "cents":
        return Invoice.signed_cents.in_((bindparam("cents"), bindparam("credit_cents")))
    return None  # the other end of a range, or of a pair


def _terms(text: str) -> dict[str, None]:
    """The text as searched, and without separators when enough of it is left to mean something."""
    wanted = searched(text)
    bare = compact(wanted)
    return dict.fromkeys((wanted, bare) if len(bare) > 3 else (wanted,))


def _contains_by_index(name: str) -> ColumnElement[bool]:
    """SQLite's trigram table, which has the rows' ids and nobody's scope: the scope is on the rows."""
    matches = _TRIGRAMS.c.search_text.op("MATCH")(bindparam(name, type_=String))
    return Invoice.id.in_(select(_TRIGRAMS.c.rowid).where(matches))


def _read_amount(text: str) -> tuple[int | None, bool]:
    """Hundredths, and whether decimals were written: `4.428,68`, `4428.68` and `€ 4 428,68` are one."""
    bare = _AROUND_AMOUNT.sub("", text.replace("\u00a0", " ").replace("\u202f", " "))
    match = _GROUPED.fullmatch(bare) or _PLAIN.fullmatch(bare)
    if match is None:
        return None, False
    whole = re.sub(r"[^0-9]", "", match[1])
    if len(whole) > _LONGEST_AMOUNT:
        return None, False
    return int(whole) * 100 + int((match[3] or "0").ljust(2, "0")), match[3] is not None

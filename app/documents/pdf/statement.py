"""The statement of account as a PDF: every text formatted and in its language, drawn by the template."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from app.documents.pdf.details import party_block
from app.documents.pdf.engine import ENGINE, looks
from app.documents.pdf.formats import Formats
from app.documents.pdf.glyphs import printable, printable_lines
from app.documents.pdf.labels import LANGUAGES
from app.documents.statement_words import statement_words
from app.domain.identifiers import display_structured_communication
from app.domain.ports import Brand
from app.domain.statement import Account, Statement, StatementLine

MOST_PRINTED = 1_000
"""Lines of one currency; the sum of the others is printed, and the CSV has them all."""
_FIGURE_PT = 8.6
_FIGURES_THAT_FIT = (
    16  # characters of an amount at _FIGURE_PT, three of them beside dates and words
)
_LEAST_PT = 4.6
_LARGE = 100  # lines


def statement_pdf(
    statement: Statement, *, language: str, brand: Brand, most_lines: int = MOST_PRINTED
) -> bytes:
    """The PDF: the same bytes each time, built to PDF/A-3a and PDF/UA-1, dated the last day of the period.

    Of an account of more than `most_lines` lines it prints that many, says how many are missing and what they
    come to; balances are those of all lines. Raises RenderingFailed.
    """
    page = _Page(statement, language=language, brand=brand, most_lines=most_lines)
    content = page.content() | looks(brand)
    is_large = sum(len(one["rows"]) for one in content["accounts"]) > _LARGE
    return ENGINE.draw(
        "statement.typ", content, on=statement.last, name=page.title, is_large=is_large
    )


class _Page:
    def __init__(
        self, statement: Statement, *, language: str, brand: Brand, most_lines: int
    ) -> None:
        self._statement = statement
        self._language = language if language in LANGUAGES else "en"
        self._brand = brand
        self._most_lines = most_lines
        self._words = statement_words(language)
        self._day = Formats(language, currency="EUR").day
        self.title = (
            f"{self._words['statement']} {printable(statement.company.name)} {self._period}"
        )

    @property
    def _period(self) -> str:
        first, last = self._day(self._statement.first), self._day(self._statement.last)
        return self._words["from_to"].format(first=first, last=last)

    def content(self) -> dict[str, Any]:
        statement, words = self._statement, self._words
        issuer = printable(self._brand.issuer_name or statement.issuer.display_name)
        issuer_block = party_block(statement.issuer, words) | {"name": issuer}
        return {
            "language": self._language,
            "words": words,
            "title": self.title,
            "author": issuer,
            "subheading": self._period,
            "running": f"{words['statement']} · {printable(statement.company.name)}",
            "logo_alt": words["logo_alt"].format(name=issuer),
            "issuer": issuer_block,
            "company": party_block(statement.company, words),
            "facts": [
                (words["customer_number"], printable(one.value)) for one in statement.company.ids
            ],
            "accounts": [self._account(one) for one in statement.accounts],
            "texts": [lines] if (lines := self._terms()) else [],
            "footer": " · ".join([issuer, *issuer_block["ids"][:1]]),
        }

    def _terms(self) -> list[str]:
        return printable_lines(self._brand.footer.get(self._language, ""))

    def _account(self, account: Account) -> dict[str, Any]:
        rows = _AccountRows(self._statement, account, self._words, self._language)
        printed = list(rows.lines(self._most_lines))
        longest = max(len(row[side]) for row in printed for side in ("debit", "credit", "balance"))
        day = self._day(self._statement.last)
        return {
            "heading": self._words["amounts_in"].format(currency=printable(account.currency)),
            "rows": printed,
            "figure_pt": max(_LEAST_PT, min(1, _FIGURES_THAT_FIT / longest) * _FIGURE_PT),
            "open_heading": self._words["open_items"].format(day=day),
            "open": list(rows.open_items()),
        }


class _AccountRows:
    """The rows of one account, as strings."""

    def __init__(
        self, statement: Statement, account: Account, words: dict[str, str], language: str
    ) -> None:
        self._statement = statement
        self._account = account
        self._words = words
        self._formats = Formats(language, currency=account.currency)

    def lines(self, most: int) -> Iterator[dict[str, Any]]:
        account, words = self._account, self._words
        yield self._sum(words["opening"], account.opening_cents, day=self._statement.first)
        debit = credit = printed = 0
        balance = account.opening_cents
        for line in islice(account.lines(), most):
            debit += line.movement.debit_cents or 0
            credit += line.movement.credit_cents or 0
            balance, printed = line.balance_cents, printed + 1
            yield self._line(line)
        if account.count > printed:
            what = words["not_printed"].format(count=self._formats.number(account.count - printed))
            rest = (account.debit_cents - debit, account.credit_cents - credit)
            balance = account.closing_cents
            yield self._sum(what, balance, sides=rest)
        totals = (account.debit_cents, account.credit_cents)
        yield self._sum(words["closing"], balance, day=self._statement.last, sides=totals)

    def open_items(self) -> Iterator[dict[str, Any]]:
        account, words = self._account, self._words
        for age, cents in account.ages.items():
            yield self._open(words[age], cents)
        if account.unused_credit_cents:
            yield self._open(words["unused_credit"], -account.unused_credit_cents)
        if account.unallocated_cents:
            yield self._open(words["unallocated"], -account.unallocated_cents)
        yield self._open(words["closing"], account.closing_cents, is_sum=True)

    def _sum(
        self,
        what: str,
        cents: int,
        *,
        day: date | None = None,
        sides: tuple[int, int] | None = None,
    ) -> dict[str, Any]:
        amount = self._formats.amount
        debit, credit = ("", "") if sides is None else map(amount, sides)
        return {
            "date": self._day(day),
            "what": what,
            "detail": "",
            "due": "",
            "debit": debit,
            "credit": credit,
            "balance": amount(cents),
            "is_sum": True,
        }

    def _line(self, line: StatementLine) -> dict[str, Any]:
        one = line.movement
        what = printable(f"{self._words[one.kind]} {one.number}")
        return {
            "date": self._day(one.on),
            "what": what,
            "detail": printable(display_structured_communication(one.reference)),
            "due": self._day(one.due_on),
            "debit": self._side(one.debit_cents),
            "credit": self._side(one.credit_cents),
            "balance": self._formats.amount(line.balance_cents),
            "is_sum": False,
        }

    def _open(self, what: str, cents: int, *, is_sum: bool = False) -> dict[str, Any]:
        return {"what": what, "amount": self._formats.amount(cents), "is_sum": is_sum}

    def _side(self, cents: int | None) -> str:
        return "" if cents is None else self._formats.amount(cents)

    def _day(self, value: date | None) -> str:
        return "" if value is None else self._formats.day(value)

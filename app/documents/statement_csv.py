"""The statement of account as a table for a spreadsheet or a bookkeeping program."""

from collections.abc import Iterator, Mapping
from datetime import date

from app.documents.sheets import csv_pieces
from app.documents.statement_words import statement_words
from app.domain.cells import Cell, Money, communication
from app.domain.statement import Account, Statement, StatementLine

_COLUMNS = (
    "currency",
    "date",
    "kind",
    "number",
    "reference",
    "due_date",
    "debit",
    "credit",
    "balance",
)
Row = tuple[Cell, ...]


def statement_csv(statement: Statement, language: str) -> Iterator[bytes]:
    """The file, piece by piece: however many lines there are, a few hundred are held.

    A row for each line, between one for the opening and one for the closing balance; below those, what is open
    by age. What stands in the column of the balance adds up to the closing balance there. The closing
    balance is that of the lines above it.
    """
    words = statement_words(language)
    return csv_pieces([words[column] for column in _COLUMNS], _rows(statement, words))


def _rows(statement: Statement, words: Mapping[str, str]) -> Iterator[Row]:
    for account in statement.accounts:
        yield from _account_rows(statement, account, words)


def _account_rows(
    statement: Statement, account: Account, words: Mapping[str, str]
) -> Iterator[Row]:
    currency, last = account.currency, statement.last
    balance = account.opening_cents
    yield _sum(currency, statement.first, words["opening"], balance)
    for line in account.lines():
        balance = line.balance_cents
        yield _line(line, currency, words)
    yield _sum(currency, last, words["closing"], balance)
    for age, cents in account.ages.items():
        yield _sum(currency, last, words[age], cents)
    yield _sum(currency, last, words["unused_credit"], -account.unused_credit_cents)
    yield _sum(currency, last, words["unallocated"], -account.unallocated_cents)


def _sum(currency: str, day: date, what: str, cents: int) -> Row:
    return currency, day, what, "", "", "", "", "", Money(cents, currency)


def _line(line: StatementLine, currency: str, words: Mapping[str, str]) -> Row:
    one = line.movement
    debit, credit = one.debit_cents, one.credit_cents
    return (
        currency,
        one.on,
        words[one.kind],
        one.number,
        communication(one.reference),
        one.due_on,
        None if debit is None else Money(debit, currency),
        None if credit is None else Money(credit, currency),
        Money(line.balance_cents, currency),
    )

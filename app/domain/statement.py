"""The statement of account: what a company was charged, credited and paid in a period, and what is open at its end.

Amounts are minor units of the account's currency, seen from the issuer: above zero they are owed by the company.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.einvoice import Party

AGES = ("NOT_DUE", "LATE_1_30", "LATE_31_60", "LATE_OVER_60")
"""Days past the due date, at the end of the period; what has no due date is not due."""


class MovementKind(StrEnum):
    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"
    PAYMENT = "PAYMENT"


@dataclass(frozen=True, slots=True)
class Movement:
    """A document on the day it was issued, or money on the day it was received, all of it at once.

    `cents` raise the balance when above zero. Of a document they are what was to pay (its signed payable amount),
    not its total: what was paid before it was issued is on the document, was never money of this ledger, and
    would otherwise stay open for ever. `reference` is as received: a structured communication, where there is
    one. `public_id` is a document's.
    """

    on: date
    kind: MovementKind
    cents: int
    number: str = ""
    reference: str = ""
    due_on: date | None = None
    public_id: UUID | None = None

    @property
    def debit_cents(self) -> int | None:
        """None where it stands on the other side; an invoice of which nothing was left to pay is a debit of 0."""
        is_debit = self.cents > 0 or (self.cents == 0 and self.kind is MovementKind.INVOICE)
        return self.cents if is_debit else None

    @property
    def credit_cents(self) -> int | None:
        return -self.cents if self.debit_cents is None else None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement and the balance after it."""

    movement: Movement
    balance_cents: int


@dataclass(frozen=True, slots=True)
class Account:
    """One currency of a statement; currencies are never added up.

    `movements` are in order and may be walked through more than once, but perhaps not held: there
    are `count` of them. `debit_cents` and `credit_cents` are their sums, both positive.
    `open_by_age` is what is owed at the end of the period (an age of AGES to cents), `unused_credit_cents`
    what is left then of credit notes, as a positive amount.
    """

    currency: str
    opening_cents: int = 0
    debit_cents: int = 0
    credit_cents: int = 0
    count: int = 0
    movements: Iterable[Movement] = ()
    open_by_age: Mapping[str, int] | None = None
    unused_credit_cents: int = 0

    @property
    def closing_cents(self) -> int:
        """The opening balance of the period that begins the day after."""
        return self.opening_cents + self.debit_cents - self.credit_cents

    @property
    def ages(self) -> Mapping[str, int]:
        return {age: (self.open_by_age or {}).get(age, 0) for age in AGES}

    @property
    def unallocated_cents(self) -> int:
        """Money received by the end of the period that had paid no document of the period or before.

        What was charged less what was credited and received is the closing balance; what of it is neither
        open nor unused credit is this money. Property tests compare it with the rows.
        """
        return sum(self.ages.values()) - self.unused_credit_cents - self.closing_cents

    def lines(self) -> Iterator[StatementLine]:
        """The movements in order, each with the balance after it."""
        balance = self.opening_cents
        for movement in self.movements:
            balance += movement.cents
            yield StatementLine(movement, balance)


@dataclass(frozen=True, slots=True)
class Statement:
    """Of one company, from `first` to `last`, both included. There is at least one account, the main currency first."""

    issuer: Party
    company: Party
    first: date
    last: date
    accounts: tuple[Account, ...]

"""Payments as they come in: what a file tells of one, why a line of it is not taken, and by what it is known again."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar

from app.domain.errors import DomainError

LONGEST_TEXT = 200
"""Characters of a communication or of a payer's name that are kept."""
_LONGEST_REFERENCE = 60
_DERIVED = "#"


class PaymentUse(StrEnum):
    """How much of a payment pays something."""

    UNALLOCATED = "UNALLOCATED"
    PARTLY = "PARTLY"
    ALLOCATED = "ALLOCATED"


class PaymentOrigin(StrEnum):
    """How a payment came to us; the beginning of its `source`."""

    MANUAL = "MANUAL"
    CSV = "CSV"
    CAMT_053 = "CAMT.053"
    DEMO = "DEMO"


class PaymentOutcome(StrEnum):
    """What becomes of a line of a file."""

    RECORDED = "RECORDED"
    UNCHANGED = "UNCHANGED"
    """The same payment is here already."""
    SKIPPED = "SKIPPED"
    """Not money that came in."""
    REFUSED = "REFUSED"


class PaymentFileUnreadable(DomainError):
    """The file as a whole is not a list of payments that can be read."""

    code: ClassVar[str] = "payment_file_unreadable"


class LineRefused(DomainError):
    """One line of a file, or one entry of a statement, that cannot be taken as it is."""

    code: ClassVar[str] = "payment_line_refused"


class LineSkipped(DomainError):
    """One line that is no money received."""

    code: ClassVar[str] = "payment_line_skipped"


@dataclass(frozen=True, slots=True)
class IncomingPayment:
    """Money received, as a file tells of it: `amount_cents` in minor units of `currency`.

    `account` stands for the account it came in on, without telling its number. `reference` is what the
    bank or the file calls it, "" for nothing; `details` tell payments apart that share it or have none.
    `batch` is the number of the entry whose parts share a reference; None for an entry of its own.
    """

    origin: PaymentOrigin
    amount_cents: int
    currency: str
    received_on: date
    communication: str = ""
    payer_name: str = ""
    account: str = ""
    reference: str = ""
    details: tuple[str, ...] = field(default=())
    batch: int | None = None

    @property
    def source(self) -> str:
        return f"{self.origin.value}:{self.account}" if self.account else self.origin.value


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One line of a file (from 1, its head included) or one entry of a statement: a payment, or why not."""

    row: int
    payment: IncomingPayment | None = None
    refusal: DomainError | None = None


def account_key(number: str) -> str:
    """What stands for an account: the same for the same number, which it does not tell."""
    compact = "".join(number.split()).upper()
    return hashlib.sha256(f"account:{compact}".encode()).hexdigest()[:16] if compact else ""


def references_of(payments: Iterable[IncomingPayment]) -> Iterator[str]:
    """What each payment of one file is known by, in order: at most 100 characters, stable from file to file.

    A reference of a bank stands with the amount and the day, because some banks give one to several
    entries. Without a reference it is the content, and the how many-eth of its like in the file.
    """
    seen: Counter[tuple[str, int | None]] = Counter()
    for payment in payments:
        base = _base(payment)
        repeats = not payment.reference or payment.batch is not None
        among = payment.batch if payment.reference else None
        seen[base, among] += 1
        count = seen[base, among]
        yield f"{base}-{count}" if repeats and count > 1 else base


def _base(payment: IncomingPayment) -> str:
    facts = (str(payment.amount_cents), payment.currency, payment.received_on.isoformat())
    content = (*facts, payment.communication, payment.payer_name, *payment.details)
    if not payment.reference:
        return _DERIVED + _digest(content, 40)
    reference = payment.reference
    if len(reference) > _LONGEST_REFERENCE or reference.startswith(_DERIVED):
        reference = _digest((reference,), 40)
    if payment.origin is PaymentOrigin.CSV:
        return reference
    return f"{reference}/{_digest(facts if payment.batch is None else content, 16)}"


def _digest(parts: Iterable[str], length: int) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]

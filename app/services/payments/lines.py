"""Lines of a file with payments: what would become of each, and writing those that are new."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.money import UnknownCurrency, is_currency
from app.domain.payments import (
    IncomingPayment,
    LineRefused,
    LineSkipped,
    PaymentLine,
    PaymentOutcome,
    references_of,
)
from app.models import Company, Invoice, Payment
from app.services.allocations import (
    NewPayment,
    NothingToPay,
    PaymentAlreadyRecorded,
    allocate_locked,
    record_payment,
)
from app.services.payments.matching import Matcher, Wanted
from app.services.projections import lock_invoices

Key = tuple[str, str]
"""Source and reference: what a payment is unique by."""


class ReferenceTaken(LineRefused):
    """The source gave this reference to a payment of another amount or day. params: reference."""

    code = "payment_reference_taken"


class DayToCome(LineRefused):
    """Nobody has received yet what comes tomorrow."""

    code = "received_in_the_future"


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a file and, where it is a payment, what that is known by."""

    row: int
    payment: IncomingPayment | None = None
    key: Key | None = None
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose money a payment is, and the invoice that takes `paid_cents` of it, if there is one."""

    company_id: int
    company: str
    invoice_id: int | None = None
    invoice: str | None = None
    paid_cents: int = 0


@dataclass(frozen=True, slots=True)
class LineResult:
    """What becomes of one line; `code` and `params` say why it is not taken. No owner: nobody's yet."""

    row: int
    outcome: PaymentOutcome
    payment: IncomingPayment | None = None
    key: Key | None = None
    owner: Owner | None = None
    code: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """By what two payments of one reference are told to be the same."""

    amount_cents: int
    currency: str
    received_on: date


def identified(lines: Iterable[PaymentLine]) -> list[ReadLine]:
    """The lines of one file, each payment with what it is known by."""
    held = list(lines)
    references = references_of(one.payment for one in held if one.payment is not None)
    return [
        ReadLine(one.row, refusal=one.refusal)
        if one.payment is None
        else ReadLine(one.row, one.payment, (one.payment.source, next(references)), one.refusal)
        for one in held
    ]


def known_payments(session: Session, lines: Sequence[ReadLine]) -> dict[Key, Facts]:
    """The lines' payments that are here already, as far as the scope sees them; one statement."""
    keys = {one.key for one in lines if one.key is not None}
    if not keys:
        return {}
    columns = (
        Payment.source,
        Payment.external_reference,
        Payment.amount_cents,
        Payment.currency,
        Payment.received_on,
    )
    statement = select(*columns).where(
        Payment.source.in_(sorted({source for source, _reference in keys})),
        Payment.external_reference.in_(sorted({reference for _source, reference in keys})),
    )
    return {
        (row.source, row.external_reference or ""): Facts(
            row.amount_cents, row.currency, row.received_on
        )
        for row in session.execute(statement)
    }


@dataclass(slots=True)
class Planner:
    """Says what would become of lines; remembers those before, which the database may not know yet."""

    today: date
    _matcher: Matcher = field(default_factory=Matcher)
    _seen: dict[Key, Facts] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def plan(
        self, session: Session, lines: Sequence[ReadLine], known: Mapping[Key, Facts]
    ) -> list[LineResult]:
        """One result for each line; nothing is written. `known` is what is here already."""
        payments = [one.payment for one in lines if one.payment is not None]
        self._matcher.load(session, [one.communication for one in payments])
        return [self._planned(session, one, known) for one in lines]

    def _planned(self, session: Session, line: ReadLine, known: Mapping[Key, Facts]) -> LineResult:
        if line.payment is None or line.key is None:
            return _refused(line, line.refusal or LineRefused())
        facts = facts_of(line.payment)
        there = known.get(line.key) or self._seen.get(line.key)
        if there is not None:
            return _repeated(line, is_same=there == facts)
        if refusal := self._refusal(line.payment):
            return _refused(line, refusal)
        self._seen[line.key] = facts
        owner = self._owner(session, line.payment)
        return LineResult(line.row, PaymentOutcome.RECORDED, line.payment, line.key, owner)

    def _refusal(self, payment: IncomingPayment) -> DomainError | None:
        if not is_currency(payment.currency):
            return UnknownCurrency(currency=payment.currency)
        return DayToCome() if payment.received_on > self.today else None

    def _owner(self, session: Session, payment: IncomingPayment) -> Owner | None:
        match = self._matcher.match(Wanted(payment.communication, payment.currency))
        if match is None:
            return None
        owner = Owner(match.company_id, self._name(session, match.company_id))
        if match.invoice_id is None:
            return owner
        paid = self._matcher.pay(match.invoice_id, payment.amount_cents)
        return replace(owner, invoice_id=match.invoice_id, invoice=match.number, paid_cents=paid)

    def _name(self, session: Session, company_id: int) -> str:
        if company_id not in self._names:
            name = select(Company.name).where(Company.id == company_id)
            self._names[company_id] = session.scalars(name).one()
        return self._names[company_id]


def write_lines(session: Session, planned: Sequence[LineResult]) -> list[LineResult]:
    """Write the payments that are new, with what they pay; what is otherwise by now is told as it is.

    Rows are written and locked in one order, or two imports could wait for each other.
    """
    by_key = sorted(range(len(planned)), key=lambda place: planned[place].key or ("", ""))
    payments = {place: _recorded(session, planned[place]) for place in by_key}
    owners = [planned[place].owner for place, payment in payments.items() if payment is not None]
    locked = lock_invoices(session, {one.invoice_id for one in owners if one and one.invoice_id})
    return [_settled(session, one, payments[place], locked) for place, one in enumerate(planned)]


def _recorded(session: Session, planned: LineResult) -> Payment | None:
    """None where nothing is to be written, or somebody wrote it meanwhile, maybe for a foreign company."""
    incoming, key = planned.payment, planned.key
    if planned.outcome is not PaymentOutcome.RECORDED or incoming is None or key is None:
        return None
    new = NewPayment(
        company_id=planned.owner.company_id if planned.owner else None,
        amount_cents=incoming.amount_cents,
        currency=incoming.currency,
        received_on=incoming.received_on,
        source=key[0],
        external_reference=key[1],
        communication=incoming.communication or None,
        payer_name=incoming.payer_name or None,
    )
    try:
        return record_payment(session, new)
    except PaymentAlreadyRecorded:
        return None


def _settled(
    session: Session, planned: LineResult, payment: Payment | None, locked: Mapping[int, Invoice]
) -> LineResult:
    if planned.outcome is not PaymentOutcome.RECORDED:
        return planned
    if payment is None:
        return replace(planned, outcome=PaymentOutcome.UNCHANGED, owner=None)
    owner = planned.owner
    if owner is None or owner.invoice_id is None:
        return planned
    try:
        paid = allocate_locked(session, payment, locked[owner.invoice_id]).amount_cents
    except NothingToPay:  # somebody else was faster: it is the company's credit
        owner = replace(owner, invoice_id=None, invoice=None, paid_cents=0)
        return replace(planned, owner=owner)
    return replace(planned, owner=replace(owner, paid_cents=paid))


def _repeated(line: ReadLine, *, is_same: bool) -> LineResult:
    if is_same:
        return LineResult(line.row, PaymentOutcome.UNCHANGED, line.payment)
    return _refused(line, ReferenceTaken(reference=line.key[1] if line.key else ""))


def _refused(line: ReadLine, refusal: DomainError) -> LineResult:
    is_skipped = isinstance(refusal, LineSkipped)
    outcome = PaymentOutcome.SKIPPED if is_skipped else PaymentOutcome.REFUSED
    params = {name: value for name, value in refusal.params.items() if name != "field"}
    return LineResult(line.row, outcome, line.payment, code=refusal.code, params=params)


def facts_of(payment: IncomingPayment) -> Facts:
    return Facts(payment.amount_cents, payment.currency, payment.received_on)

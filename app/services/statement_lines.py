"""The lines of a statement of account: documents and payments of one currency, read while they are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, Row, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.einvoice import InvoiceKind
from app.domain.statement import Movement, MovementKind
from app.models import Invoice, Payment

BATCH = 500
"""Documents, and payments, that are held at a time."""
_Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included, of one company."""

    company_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Movements:
    """The movements of one currency in order, read anew each time they are walked through.

    Within a day documents come before money, each in the order they were entered.
    """

    session: Session
    period: Period
    currency: str

    def __iter__(self) -> Iterator[Movement]:
        documents = map(_document, self._rows(_DOCUMENTS))
        payments = map(_payment, self._rows(_PAYMENTS))
        return merge(documents, payments, key=lambda one: (one.on, one.kind is _MONEY))

    def _rows(self, source: "_Source") -> Iterator[_Found]:
        period, on = self.period, source.on
        base = (
            select(source.kind.id, on.label("on"), *source.columns)
            .where(source.kind.company_id == period.company_id)
            .where(source.kind.currency == self.currency)
            .where(on <= period.last)
            .order_by(on, source.kind.id)
            .limit(BATCH)
        )
        # One lower bound at a time: of two, a database may walk the index from the wrong one.
        beyond: ColumnElement[bool] = on >= period.first
        while True:
            rows = self.session.execute(base.where(beyond)).all()
            yield from rows
            if len(rows) < BATCH:
                return
            last = tuple_(literal(rows[-1].on), literal(rows[-1].id))
            beyond = tuple_(on, source.kind.id) > last


@dataclass(frozen=True, slots=True)
class _Source:
    """A table that lines come from: the day they stand on, and what else is read."""

    kind: type[Invoice] | type[Payment]
    on: InstrumentedAttribute[date]
    columns: tuple[InstrumentedAttribute[Any], ...]


_MONEY = MovementKind.PAYMENT
_DOCUMENTS = _Source(
    Invoice,
    Invoice.issued_on,
    (
        Invoice.kind,
        Invoice.signed_cents,
        Invoice.number,
        Invoice.due_on,
        Invoice.structured_communication,
        Invoice.buyer_reference,
        Invoice.public_id,
    ),
)
_PAYMENTS = _Source(
    Payment,
    Payment.received_on,
    (Payment.amount_cents, Payment.communication, Payment.payer_name),
)


def _document(row: _Found) -> Movement:
    is_invoice = row.kind is InvoiceKind.INVOICE
    return Movement(
        on=row.on,
        kind=MovementKind.INVOICE if is_invoice else MovementKind.CREDIT_NOTE,
        cents=row.signed_cents,
        number=row.number,
        reference=row.structured_communication or row.buyer_reference or "",
        due_on=row.due_on,
        public_id=row.public_id,
    )


def _payment(row: _Found) -> Movement:
    reference = row.communication or row.payer_name or ""
    return Movement(row.on, _MONEY, -row.amount_cents, reference=reference)

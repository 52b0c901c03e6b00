"""Loading the demo, step by step; each step is passed over once it is done, so a killed load goes on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo.cast import add_cast, holds_anything, holds_cast
from app.cli.demo.companies import DUBOIS, LAMBERT, MARTIN, PEETERS
from app.cli.demo.documents import CREDITED, DemoDocument, demo_documents
from app.domain.clock import BUSINESS_ZONE
from app.domain.einvoice import InvoiceKind
from app.domain.imports import ImportSource
from app.domain.payments import IncomingPayment, PaymentOrigin
from app.domain.ports import BlobStore
from app.jobs.invoice_import import run_import
from app.models import Invoice, IssuerSetting, Payment
from app.security.cross_company import cross_company
from app.services.allocations import allocate_credit
from app.services.imports.values import ImportOrder
from app.services.monthly_figures import refresh_figures
from app.services.payments.lines import Planner, ReadLine, write_lines

Named = tuple[str, InvoiceKind]
PAYMENT_SOURCE = PaymentOrigin.DEMO.value
_PAID_AFTER = timedelta(days=21)
_OVERDUE = (2, "Namur")
"""The one invoice of Boulangerie Martin that is late: months back and address."""
_PARTLY_PAID_CENTS = 100_000
_OVERPAID_CENTS = 2_500
"""What Atelier Dubois once paid too much."""


class OtherDataPresent(Exception):
    """The database holds people or companies that are not the demo's."""


def load_demo(*, blobs: BlobStore, secret_key: str) -> bool:
    """Load the cast, its documents and its payments; False when all of it was there already.

    `secret_key` is the deployment's, for the link of the invitation.

    Raises:
        OtherDataPresent: nothing was added.
    """
    with cross_company("demo: people and companies") as session:
        if session.scalar(select(Payment.id).where(Payment.source == PAYMENT_SOURCE).limit(1)):
            return False
        if not holds_cast(session):
            if holds_anything(session):
                raise OtherDataPresent
            add_cast(session, secret_key=secret_key)
            session.commit()
        loaded_on = _loaded_on(session)
    # A load that is finished on a later day makes the documents of the day it began.
    documents = demo_documents(loaded_on)
    run_import(
        (one.as_source() for one in documents),
        ImportOrder(ImportSource.DEMO),
        blobs=blobs,
        on_result=lambda _result: None,
    )
    with cross_company("demo: payments") as session:
        _pay(session, documents, today=loaded_on)
        refresh_figures(session, today=loaded_on)
        session.commit()
    return True


def _loaded_on(session: Session) -> date:
    created_at = session.scalars(select(IssuerSetting.created_at)).one()
    return created_at.astimezone(BUSINESS_ZONE).date()


def _pay(session: Session, documents: list[DemoDocument], *, today: date) -> None:
    """Credit notes first, then money, by the same way as a bank statement: it pays what it means."""
    rows = {
        (row.number, row.kind): row for row in session.scalars(select(Invoice).order_by(Invoice.id))
    }
    for document in documents:
        if document.is_credit_note and document.months_back != CREDITED[-1][0]:
            einvoice = document.einvoice
            corrected = rows[einvoice.preceding[0].number, InvoiceKind.INVOICE]
            allocate_credit(session, rows[einvoice.number, InvoiceKind.CREDIT_NOTE], corrected)
    lines = [*_received(documents, rows, today), _from_nobody(today)]
    write_lines(session, Planner(today).plan(session, lines, known={}))


def _received(
    documents: list[DemoDocument], rows: Mapping[Named, Invoice], today: date
) -> Iterator[ReadLine]:
    """All but the present month, the overdue one, and the last two of those who pay late."""
    counters: dict[str, int] = defaultdict(int)
    for document in documents:
        invoice = rows[document.einvoice.number, document.einvoice.kind]
        cents = _paid_cents(document, invoice)
        if cents:
            counters[document.company.key] += 1
            number = counters[document.company.key]
            if document.company is DUBOIS and number == 1:
                cents += _OVERPAID_CENTS
            payment = IncomingPayment(
                PaymentOrigin.DEMO,
                amount_cents=cents,
                currency=invoice.currency,
                received_on=min(invoice.issued_on + _PAID_AFTER, today),
                communication=document.einvoice.payment_id,
                payer_name=document.company.name,
            )
            yield ReadLine(
                number, payment, (PAYMENT_SOURCE, f"{document.company.key}-{number:04d}")
            )


def _paid_cents(document: DemoDocument, invoice: Invoice) -> int:
    if document.is_credit_note:
        return 0
    is_current = document.months_back == 0
    if document.company is MARTIN:
        if is_current:
            return _PARTLY_PAID_CENTS if document.address.name == "Liège" else 0
        is_overdue = (document.months_back, document.address.name) == _OVERDUE
        return 0 if is_overdue else invoice.open_cents
    if document.company is PEETERS:
        return 0 if is_current else invoice.open_cents
    if document.company is LAMBERT and document.months_back == 1:
        return invoice.open_cents // 2
    return 0 if document.months_back <= 1 else invoice.open_cents


def _from_nobody(today: date) -> ReadLine:
    """A payment that names no invoice: somebody has to find out whose it is."""
    payment = IncomingPayment(
        PaymentOrigin.DEMO,
        amount_cents=12_500,
        currency="EUR",
        received_on=today - timedelta(days=5),
        communication="Titres du mois passé, merci",
        payer_name="Fiduciaire Lejeune",
    )
    return ReadLine(0, payment, (PAYMENT_SOURCE, "nobody-0001"))

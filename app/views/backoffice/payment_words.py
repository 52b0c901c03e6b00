"""A payment as pages of the back-office show it: its facts, what it pays, what it could pay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_decimal_symbol
from flask_babel import gettext

from app.domain.identifiers import display_structured_communication
from app.domain.money import from_cents
from app.domain.payments import PaymentOrigin
from app.fab.labels import label_of
from app.models import Payment
from app.services.payments.payment_page import OpenInvoice
from app.views.formats import day, money, page_region


@dataclass(frozen=True, slots=True)
class OfferedRow:
    """An open invoice that may be chosen."""

    number: str
    company: str
    issued: str
    due: str
    left: str
    url: str


def offered_rows(
    found: Iterable[OpenInvoice], act_url: str, kept: Mapping[str, str]
) -> list[OfferedRow]:
    """`act_url` with `kept` and the invoice is where choosing one leads."""
    return [
        OfferedRow(
            one.number,
            one.company,
            day(one.issued_on),
            day(one.due_on),
            money(one.open_cents, one.currency),
            f"{act_url}?{urlencode({**kept, 'invoice': one.public_id})}",
        )
        for one in found
    ]


def origin_words(payment: Payment) -> str:
    """How it came to us: the account that the source stands for is nobody's to read."""
    name = payment.source.partition(":")[0]
    known = {one.value for one in PaymentOrigin}
    return label_of(PaymentOrigin(name)) if name in known else payment.source


def payer_words(payment: Payment) -> str:
    return payment.payer_name or gettext("Not named")


def company_words(payment: Payment) -> str:
    return payment.company.name if payment.company else gettext("Unknown payer")


def communication_words(text: str | None) -> str | None:
    return display_structured_communication(text) if text else text


def plain_amount(cents: int, currency: str) -> str:
    """An amount as a field takes it back, with the decimal mark of the reader: 1234,56."""
    return str(from_cents(cents, currency)).replace(".", get_decimal_symbol(page_region()))


def payment_facts(payment: Payment) -> list[tuple[str, Any]]:
    """Label and value, in the order of the page."""
    return [
        (gettext("Received on"), day(payment.received_on)),
        (gettext("Company"), company_words(payment)),
        (gettext("Payer"), payment.payer_name),
        (gettext("Communication"), communication_words(payment.communication)),
        (gettext("Amount"), money(payment.amount_cents, payment.currency)),
        (gettext("Left"), money(payment.left_cents, payment.currency)),
        (gettext("Status"), label_of(payment.use)),
        (gettext("Where it came from"), origin_words(payment)),
        (gettext("Reference of the bank"), _reference(payment)),
    ]


def _reference(payment: Payment) -> str | None:
    """What the bank or the file calls it, without what we add; ours alone say nothing to a person."""
    reference = payment.external_reference or ""
    is_ours = payment.source == PaymentOrigin.MANUAL or reference.startswith("#")
    return None if is_ours else reference.partition("/")[0] or None

"""The rows of N invoices: made once by the importer's own mapping, then filled in for each document.

Only what differs from one document to the next is written anew: dumping a million documents one by
one would take longer than measuring them.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.clock import now, today
from app.domain.einvoice import EInvoice, InvoiceKind
from app.domain.identifiers import make_structured_communication
from app.domain.search_text import compact
from app.services.allocations import open_projection
from app.services.imports.amounts import amounts_of
from app.services.imports.buyers import BuyerKeys, KnownCompany
from app.services.imports.plan import PlannedInvoice
from app.services.imports.sellers import seller_key
from app.services.imports.store import invoice_values
from app.services.imports.values import Incoming

BIG_SHARE = 0.2
PAID_SHARE, CREDITED_SHARE = 0.92, 0.03
HISTORY = timedelta(days=5 * 365)
PAYABLE_WITHIN = timedelta(days=30)
_SEED = 20_261_122
# Texts that stand for what is filled in: the same whether folded or written as JSON.
_NUMBER, _BUYER, _ORDER, _PAYMENT = "qq-number-qq", "qqbuyerqq", "qqorderqq", "qqpaymentqq"
_ISSUED, _DUE, _PAYABLE = date(1801, 1, 1), date(1802, 2, 2), Decimal("98765432.10")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an invoice goes."""

    company_id: int
    address_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Owners:
    """Who gets the invoices: the first few are `few`'s, one in five the big company's, the rest everybody's."""

    big: Sequence[Place]
    others: Sequence[Place]
    few: Place | None = None
    few_count: int = 0
    big_share: float = BIG_SHARE


@dataclass(frozen=True, slots=True)
class Facts:
    """What differs from one document to the next; amounts in minor units."""

    number: str
    issued_on: date
    due_on: date | None
    order_reference: str
    payment_id: str
    payable_cents: int


class Mould:
    """One kind of document, by the importer's mapping, with places to fill in."""

    def __init__(self, sample: EInvoice, kind: InvoiceKind) -> None:
        self._is_credit = kind is InvoiceKind.CREDIT_NOTE
        document = fitted(
            sample,
            kind,
            Facts(_NUMBER, _ISSUED, _DUE, _ORDER, _PAYMENT, int(_PAYABLE * 100)),
            buyer=_BUYER,
        )
        self._values = _mapped(document)
        self._search = _slots(str(self._values["search_text"]))
        self._content = _slots(json.dumps(document.to_json()))
        self._least_cents = amounts_of(sample).payable_cents

    @property
    def least_cents(self) -> int:
        """What the sample itself comes to."""
        return self._least_cents

    def values(self, facts: Facts, place: Place, *, is_paid: bool) -> dict[str, Any]:
        """The columns of `invoice`, but its identifiers and times."""
        signed = -facts.payable_cents if self._is_credit else facts.payable_cents
        open_cents, state = open_projection(signed, facts.payable_cents if is_paid else 0)
        folded = facts.number.casefold()
        return self._values | {
            "company_id": place.company_id,
            "address_id": place.address_id,
            "number": facts.number,
            "issued_on": facts.issued_on,
            "due_on": facts.due_on,
            "payable_cents": facts.payable_cents,
            "signed_cents": signed,
            "open_cents": open_cents,
            "payment_state": state,
            "order_reference": facts.order_reference,
            "structured_communication": facts.payment_id or None,
            "search_text": self._search
            % {
                "number": folded,
                "compact": compact(folded),
                "order": facts.order_reference.casefold(),
                "payment": facts.payment_id,
            },
        }

    def content(self, facts: Facts, buyer: str) -> str:
        """The document as JSON."""
        return self._content % {
            "number": facts.number,
            "buyer": json.dumps(buyer)[1:-1],
            "order": facts.order_reference,
            "payment": facts.payment_id,
            "issued": facts.issued_on.isoformat(),
            "due": facts.due_on.isoformat() if facts.due_on else "",
            "payable": f"{facts.payable_cents // 100}.{facts.payable_cents % 100:02}",
        }


def fitted(sample: EInvoice, kind: InvoiceKind, facts: Facts, *, buyer: str) -> EInvoice:
    """The sample with the facts of one document in it."""
    is_credit = kind is InvoiceKind.CREDIT_NOTE
    means = replace(sample.payment_means[0], payment_id=facts.payment_id)
    return replace(
        sample,
        kind=kind,
        type_code="381" if is_credit else "380",
        number=facts.number,
        issued_on=facts.issued_on,
        due_on=None if is_credit else facts.due_on,
        buyer=replace(sample.buyer, name=buyer),
        order_reference=facts.order_reference,
        payment_means=() if is_credit else (means,),
        totals=replace(sample.totals, payable=Decimal(facts.payable_cents).scaleb(-2)),
    )


def rows(count: int, sample: EInvoice, owners: Owners) -> Iterator[dict[str, Any]]:
    """Rows in the order in which an issuer numbers: by day, whoever the customer. `content` is JSON."""
    luck = random.Random(_SEED)
    last, arrived_at = today(), now()
    moulds = {kind: Mould(sample, kind) for kind in InvoiceKind}
    for nth in range(count):
        issued_on = last - HISTORY + HISTORY * nth // count
        place = _place(owners, luck, nth)
        is_credit = luck.random() < CREDITED_SHARE
        mould = moulds[InvoiceKind.CREDIT_NOTE if is_credit else InvoiceKind.INVOICE]
        facts = _facts(nth + 1, issued_on, luck, mould, is_credit=is_credit)
        is_paid = luck.random() < PAID_SHARE and (last - issued_on).days > PAYABLE_WITHIN.days
        yield mould.values(facts, place, is_paid=is_paid) | {
            "public_id": UUID(int=luck.getrandbits(128), version=4),
            "created_at": arrived_at,
            "updated_at": arrived_at,
            "content": mould.content(facts, place.name),
        }


def _place(owners: Owners, luck: random.Random, nth: int) -> Place:
    if owners.few is not None and nth < owners.few_count:
        return owners.few
    is_big = luck.random() < owners.big_share or not owners.others
    return luck.choice(owners.big if is_big else owners.others)


def _facts(
    number: int, issued_on: date, luck: random.Random, mould: Mould, *, is_credit: bool
) -> Facts:
    return Facts(
        number=f"{'C' if is_credit else 'B'}{issued_on.year}-{number:07d}",
        issued_on=issued_on,
        due_on=None if is_credit else issued_on + PAYABLE_WITHIN,
        order_reference=f"PO-{luck.randrange(10**6):06d}",
        payment_id="" if is_credit else make_structured_communication(number % 10**10),
        payable_cents=mould.least_cents + luck.randrange(900_000),
    )


def _mapped(document: EInvoice) -> dict[str, Any]:
    planned = PlannedInvoice(
        incoming=Incoming(f"{document.number}.xml"),
        einvoice=document,
        seller_key=seller_key(document.seller),
        company=KnownCompany(0, document.buyer.name, BuyerKeys()),
        address=None,
        amounts=amounts_of(document),
        warnings=(),
    )
    return invoice_values(planned, 0)


def _slots(text: str) -> str:
    """The text with its stand-ins made into places for `%`."""
    slots = {
        _NUMBER: "number",
        compact(_NUMBER): "compact",
        _BUYER: "buyer",
        _ORDER: "order",
        _PAYMENT: "payment",
        _ISSUED.isoformat(): "issued",
        _DUE.isoformat(): "due",
        f"{_PAYABLE:.2f}": "payable",
    }
    escaped = text.replace("%", "%%")
    for stand_in, name in slots.items():
        escaped = escaped.replace(stand_in, f"%({name})s")
    return escaped

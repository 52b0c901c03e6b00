"""Documents and money for tests of services: rows of one company, written as an import would."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

from tests import cast

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Invoice

TODAY = date(2026, 11, 22)
_numbers = count(1)


@contextmanager
def in_company(session: "Session", name: str = cast.SIMON, *, place: str = "") -> Iterator[int]:
    """Open the scope of a company, or of one of its addresses, and give the company's id."""

    from app.security.scope import of_company
    from app.security.tenancy import open_scope

    owner = cast.company(session, name)
    addresses = (cast.address(session, place).id,) if place else None
    open_scope(session, of_company(owner.id, addresses=addresses, user_id=1))
    yield owner.id


def add_invoice(session: "Session", company_id: int, **values: Any) -> "Invoice":
    """An invoice of 100.00 that is open; `cents` and `credit` say otherwise. Flushed, not committed."""
    from sqlalchemy import select

    from app.domain.einvoice import InvoiceKind
    from app.models import Address, Invoice
    from app.services.allocations import open_projection

    cents, is_credit = values.pop("cents", 10_000), values.pop("credit", False)
    signed = -cents if is_credit else cents
    open_cents, state = open_projection(signed)
    number = values.pop("number", f"T-{next(_numbers):05}")
    address = select(Address.id).where(Address.company_id == company_id, Address.is_default)
    row = {
        "company_id": company_id,
        "address_id": values.pop("address_id", None) or session.scalars(address).one(),
        "kind": InvoiceKind.CREDIT_NOTE if is_credit else InvoiceKind.INVOICE,
        "type_code": "381" if is_credit else "380",
        "number": number,
        "seller_key": "test",
        "seller_name": "Titres Demo SA",
        "issued_on": date(2026, 10, 1),
        "due_on": None,
        "currency": "EUR",
        "net_cents": cents,
        "tax_cents": 0,
        "total_cents": cents,
        "payable_cents": cents,
        "signed_cents": signed,
        "open_cents": open_cents,
        "payment_state": state,
        "search_text": number.lower(),
        "has_warnings": False,
    }
    invoice = Invoice(**(row | values))
    session.add(invoice)
    session.flush()
    return invoice

"""Documents for tests of the import, made by the product's own writer."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.cli.demo.companies import DemoCompany
from app.cli.demo.documents import demo_documents
from app.documents import ubl_writer
from app.domain.einvoice import EInvoice, InvoiceKind, Party, PostalAddress
from app.domain.identifiers import Identifier
from app.security.cross_company import cross_company

DAY = date(2026, 3, 20)


def einvoice(company: DemoCompany | Party, number: str, **changes: Any) -> EInvoice:
    """An invoice, or a credit note with `kind`, for a company of the cast or for any buyer."""
    model = next(one.einvoice for one in demo_documents(DAY) if _fits(one.company, company))
    buyer = company if isinstance(company, Party) else model.buyer
    changed = replace(model, number=number, preceding=(), buyer=buyer, **changes)
    if changed.kind is InvoiceKind.CREDIT_NOTE:
        changed = replace(changed, type_code="381", due_on=None)
    return changed


def document(company: DemoCompany | Party, number: str, **changes: Any) -> bytes:
    return ubl_writer.write(einvoice(company, number, **changes))


def new_buyer(**changes: Any) -> Party:
    """A company that the cast does not have."""
    buyer = Party(
        name="Fleuriste Nouvelle SRL",
        vat_id="BE0990700689",
        legal_id=Identifier("0990700689", "0208"),
        endpoint=Identifier("0990700689", "0208"),
        address=PostalAddress(
            street="Rue des Fleurs 1", city="Huy", postal_code="4500", country="BE"
        ),
    )
    return replace(buyer, **changes)


def count(where: Any, kind: type[Any], **values: Any) -> int:
    """How many rows of a table have these values, whoever they belong to."""
    app = getattr(where, "application", where)
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        found = session.scalar(select(func.count()).select_from(kind).filter_by(**values))
        return int(found or 0)


def _fits(owner: DemoCompany, wanted: DemoCompany | Party) -> bool:
    return isinstance(wanted, Party) or owner is wanted

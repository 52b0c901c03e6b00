"""Links between a credit note and what it corrects, whichever of the two arrives first."""

from collections.abc import Iterator, Sequence

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, select, update
from sqlalchemy.orm import Session, aliased

from app.domain.einvoice import InvoiceKind
from app.models import Invoice, PrecedingInvoice
from app.services.imports.plan import PlannedInvoice

Link = tuple[int, int]
"""The ids of a reference and of the document that it names."""


def link_preceding(session: Session, planned: Sequence[PlannedInvoice], ids: Sequence[int]) -> None:
    """Give each reference of these documents, or to them, the document it names.

    Both are of one seller and one company: a number is unique within a seller only, and nobody is
    led to another company's document.
    """
    naming = [id_ for each, id_ in zip(planned, ids, strict=True) if each.einvoice.preceding]
    arrived = [id_ for each, id_ in zip(planned, ids, strict=True)]
    found = dict([*_links_to(session, arrived), *_links_from(session, naming)])
    for reference_id, document_id in found.items():
        session.execute(
            update(PrecedingInvoice)
            .where(PrecedingInvoice.id == reference_id)
            .values(referenced_id=document_id)
        )


def _links_from(session: Session, naming: Sequence[int]) -> Iterator[Link]:
    return _links(session.execute(_FROM, {"ids": naming}).all()) if naming else iter(())


def _links_to(session: Session, arrived: Sequence[int]) -> Iterator[Link]:
    return _links(session.execute(_TO, {"ids": arrived}).all())


def _links(rows: Sequence[Row[int, int, InvoiceKind]]) -> Iterator[Link]:
    # An invoice and a credit note may share a number: the invoice is what is corrected.
    for reference_id, document_id, _kind in sorted(
        rows, key=lambda row: row[2] is InvoiceKind.INVOICE
    ):
        yield reference_id, document_id


def _is_open() -> ColumnElement[bool]:
    return PrecedingInvoice.referenced_id.is_(None)


def _linked(which: ColumnElement[bool]) -> Select[int, int, InvoiceKind]:
    naming, named = aliased(Invoice), aliased(Invoice)
    return (
        select(PrecedingInvoice.id, named.id, named.kind)
        .join(
            naming,
            (naming.id == PrecedingInvoice.invoice_id)
            & (naming.company_id == PrecedingInvoice.company_id),
        )
        .join(
            named,
            (named.company_id == PrecedingInvoice.company_id)
            & (named.number == PrecedingInvoice.number)
            & (named.seller_key == naming.seller_key)
            & (named.id != naming.id),
        )
        .where(which, _is_open())
    )


def _waiting_for() -> ColumnElement[bool]:
    """References of the companies and by the numbers of documents that have arrived."""
    target = aliased(Invoice)
    ids: BindParameter[int] = bindparam("ids", expanding=True)
    numbers = select(target.company_id, target.number).where(target.id.in_(ids)).subquery()
    waiting = select(PrecedingInvoice.id).join(
        numbers,
        (PrecedingInvoice.company_id == numbers.c.company_id)
        & (PrecedingInvoice.number == numbers.c.number),
    )
    return PrecedingInvoice.id.in_(waiting.where(_is_open()))


_FROM = _linked(PrecedingInvoice.invoice_id.in_(bindparam("ids", expanding=True)))
_TO = _linked(_waiting_for())

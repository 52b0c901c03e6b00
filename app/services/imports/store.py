"""Writing planned documents: bytes first, then the rows that refer to them, in the caller's transaction."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.identifiers import normalise_structured_communication
from app.domain.invoicing import DocumentFormat, DocumentOrigin
from app.domain.ports import BlobStore
from app.domain.search_text import search_text_of
from app.models import Document, Invoice, InvoiceContent, PrecedingInvoice
from app.services.allocations import open_projection
from app.services.audit import record
from app.services.imports.plan import PlannedInvoice
from app.services.imports.preceding import link_preceding

Owner = dict[str, int]
_NUMBERS_NAMED = 20
_PUTS_AT_ONCE = 4


def store_invoices(
    session: Session, planned: Sequence[tuple[PlannedInvoice, int]], *, blobs: BlobStore
) -> None:
    """Write documents, each with the id of its address.

    A blob without a row does no harm: bytes are named by their hash and put once.

    Raises:
        StorageFull, StorageUnavailable: bytes could not be kept; no row was written.
        sqlalchemy.exc.IntegrityError: somebody imported one of them at the same time.
    """
    if not planned:
        return
    files = _put_all([each for each, _address in planned], blobs)
    ids = _new_ids(session, len(planned))
    rows = [invoice_values(each, address) for each, address in planned]
    _insert(session, Invoice, [{"id": id_, **row} for id_, row in zip(ids, rows, strict=True)])
    owners: list[Owner] = [
        {"company_id": _company_id(each), "address_id": address, "invoice_id": invoice_id}
        for (each, address), invoice_id in zip(planned, ids, strict=True)
    ]
    _insert(session, InvoiceContent, _contents(planned, owners))
    _insert(
        session,
        Document,
        [owner | file for owner, own in zip(owners, files, strict=True) for file in own],
    )
    _insert(session, PrecedingInvoice, _preceding(planned, owners))
    link_preceding(session, [each for each, _address in planned], ids)
    _record(session, [each for each, _address in planned])


def invoice_values(planned: PlannedInvoice, address_id: int) -> dict[str, Any]:
    """The columns of `invoice` that a document fills: also what measurements fill a database with."""
    einvoice, amounts = planned.einvoice, planned.amounts
    open_cents, state = open_projection(amounts.signed_cents)
    payment_id = einvoice.payment_id
    return {
        "public_id": uuid4(),
        "company_id": _company_id(planned),
        "address_id": address_id,
        "kind": einvoice.kind,
        "type_code": einvoice.type_code[:10],
        "number": einvoice.number,
        "seller_key": planned.seller_key,
        "seller_name": einvoice.seller.display_name[:200],
        "issued_on": einvoice.issued_on,
        "due_on": einvoice.due_on,
        "currency": einvoice.currency,
        "net_cents": amounts.net_cents,
        "tax_cents": amounts.tax_cents,
        "total_cents": amounts.total_cents,
        "payable_cents": amounts.payable_cents,
        "signed_cents": amounts.signed_cents,
        "open_cents": open_cents,
        "payment_state": state,
        "buyer_reference": einvoice.buyer_reference[:200] or None,
        "order_reference": einvoice.order_reference[:200] or None,
        "structured_communication": (
            normalise_structured_communication(payment_id) or payment_id[:140] or None
        ),
        "mandate_reference": einvoice.mandate_reference[:35] or None,
        "search_text": search_text_of(einvoice),
        "has_warnings": bool(planned.warnings),
    }


def _new_ids(session: Session, count: int) -> list[int]:
    """Keys taken beforehand: asking for them row by row costs more than writing the rows.

    On SQLite the caller has the one write lock, so nobody else counts until it is done.
    """
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence("invoice", "id"))
        return list(session.scalars(select(sequence).select_from(func.generate_series(1, count))))
    last: int = session.scalar(select(func.max(Invoice.id))) or 0
    return list(range(last + 1, last + 1 + count))


def _put_all(planned: Sequence[PlannedInvoice], blobs: BlobStore) -> list[list[dict[str, Any]]]:
    """Several at a time: storage is waited for, not computed."""
    if len(planned) < _PUTS_AT_ONCE:
        return [_put(each, blobs) for each in planned]
    with ThreadPoolExecutor(_PUTS_AT_ONCE) as pool:
        return list(pool.map(_put, planned, repeat(blobs)))


def _put(planned: PlannedInvoice, blobs: BlobStore) -> list[dict[str, Any]]:
    data = planned.incoming.data
    files = [_file(data, DocumentFormat.XML, DocumentOrigin.RECEIVED, blobs)]
    document = planned.incoming.document
    if document is not None and document.embedded_pdf is not None:
        pdf = document.embedded_pdf.data
        files.append(_file(pdf, DocumentFormat.PDF, DocumentOrigin.EMBEDDED, blobs))
    return files


def _file(
    data: bytes, format_: DocumentFormat, origin: DocumentOrigin, blobs: BlobStore
) -> dict[str, Any]:
    sha256 = blobs.put(data, media_type=format_.media_type)
    return {"format": format_, "origin": origin, "sha256": sha256, "size_bytes": len(data)}


def _contents(
    planned: Sequence[tuple[PlannedInvoice, int]], owners: Sequence[Owner]
) -> list[dict[str, Any]]:
    return [
        owner
        | {
            "content": each.einvoice.to_json(),
            "warnings": [{"code": one.code, "params": dict(one.params)} for one in each.warnings],
        }
        for (each, _address), owner in zip(planned, owners, strict=True)
    ]


def _preceding(
    planned: Sequence[tuple[PlannedInvoice, int]], owners: Sequence[Owner]
) -> list[dict[str, Any]]:
    return [
        owner | {"number": number, "issued_on": issued_on}
        for (each, _address), owner in zip(planned, owners, strict=True)
        for number, issued_on in {
            reference.number[:200]: reference.issued_on for reference in each.einvoice.preceding
        }.items()
    ]


def _insert(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        # By the session, so that the scope is asked; without the bookkeeping of single objects.
        session.execute(insert(table), rows, execution_options={"render_nulls": True})


def _record(session: Session, planned: Sequence[PlannedInvoice]) -> None:
    """One event for each company, beside the documents it got."""
    numbers: dict[int, list[str]] = defaultdict(list)
    for each in planned:
        numbers[_company_id(each)].append(each.einvoice.number)
    for company_id, own in numbers.items():
        named = ", ".join(own[:_NUMBERS_NAMED]) + (" …" if len(own) > _NUMBERS_NAMED else "")
        record(
            session,
            AuditAction.INVOICE_IMPORTED,
            label=named[:300],
            company_id=company_id,
            changes={"documents": (None, len(own))},
        )


def _company_id(planned: PlannedInvoice) -> int:
    if planned.company.id is None:
        message = "the company of a document is created before the document"
        raise RuntimeError(message)
    return planned.company.id

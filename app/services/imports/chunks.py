"""One chunk of an import, in one transaction: planned, and written unless it is a dry run."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.ports import BlobStore, HoldingArea
from app.models import IssuerSetting
from app.services.imports import batches
from app.services.imports.openings import open_company_for
from app.services.imports.plan import Planned, PlannedInvoice, Planner
from app.services.imports.rows import hold_refused
from app.services.imports.sellers import load_issuer
from app.services.imports.store import store_invoices
from app.services.imports.values import DocumentResult, ImportOrder, Incoming

_FIRST_LANGUAGE = "fr"


def make_planner(session: Session, order: ImportOrder) -> Planner:
    return Planner(order, load_issuer(session))


def write_chunk(
    session: Session,
    batch_id: int,
    chunk: Sequence[Incoming],
    *,
    at: int,
    order: ImportOrder,
    blobs: BlobStore,
    holding: HoldingArea | None,
) -> list[DocumentResult]:
    """Import the documents of a chunk, of which the first is number `at`; all of it is the caller's one transaction.

    Raises:
        ImportTaken: another worker has imported them.
        StorageFull, StorageUnavailable: bytes could not be kept.
        sqlalchemy.exc.IntegrityError: another import wrote one of them meanwhile.
    """
    batches.take_turn(session, batch_id, order, at=at, documents=len(chunk))
    results = store_chunk(session, chunk, order=order, blobs=blobs)
    places = hold_refused(holding, chunk, results)
    batches.add_rows(session, batch_id, order, list(zip(results, places, strict=True)))
    return results


def store_chunk(
    session: Session, chunk: Sequence[Incoming], *, order: ImportOrder, blobs: BlobStore
) -> list[DocumentResult]:
    """Decide about documents and write those that are new, with the companies they need; the outcome of each."""
    planned = make_planner(session, order).plan(session, chunk)
    store_invoices(session, _addressed(session, planned, order), blobs=blobs)
    return [each.result for each in planned]


def _addressed(
    session: Session, planned: Sequence[Planned], order: ImportOrder
) -> list[tuple[PlannedInvoice, int]]:
    """The documents to write, with their addresses; creates companies on the way."""
    opened: dict[int, int] = {}
    found: list[tuple[PlannedInvoice, int]] = []
    for each in planned:
        invoice = each.invoice
        if invoice is None:
            continue
        if each.opens is not None:
            address = open_company_for(
                session, invoice, manager_id=order.manager_id, language=_language(session)
            )
            opened[id(each.opens)] = address.id
        address_id = invoice.address.id if invoice.address else opened[id(invoice.company)]
        found.append((invoice, address_id))
    return found


def _language(session: Session) -> str:
    return session.scalar(select(IssuerSetting.default_language)) or _FIRST_LANGUAGE

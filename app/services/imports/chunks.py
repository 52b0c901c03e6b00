"""One chunk of an import, in one transaction: planned, and written unless it is a dry run."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.ports import BlobStore
from app.models import IssuerSetting
from app.services.imports import batches
from app.services.imports.openings import open_company_for
from app.services.imports.plan import Planned, PlannedInvoice, Planner
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
    order: ImportOrder,
    blobs: BlobStore,
) -> list[DocumentResult]:
    """Import the documents of a chunk; all of it is the caller's one transaction.

    Raises:
        StorageFull, StorageUnavailable: bytes could not be kept.
        sqlalchemy.exc.IntegrityError: another import wrote one of them meanwhile.
    """
    batches.take_turn(session, batch_id, order)
    planned = make_planner(session, order).plan(session, chunk)
    store_invoices(session, _addressed(session, planned, order), blobs=blobs)
    results = [each.result for each in planned]
    batches.add_rows(session, batch_id, order, results)
    return results


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

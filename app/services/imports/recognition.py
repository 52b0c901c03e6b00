"""Documents that are here already, by their bytes alone: the same bytes are the same document."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.invoicing import DocumentFormat
from app.models import Company, Document, Invoice
from app.services.imports.values import StoredDocument

# Made once, as the other statements of a chunk: making one takes longer than answering it.
_STORED = (
    select(Document.sha256, Invoice.number, Invoice.kind, Company.id, Company.name)
    .join(
        Invoice,
        (Invoice.id == Document.invoice_id) & (Invoice.company_id == Document.company_id),
    )
    .join(Company, Company.id == Document.company_id)
    .where(
        Document.sha256.in_(bindparam("hashes", expanding=True)),
        Document.format == DocumentFormat.XML,
    )
)


def stored_documents(session: Session, hashes: Iterable[str]) -> dict[str, StoredDocument]:
    """Those of the documents with these hashes that are here, in one statement.

    Seller, number and kind, which a document is unique by, follow from its bytes: whoever finds these need
    not read the document to know that it would be left alone.
    """
    wanted = sorted({one for one in hashes if one})
    if not wanted:
        return {}
    return {
        sha: StoredDocument(number, kind.value, company_id, name)
        for sha, number, kind, company_id, name in session.execute(_STORED, {"hashes": wanted})
    }

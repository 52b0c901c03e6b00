"""The PDF and the XML of an invoice: found in the archive, or drawn from the XML the first time."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.einvoice import EInvoice
from app.domain.errors import DomainError
from app.domain.filenames import safe_stem
from app.domain.invoicing import DocumentFormat, DocumentOrigin
from app.domain.ports import BlobMissing, Brand, Ports
from app.models import Company, Document, Invoice, InvoiceContent
from app.services.audit import record
from app.services.issuer import issuer_card


class InvoiceUnknown(DomainError):
    """No such invoice, or not one this scope holds: who asks cannot tell which."""

    code = "invoice_unknown"


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """One file of an invoice. `data` is there only when it was drawn just now and is not stored."""

    invoice_id: int
    number: str
    format: DocumentFormat
    sha256: str
    size_bytes: int
    data: bytes | None = None

    @property
    def filename(self) -> str:
        return f"{safe_stem(self.number)}.{self.format.lower()}"


def find_document(
    session: Session,
    ports: Ports,
    public_id: UUID,
    kind: DocumentFormat,
    *,
    keep: bool = True,
) -> DocumentFile:
    """The file of an invoice by the invoice's public id; the caller commits.

    A PDF that does not exist yet is drawn from the XML and stored, unless `keep` is False (for
    readers who may write nothing): then its bytes, the same each time, are in `data`.

    Raises:
        InvoiceUnknown: no such invoice in this scope.
        RenderingFailed: the PDF cannot be drawn; the XML is still there.
        BlobMissing, BlobDamaged, StorageUnavailable: of the XML that the PDF is drawn from.
    """
    row = _row(session, public_id, kind)
    if row is None:
        raise InvoiceUnknown()
    if row.sha256 is not None:
        return DocumentFile(row.id, row.number, kind, row.sha256, row.size_bytes)
    if kind is DocumentFormat.XML:
        raise BlobMissing(number=row.number)
    pdf = _drawn(session, ports, row.id)
    sha256 = ports.blobs.put(pdf, media_type=kind.media_type) if keep else ""
    file = DocumentFile(row.id, row.number, kind, sha256, len(pdf), None if keep else pdf)
    return _stored(session, file) if keep else file


def document_bytes(
    session: Session, ports: Ports, public_id: UUID, kind: DocumentFormat, *, keep: bool = True
) -> bytes:
    """The whole file, verified against its hash. Raises what `find_document` raises.

    Also raises BlobMissing or BlobDamaged of the file itself.
    """
    file = find_document(session, ports, public_id, kind, keep=keep)
    return file.data if file.data is not None else ports.blobs.read(file.sha256)


def note_unreadable(
    session: Session, public_id: UUID, kind: DocumentFormat, *, error: DomainError
) -> None:
    """Leave a trace of a file that is in the books and cannot be read; the caller commits."""
    invoice = session.scalars(select(Invoice).where(Invoice.public_id == public_id)).one_or_none()
    if invoice is not None:
        changes = {"format": (None, kind), "reason": (None, error.code)}
        record(session, AuditAction.DOCUMENT_UNREADABLE, target=invoice, changes=changes)


def _row(session: Session, public_id: UUID, kind: DocumentFormat) -> Row[int, str, str, int] | None:
    its_file = and_(
        Document.company_id == Invoice.company_id,
        Document.invoice_id == Invoice.id,
        Document.format == kind,
    )
    columns = (Invoice.id, Invoice.number, Document.sha256, Document.size_bytes)
    statement = select(*columns).outerjoin(Document, its_file).where(Invoice.public_id == public_id)
    return session.execute(statement).one_or_none()


def _drawn(session: Session, ports: Ports, invoice_id: int) -> bytes:
    """The PDF of the stored XML, in the language of the company."""
    is_xml = (Document.invoice_id == Invoice.id) & (Document.format == DocumentFormat.XML)
    row = session.execute(
        select(InvoiceContent.content, Document.sha256, Company.language, Invoice.number)
        .select_from(Invoice)
        .join(InvoiceContent, InvoiceContent.invoice_id == Invoice.id)
        .join(Company, Company.id == Invoice.company_id)
        .outerjoin(Document, is_xml)
        .where(Invoice.id == invoice_id)
    ).one()
    if row.sha256 is None:
        raise BlobMissing(number=row.number)
    return ports.renderer.render(
        EInvoice.from_json(row.content),
        xml=ports.blobs.read(row.sha256),
        language=row.language,
        brand=Brand(issuer_name=issuer_card(session).name),
    )


def _stored(session: Session, file: DocumentFile) -> DocumentFile:
    """Enter a drawn PDF once; when somebody else was first, theirs is the document."""
    invoice = session.get_one(Invoice, file.invoice_id)
    document = Document(
        company_id=invoice.company_id,
        address_id=invoice.address_id,
        invoice_id=invoice.id,
        format=file.format,
        origin=DocumentOrigin.RENDERED,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
    )
    try:
        with session.begin_nested():
            session.add(document)
    except IntegrityError:
        row = session.execute(
            select(Document.sha256, Document.size_bytes).where(
                Document.invoice_id == file.invoice_id, Document.format == file.format
            )
        ).one()
        return DocumentFile(file.invoice_id, file.number, file.format, row.sha256, row.size_bytes)
    changes = {"format": (None, file.format), "origin": (None, DocumentOrigin.RENDERED)}
    label = f"{invoice.number} {file.format}"
    record(session, AuditAction.DOCUMENT_STORED, target=document, label=label, changes=changes)
    return file

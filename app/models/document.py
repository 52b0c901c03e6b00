"""A stored file of an invoice: which bytes its PDF and its XML are."""

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.invoicing import DocumentFormat, DocumentOrigin
from app.models.base import AddressOwned, Base, PublicId, Timestamped, text_enum
from app.models.company import Company
from app.models.invoice import Invoice


class Document(AddressOwned, PublicId, Timestamped, Base):
    """`sha256` (lower-case hex) names the bytes in the blob store; the same bytes are stored once."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("company_id", "invoice_id", "format"),
        ForeignKeyConstraint(
            ["company_id", "address_id", "invoice_id"],
            ["invoice.company_id", "invoice.address_id", "invoice.id"],
            name="fk_document_invoice",
            onupdate="CASCADE",
        ),
        Index("ix_document_created", "created_at", "id"),
        Index("ix_document_sha256", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int]
    format: Mapped[DocumentFormat] = mapped_column(text_enum(DocumentFormat))
    origin: Mapped[DocumentOrigin] = mapped_column(text_enum(DocumentOrigin))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]

    company: Mapped[Company] = relationship()
    invoice: Mapped[Invoice] = relationship(
        primaryjoin="Document.invoice_id == Invoice.id", foreign_keys="Document.invoice_id"
    )

    def __str__(self) -> str:
        return f"{self.invoice} {self.format}"

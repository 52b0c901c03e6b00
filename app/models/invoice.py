"""Invoices and credit notes: the columns people look for, the content as received, what a credit note corrects."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import PaymentState
from app.models.address import Address
from app.models.base import AddressOwned, Base, PublicId, Timestamped, text_enum
from app.models.company import Company

_NUMBER = String(200).with_variant(String(200, collation="C"), "postgresql")
"""Compared byte by byte, as SQLite does: one index then serves order, prefix and equality on both databases."""


class Invoice(AddressOwned, PublicId, Timestamped, Base):
    """Never changes after import, save `open_cents` and `payment_state`: the allocation service's projections.

    Totals are minor units of `currency`, as in the document. `signed_cents` is `payable_cents`, negative for a credit
    note: lists show it, sort by it and add it up. `open_cents` has the same sign: what is left to pay or to use.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("company_id", "address_id", "id"),
        UniqueConstraint("seller_key", "number", "kind"),
        ForeignKeyConstraint(
            ["company_id", "address_id"],
            ["address.company_id", "address.id"],
            name="fk_invoice_address",
        ),
        Index("ix_invoice_company_issued", "company_id", "issued_on", "id"),
        Index("ix_invoice_company_due", "company_id", "due_on", "id"),
        Index("ix_invoice_company_amount", "company_id", "signed_cents", "id"),
        Index(
            "ix_invoice_company_state_issued",
            "company_id",
            "kind",
            "payment_state",
            "issued_on",
            "id",
            # What the tabs' counts and the policies look at: without it each counted row is fetched.
            postgresql_include=["address_id", "open_cents", "due_on"],
        ),
        Index("ix_invoice_company_number", "company_id", "number", "id"),
        # What a payment names, whoever's it is.
        Index("ix_invoice_number", "number"),
        Index("ix_invoice_communication", "structured_communication"),
        Index("ix_invoice_issued", "issued_on", "id"),
        Index("ix_invoice_address", "company_id", "address_id", "issued_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[InvoiceKind] = mapped_column(text_enum(InvoiceKind))
    type_code: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(_NUMBER)
    seller_key: Mapped[str] = mapped_column(String(200))
    seller_name: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    currency: Mapped[str] = mapped_column(String(3))
    net_cents: Mapped[int] = mapped_column(BigInteger)
    tax_cents: Mapped[int] = mapped_column(BigInteger)
    total_cents: Mapped[int] = mapped_column(BigInteger)
    payable_cents: Mapped[int] = mapped_column(BigInteger)
    signed_cents: Mapped[int] = mapped_column(BigInteger)
    open_cents: Mapped[int] = mapped_column(BigInteger)
    payment_state: Mapped[PaymentState] = mapped_column(text_enum(PaymentState))
    buyer_reference: Mapped[str | None] = mapped_column(String(200))
    order_reference: Mapped[str | None] = mapped_column(String(200))
    structured_communication: Mapped[str | None] = mapped_column(String(140))
    mandate_reference: Mapped[str | None] = mapped_column(String(35))
    search_text: Mapped[str] = mapped_column(String(800))
    has_warnings: Mapped[bool] = mapped_column(default=False)

    company: Mapped[Company] = relationship()
    address: Mapped[Address] = relationship(
        primaryjoin="Invoice.address_id == Address.id", foreign_keys="Invoice.address_id"
    )

    @property
    def is_credit_note(self) -> bool:
        return self.kind is InvoiceKind.CREDIT_NOTE

    def overdue_days(self, today: date) -> int:
        """Whole days past the due date; 0 when nothing is open or nothing is late."""
        if self.open_cents <= 0 or self.due_on is None:
            return 0
        return max(0, (today - self.due_on).days)

    def __str__(self) -> str:
        return self.number


class InvoiceContent(AddressOwned, Base):
    """The document as read on arrival (`EInvoice.to_json()`) and what was odd about it; the page is drawn from it."""

    __tablename__ = "invoice_content"
    __table_args__ = (
        ForeignKeyConstraint(
            ["company_id", "address_id", "invoice_id"],
            ["invoice.company_id", "invoice.address_id", "invoice.id"],
            name="fk_invoice_content_invoice",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
    )

    invoice_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    warnings: Mapped[list[Any]] = mapped_column(JSON, default=list)


class PrecedingInvoice(AddressOwned, Base):
    """BG-3: the invoice that a credit note (or a corrective invoice) names; `referenced_id` once we know it too."""

    __tablename__ = "preceding_invoice"
    __table_args__ = (
        ForeignKeyConstraint(
            ["company_id", "address_id", "invoice_id"],
            ["invoice.company_id", "invoice.address_id", "invoice.id"],
            name="fk_preceding_invoice_invoice",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["company_id", "referenced_id"],
            ["invoice.company_id", "invoice.id"],
            name="fk_preceding_invoice_referenced",
        ),
        UniqueConstraint("company_id", "invoice_id", "number"),
        Index("ix_preceding_invoice_referenced", "company_id", "referenced_id"),
        Index("ix_preceding_invoice_number", "company_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int]
    number: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date | None]
    referenced_id: Mapped[int | None]

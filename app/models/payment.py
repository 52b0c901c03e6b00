"""Payments received and what they, or credit notes, pay."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    literal,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.payments import PaymentUse
from app.models.base import AddressOwned, Base, MaybeCompanyOwned, PublicId, Timestamped
from app.models.company import Company


class Payment(MaybeCompanyOwned, PublicId, Timestamped, Base):
    """Money received, in minor units of `currency`; nobody's until `company_id` is known.

    `left_cents` is what pays nothing yet: a projection of the allocations, which their service alone writes.
    `source` and `external_reference` together say which payment it is: a statement read twice adds nothing.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("source", "external_reference"),
        CheckConstraint("amount_cents > 0", name="positive"),
        CheckConstraint("left_cents >= 0 AND left_cents <= amount_cents", name="left"),
        Index("ix_payment_company_received", "company_id", "received_on", "id"),
        Index("ix_payment_received", "received_on", "id"),
        # The few that wait for somebody, among all that ever came in.
        Index(
            "ix_payment_left",
            "company_id",
            "received_on",
            "id",
            sqlite_where=text("left_cents > 0"),
            postgresql_where=text("left_cents > 0"),
            postgresql_include=["currency", "left_cents"],
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    received_on: Mapped[date]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    left_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    communication: Mapped[str | None] = mapped_column(String(200))
    payer_name: Mapped[str | None] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(40))
    external_reference: Mapped[str | None] = mapped_column(String(100))

    company: Mapped[Company | None] = relationship(viewonly=True)

    @property
    def use(self) -> PaymentUse:
        """How much of it pays something."""
        if self.left_cents == 0:
            return PaymentUse.ALLOCATED
        return PaymentUse.UNALLOCATED if self.left_cents == self.amount_cents else PaymentUse.PARTLY

    @classmethod
    def has_left(cls) -> ColumnElement[bool]:
        """The condition of the index of those with something left: only with the number in it SQLite sees that."""
        return cls.left_cents > literal(0, literal_execute=True)

    def __str__(self) -> str:
        return self.payer_name or self.communication or self.received_on.isoformat()


class Allocation(AddressOwned, Timestamped, Base):
    """The part of one payment, or of one credit note, that pays one invoice."""

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="positive"),
        CheckConstraint("(payment_id IS NULL) <> (credit_note_id IS NULL)", name="one_source"),
        ForeignKeyConstraint(
            ["company_id", "address_id", "invoice_id"],
            ["invoice.company_id", "invoice.address_id", "invoice.id"],
            name="fk_allocation_invoice",
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(["company_id", "payment_id"], ["payment.company_id", "payment.id"]),
        ForeignKeyConstraint(
            ["company_id", "credit_note_id"],
            ["invoice.company_id", "invoice.id"],
            name="fk_allocation_credit_note",
        ),
        Index("ix_allocation_invoice", "company_id", "invoice_id"),
        Index("ix_allocation_payment", "company_id", "payment_id"),
        Index("ix_allocation_credit_note", "company_id", "credit_note_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int]
    payment_id: Mapped[int | None]
    credit_note_id: Mapped[int | None]
    amount_cents: Mapped[int] = mapped_column(BigInteger)

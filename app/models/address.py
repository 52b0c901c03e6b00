"""An address of a company: where invoices go, and how."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.delivery import DeliveryMode
from app.models.base import (
    AddressOwned,
    Base,
    CompanyOwned,
    PublicId,
    Timestamped,
    UtcDateTime,
    text_enum,
)
from app.models.company import Company


class Address(CompanyOwned, PublicId, Timestamped, Base):
    """One default address per company; an archived one keeps its invoices and takes no new ones."""

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        Index(
            "uq_address_one_default",
            "company_id",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    invoice_name: Mapped[str | None] = mapped_column(String(200))
    street: Mapped[str | None] = mapped_column(String(200))
    additional_street: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2), default="BE")
    delivery_mode: Mapped[DeliveryMode] = mapped_column(
        text_enum(DeliveryMode), default=DeliveryMode.EMAIL
    )
    buyer_reference: Mapped[str | None] = mapped_column(String(100))
    delivery_location_id: Mapped[str | None] = mapped_column(String(60))
    is_default: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    company: Mapped[Company] = relationship()
    billing_emails: Mapped[list["BillingEmail"]] = relationship(
        primaryjoin="BillingEmail.address_id == Address.id",
        foreign_keys="BillingEmail.address_id",
        order_by="BillingEmail.email",
        cascade="all, delete-orphan",
        back_populates="address",
    )

    def __str__(self) -> str:
        return self.name


class BillingEmail(AddressOwned, Base):
    """Somebody who gets the invoices of an address by e-mail."""

    __tablename__ = "billing_email"
    __table_args__ = (
        ForeignKeyConstraint(
            ["company_id", "address_id"], ["address.company_id", "address.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("company_id", "address_id", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))

    address: Mapped[Address] = relationship(
        primaryjoin="BillingEmail.address_id == Address.id",
        foreign_keys="BillingEmail.address_id",
        back_populates="billing_emails",
    )

    def __str__(self) -> str:
        return self.email

"""The company: the employer that is a customer of the issuer, and the tenant of the product."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.delivery import VatStatus
from app.models.base import Base, PublicId, Timestamped, text_enum


class Company(PublicId, Timestamped, Base):
    """Identifiers are kept as received; the `_key` columns hold their compact form, which imports match on."""

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("enterprise_key"),
        UniqueConstraint("customer_number"),
        Index("ix_company_vat_key", "vat_key"),
        Index("ix_company_endpoint", "endpoint_scheme", "endpoint_id"),
        Index("ix_company_name", "name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    enterprise_number: Mapped[str | None] = mapped_column(String(40))
    enterprise_key: Mapped[str | None] = mapped_column(String(40))
    vat_number: Mapped[str | None] = mapped_column(String(40))
    vat_key: Mapped[str | None] = mapped_column(String(40))
    customer_number: Mapped[str | None] = mapped_column(String(40))
    endpoint_scheme: Mapped[str | None] = mapped_column(String(10))
    endpoint_id: Mapped[str | None] = mapped_column(String(60))
    vat_status: Mapped[VatStatus] = mapped_column(text_enum(VatStatus), default=VatStatus.UNKNOWN)
    language: Mapped[str] = mapped_column(String(2), default="fr")
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    website: Mapped[str | None] = mapped_column(String(200))
    street: Mapped[str | None] = mapped_column(String(200))
    additional_street: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2), default="BE")

    def __str__(self) -> str:
        return self.name

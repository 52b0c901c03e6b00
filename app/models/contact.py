"""A person to reach at a company; need not have a login."""

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.contacts import ContactTopic
from app.models.address import Address
from app.models.base import Base, MaybeAddressOwned, PublicId, Timestamped, text_enum
from app.models.company import Company


class Contact(MaybeAddressOwned, PublicId, Timestamped, Base):
    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        ForeignKeyConstraint(["company_id", "address_id"], ["address.company_id", "address.id"]),
        Index("ix_contact_company_id_name", "company_id", "name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str | None] = mapped_column(String(120))
    topic: Mapped[ContactTopic] = mapped_column(
        text_enum(ContactTopic), default=ContactTopic.GENERAL
    )
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))

    company: Mapped[Company] = relationship()
    address: Mapped[Address | None] = relationship(
        primaryjoin="Contact.address_id == Address.id", foreign_keys="Contact.address_id"
    )

    def __str__(self) -> str:
        return self.name

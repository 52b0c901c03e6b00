"""The issuer who runs the portal: one row of settings that an administrator edits."""

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Timestamped


class IssuerSetting(Timestamped, Base):
    """`languages` are offered in the switch; the two numbers recognise the issuer's own documents."""

    __tablename__ = "issuer_setting"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    vat_number: Mapped[str | None] = mapped_column(String(40))
    enterprise_number: Mapped[str | None] = mapped_column(String(40))
    contact_email: Mapped[str] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    sender_name: Mapped[str] = mapped_column(String(200))
    sender_email: Mapped[str] = mapped_column(String(254))
    default_language: Mapped[str] = mapped_column(String(2), default="fr")
    languages: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["fr", "nl", "de", "en"])

    def __str__(self) -> str:
        return self.name

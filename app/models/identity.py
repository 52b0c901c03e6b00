"""Accounts at outside identity providers by which somebody signs in, and the domains they are trusted for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.clock import now
from app.models.base import Base, PublicId, UtcDateTime
from app.models.user import PortalUser


class ExternalIdentity(PublicId, Base):
    """A provider's subject, linked to one of our users (OpenID Connect Core, section 2)."""

    __tablename__ = "external_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        Index("ix_external_identity_user", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(320))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInDomain(PublicId, Base):
    """People of `domain` whose address `provider` has verified may sign in through it without linking first."""

    __tablename__ = "sign_in_domain"
    __table_args__ = (UniqueConstraint("provider", "domain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    domain: Mapped[str] = mapped_column(String(255))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    approved_by: Mapped[PortalUser | None] = relationship()

    def __str__(self) -> str:
        return f"{self.domain} ({self.provider})"

"""Single-use links: what they are for, whose they are, and whether they still open anything."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.clock import now
from app.domain.tokens import TokenPurpose
from app.models.base import Base, PublicId, UtcDateTime, text_enum


class Token(PublicId, Base):
    """The secret itself is nowhere: it is made of `nonce` with the deployment's key, and told from `secret_sha256`.

    `email` is the address the link was sent to. A token opens while neither `used_at` nor `revoked_at` is set.
    """

    __tablename__ = "token"
    __table_args__ = (
        Index("ix_token_user", "user_id", "purpose"),
        Index("ix_token_expires", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[TokenPurpose] = mapped_column(text_enum(TokenPurpose, grows=True))
    nonce: Mapped[str] = mapped_column(String(64))
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

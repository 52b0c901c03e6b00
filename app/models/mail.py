"""Mails that were written: each a row before it is sent, and the evidence of what became of it afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.clock import now
from app.domain.mail import MailKind, MailState
from app.models.base import Base, MaybeCompanyOwned, PublicId, UtcDateTime, text_enum
from app.models.company import Company


class OutgoingMail(MaybeCompanyOwned, PublicId, Base):
    """`context` fills the templates and holds no secret: the link of `token_id` is made when the mail is sent.

    `message_id` is its Message-ID, from the first attempt to the last. `attachments` lists
    {"sha256", "filename", "media_type"} of stored documents.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        Index("ix_outgoing_mail_written", "written_at", "id"),
        Index("ix_outgoing_mail_company_id", "company_id", "written_at", "id"),
        Index("ix_outgoing_mail_token", "token_id"),
        # The writer may be nobody in particular, whom the database lets read nothing; RETURNING reads.
        {"implicit_returning": False},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[MailKind] = mapped_column(text_enum(MailKind, grows=True))
    to_email: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(2))
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attachments: Mapped[list[Any]] = mapped_column(JSON, default=list)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    token_id: Mapped[int | None] = mapped_column(ForeignKey("token.id", ondelete="SET NULL"))
    resend_of_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mail.id"))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    message_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[MailState] = mapped_column(text_enum(MailState), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    maybe_twice: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str | None] = mapped_column(String(300))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    company: Mapped[Company | None] = relationship(viewonly=True)

    def __str__(self) -> str:
        return f"{self.kind.value} → {self.to_email}"

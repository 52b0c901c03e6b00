"""Sign-in sessions, kept on the server so that they can be ended, and the counters that slow down guessing."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.access import SignInMethod
from app.models.base import Base, PublicId, UtcDateTime, text_enum


class LoginSession(PublicId, Base):
    """`token_sha256` is the hash of the cookie: the table alone lets nobody in. `data` is Flask's session as JSON.

    `authenticated_at` is the latest full proof of who it is; `device_sha256` tells a browser that was here before.
    """

    __tablename__ = "login_session"
    __table_args__ = (Index("ix_login_session_user", "user_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    method: Mapped[SignInMethod] = mapped_column(
        text_enum(SignInMethod, grows=True), default=SignInMethod.PASSWORD
    )
    second_step_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_sha256: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[str] = mapped_column(Text, default="{}")


class ThrottleWindow(Base):
    """How often something was tried in one fixed window of time; shared by all web hosts."""

    __tablename__ = "throttle_window"
    __table_args__ = (Index("ix_throttle_window_ends", "ends_at"),)

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(default=0)

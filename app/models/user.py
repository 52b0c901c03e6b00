"""A person who can sign in: Flask-AppBuilder's user row with what the product adds."""

from datetime import datetime
from uuid import UUID, uuid4

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.domain.roles import StaffRole
from app.models.base import UtcDateTime, text_enum


class PortalUser(User):
    """Global: what somebody may do at a company is their membership's, what staff may do is `staff_role`'s.

    `username` and `email` are both the e-mail address in lower case.
    """

    __tablename__ = "ab_user"

    # Read only where a password is checked; the auditors' role of the database may not read it at all.
    password: Mapped[str | None] = column_property(User.__table__.c.password, deferred=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    language: Mapped[str] = mapped_column(String(2), default="fr")
    staff_role: Mapped[StaffRole | None] = mapped_column(text_enum(StaffRole))
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def __str__(self) -> str:
        return self.name

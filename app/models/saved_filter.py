"""Filters of the invoice list that people keep under a name."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, PersonOwned, PublicId, Timestamped, UtcDateTime

LONGEST_NAME = 60
LONGEST_QUERY = 1_000
_KEPT = text("removed_at IS NULL")
_DEFAULT = text("is_default AND removed_at IS NULL")


class SavedFilter(PersonOwned, PublicId, Timestamped, Base):
    """`query` is what stands in the address of the list, without its page; names differ by more than their case.

    A removed one waits a while for its removal to be undone. All go with the access of the person.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        ForeignKeyConstraint(
            ["user_id", "company_id"],
            ["membership.user_id", "membership.company_id"],
            ondelete="CASCADE",
        ),
        Index(
            "uq_saved_filter_name",
            "company_id",
            "user_id",
            "name_key",
            unique=True,
            sqlite_where=_KEPT,
            postgresql_where=_KEPT,
        ),
        Index(
            "uq_saved_filter_default",
            "company_id",
            "user_id",
            unique=True,
            sqlite_where=_DEFAULT,
            postgresql_where=_DEFAULT,
        ),
        Index("ix_saved_filter_person", "user_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    name_key: Mapped[str] = mapped_column(String(4 * LONGEST_NAME))
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY))
    is_default: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return self.name

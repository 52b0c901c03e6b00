"""The declarative base, shared with Flask-AppBuilder's tables, and the mixins that say who owns a row."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from flask_appbuilder import Model
from sqlalchemy import DateTime, Dialect, Enum, ForeignKey, Integer, Uuid, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from app.domain.clock import now

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """One metadata for our tables and `ab_*`: Alembic owns both."""

    registry = Model.registry
    metadata = Model.metadata


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. SQLite forgets the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = "an instant needs a time zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text_enum(kind: type[StrEnum], *, grows: bool = False) -> Enum:
    """A text column that takes the names of `kind` only; a check constraint says so to the database.

    Not of a kind that `grows` with the product: a new name would need the table rebuilt.
    """
    length = max(len(member.name) for member in kind)
    return Enum(
        kind,
        native_enum=False,
        create_constraint=not grows,
        length=40 if grows else max(length, 24),
        name=kind.__name__.lower(),
    )


class PublicId:
    """The only identifier of a row that leaves the product (addresses, exports)."""

    public_id: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)


class Timestamped:
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class CompanyOwned:
    """A row that belongs to one company: inside all three walls of tenancy."""

    @declared_attr
    def company_id(cls) -> Mapped[int]:
        return mapped_column(Integer, ForeignKey("company.id"))


class AddressOwned(CompanyOwned):
    """A row below one address: hidden from a membership that is limited to other addresses."""

    @declared_attr
    def address_id(cls) -> Mapped[int]:
        return mapped_column(Integer)


class MaybeAddressOwned(CompanyOwned):
    """A row of a company that may concern one address only; a limited membership sees its own and the general ones."""

    @declared_attr
    def address_id(cls) -> Mapped[int | None]:
        return mapped_column(Integer)


class PersonOwned(CompanyOwned):
    """What one person keeps for themself at one company: nobody else of it sees it, staff neither."""

    @declared_attr
    def user_id(cls) -> Mapped[int]:
        return mapped_column(Integer)


class MaybeCompanyOwned:
    """A row that staff alone see until it is known whose it is."""

    @declared_attr
    def company_id(cls) -> Mapped[int | None]:
        return mapped_column(Integer, ForeignKey("company.id"))


def changed_fields(item: Any) -> dict[str, tuple[Any, Any]]:
    """Column name to (before, after) of an object changed since it was loaded; read before the flush."""
    state = inspect(item)
    changes: dict[str, tuple[Any, Any]] = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else None
            after = history.added[0] if history.added else None
            if before != after:
                changes[column.key] = (before, after)
    return changes

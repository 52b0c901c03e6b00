"""Filters of the invoice list that somebody keeps at one company: saved, renamed, removed and brought back."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.typed_text import required_line
from app.models import SavedFilter
from app.models.saved_filter import LONGEST_NAME, LONGEST_QUERY
from app.services.audit import record
from app.services.versions import hold_company

MOST = 50
UNDONE_WITHIN = timedelta(days=1)
"""A removed filter can be brought back at least this long."""


class SavedFilterUnknown(DomainError):
    """The person has no such filter."""

    code = "saved_filter_unknown"


class FilterNameTaken(DomainError):
    """Another filter of the person is called `name`, whatever its capitals."""

    code = "filter_name_taken"


class TooManyFilters(DomainError):
    """The person keeps `limit` filters already."""

    code = "too_many_filters"


class FilterTooLong(DomainError):
    """The filter is longer than anybody means it to be."""

    code = "filter_too_long"


@dataclass(frozen=True, slots=True)
class FilterOwner:
    """Whose filters: a person's, at a company that they belong to."""

    company_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class FilterValues:
    """What people say about a filter; the list of the default one opens first."""

    name: str
    is_default: bool = False


def list_filters(session: Session, owner: FilterOwner) -> list[SavedFilter]:
    """By name."""
    return sorted(session.scalars(_kept(owner)), key=lambda one: one.name_key)


def find_filter(session: Session, owner: FilterOwner, public_id: UUID) -> SavedFilter:
    """Raises SavedFilterUnknown: also where it is somebody else's."""
    found = session.scalars(_kept(owner).where(SavedFilter.public_id == public_id)).one_or_none()
    if found is None:
        raise SavedFilterUnknown
    return found


def save_filter(
    session: Session, owner: FilterOwner, values: FilterValues, *, query: str
) -> SavedFilter:
    """Keep `query`, which the caller has read, under a name.

    Raises:
        TextMissing, TextTooLong, FilterNameTaken, TooManyFilters, FilterTooLong
    """
    if len(query) > LONGEST_QUERY:
        raise FilterTooLong
    hold_company(session, owner.company_id)
    _check_room(session, owner)
    name = _free_name(session, owner, values.name)
    if values.is_default:
        _no_default(session, owner)
    kept = SavedFilter(
        company_id=owner.company_id,
        user_id=owner.user_id,
        name=name,
        name_key=name.casefold(),
        query=query,
        is_default=values.is_default,
    )
    session.add(kept)
    session.flush()
    changes = {"name": (None, name), "filter": (None, query)}
    record(session, AuditAction.FILTER_SAVED, target=kept, changes=changes)
    return kept


def change_filter(session: Session, kept: SavedFilter, values: FilterValues) -> bool:
    """Give it another name, or make it the default view or no longer; False when nothing differs.

    Raises:
        TextMissing, TextTooLong, FilterNameTaken
    """
    owner = _owner_of(kept)
    hold_company(session, owner.company_id)
    name = _free_name(session, owner, values.name, but=kept)
    changes = {
        field: (before, after)
        for field, before, after in (
            ("name", kept.name, name),
            ("is_default_view", kept.is_default, values.is_default),
        )
        if before != after
    }
    if not changes:
        return False
    if values.is_default and not kept.is_default:
        _no_default(session, owner)
    kept.name, kept.name_key, kept.is_default = name, name.casefold(), values.is_default
    session.flush()
    record(session, AuditAction.FILTER_CHANGED, target=kept, changes=changes)
    return True


def remove_filter(session: Session, kept: SavedFilter) -> None:
    """Take it off the list; those that were removed longer ago than anybody undoes are forgotten."""
    owner = _owner_of(kept)
    session.execute(
        delete(SavedFilter)
        .where(*_of(owner), SavedFilter.removed_at < now() - UNDONE_WITHIN)
        .execution_options(synchronize_session=False)
    )
    kept.removed_at = now()
    session.flush()
    changes = {"name": (kept.name, None), "filter": (kept.query, None)}
    record(session, AuditAction.FILTER_REMOVED, target=kept, changes=changes)


def restore_filter(session: Session, owner: FilterOwner, public_id: UUID) -> SavedFilter:
    """Bring back a removed one as it was; not as the default view where another one is that by now.

    Raises:
        SavedFilterUnknown: none was removed, or it is back already.
        FilterNameTaken, TooManyFilters: what was saved since is in its way.
    """
    hold_company(session, owner.company_id)
    statement = select(SavedFilter).where(
        *_of(owner), SavedFilter.public_id == public_id, SavedFilter.removed_at.is_not(None)
    )
    removed = session.scalars(statement).one_or_none()
    if removed is None:
        raise SavedFilterUnknown
    _check_room(session, owner)
    _free_name(session, owner, removed.name)
    has_default = session.scalar(_kept(owner).where(SavedFilter.is_default).limit(1)) is not None
    removed.is_default = removed.is_default and not has_default
    removed.removed_at = None
    session.flush()
    changes = {"name": (None, removed.name), "filter": (None, removed.query)}
    record(session, AuditAction.FILTER_RESTORED, target=removed, changes=changes)
    return removed


def _of(owner: FilterOwner) -> tuple[ColumnElement[bool], ...]:
    return (SavedFilter.company_id == owner.company_id, SavedFilter.user_id == owner.user_id)


def _kept(owner: FilterOwner) -> Select[SavedFilter]:
    return select(SavedFilter).where(*_of(owner), SavedFilter.removed_at.is_(None))


def _owner_of(kept: SavedFilter) -> FilterOwner:
    return FilterOwner(kept.company_id, kept.user_id)


def _check_room(session: Session, owner: FilterOwner) -> None:
    kept = _kept(owner).with_only_columns(func.count(SavedFilter.id))
    if (session.scalar(kept) or 0) >= MOST:
        raise TooManyFilters(limit=MOST)


def _free_name(
    session: Session, owner: FilterOwner, typed: str, *, but: SavedFilter | None = None
) -> str:
    """The name in one line; the caller holds the company, so that it is still free when it is written."""
    name = required_line(typed, field="name", longest=LONGEST_NAME)
    taken = session.scalars(_kept(owner).where(SavedFilter.name_key == name.casefold()))
    if any(one is not but for one in taken):
        raise FilterNameTaken(field="name", name=name)
    return name


def _no_default(session: Session, owner: FilterOwner) -> None:
    """Flushed at once: of two default views the database refuses the second."""
    for former in session.scalars(_kept(owner).where(SavedFilter.is_default)):
        former.is_default = False
    session.flush()

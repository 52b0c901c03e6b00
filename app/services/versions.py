"""Two people at one form: a row is taken for a transaction only while nobody has changed it since."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import DomainError
from app.models import Address, Company, Contact


class EditedMeanwhile(DomainError):
    """Somebody saved the row after it was shown to this person."""

    code = "edited_meanwhile"


def version_of(row: Company | Address | Contact) -> str:
    """The state of a row, as forms carry it."""
    return row.updated_at.isoformat()


def claim(session: Session, row: Company | Address | Contact, *, version: str) -> None:
    """Lock `row` for this transaction and read it anew.

    One statement compares and writes, so of two people who save at once the second is told,
    on SQLite too, where a row cannot be locked by reading it.

    Raises:
        EditedMeanwhile: its version is another one by now, or the row is gone.
    """
    kind: Any = type(row)
    statement = (
        update(kind)
        .where(kind.id == row.id, kind.updated_at == _instant(version))
        .values(updated_at=now())
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise EditedMeanwhile
    session.refresh(row)


def hold_company(session: Session, company_id: int) -> None:
    """Let no other transaction hold this company until ours ends: for rules about several of its rows."""
    session.execute(
        update(Company)
        .where(Company.id == company_id)
        .values(updated_at=Company.updated_at)
        .execution_options(synchronize_session=False)
    )


def _instant(version: str) -> datetime:
    try:
        return datetime.fromisoformat(version).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise EditedMeanwhile from error

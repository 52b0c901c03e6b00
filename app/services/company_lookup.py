"""Companies by public id and by name, for pages that stand at one or filter by them."""

from uuid import UUID

from sqlalchemy import ScalarSelect, Select, select
from sqlalchemy.orm import Session

from app.models import Company


def find_company(session: Session, public_id: UUID) -> Company | None:
    """The company, or None: also when the scope of the session does not hold it."""
    statement = select(Company).where(Company.public_id == public_id)
    return session.scalars(statement).one_or_none()


def companies_named(text: str) -> Select[int]:
    """The keys of the companies whose name contains a text, to be part of another statement."""
    return select(Company.id).where(Company.name.icontains(text, autoescape=True))


def key_of_company(public_id: UUID | None) -> ScalarSelect[int]:
    """The key of a company, to be part of another statement; NULL where there is no such one."""
    return select(Company.id).where(Company.public_id == public_id).scalar_subquery()

"""What staff have in hand: which companies nobody serves, who serves how many, what was imported."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.imports import ImportSource, ImportState
from app.domain.roles import StaffRole
from app.models import Company, ImportBatch, PortalUser, Portfolio

SHOWN = 5


@dataclass(frozen=True, slots=True)
class ManagerLoad:
    """An account manager and how many companies are theirs."""

    name: str
    email: str
    companies: int


@dataclass(frozen=True, slots=True)
class BatchRow:
    """An import in a short list."""

    public_id: UUID
    started_at: datetime
    source: ImportSource
    state: ImportState
    created: int
    unchanged: int
    refused: int


def first_unserved(session: Session) -> list[tuple[UUID, str]]:
    """The first companies by name that no account manager serves; only a scope of every company knows them."""
    served = select(Portfolio.id).where(Portfolio.company_id == Company.id).exists()
    statement = (
        select(Company.public_id, Company.name)
        .where(~served)
        .order_by(Company.name, Company.id)
        .limit(SHOWN)
    )
    return [(row.public_id, row.name) for row in session.execute(statement)]


def manager_loads(session: Session) -> list[ManagerLoad]:
    """Every account manager who may sign in, by name."""
    statement = (
        select(
            PortalUser.first_name,
            PortalUser.last_name,
            PortalUser.email,
            func.count(Portfolio.id).label("companies"),
        )
        .outerjoin(Portfolio, Portfolio.manager_id == PortalUser.id)
        .where(PortalUser.staff_role == StaffRole.ACCOUNT_MANAGER, PortalUser.active.is_(True))
        .group_by(PortalUser.id, PortalUser.first_name, PortalUser.last_name, PortalUser.email)
        .order_by(PortalUser.last_name, PortalUser.first_name)
    )
    return [
        ManagerLoad(f"{row.first_name} {row.last_name}".strip(), row.email, row.companies)
        for row in session.execute(statement)
    ]


def latest_imports(session: Session) -> list[BatchRow]:
    """The last imports: an account manager's own, an auditor's everybody's."""
    statement = (
        select(
            ImportBatch.public_id,
            ImportBatch.started_at,
            ImportBatch.source,
            ImportBatch.state,
            ImportBatch.created_count,
            ImportBatch.unchanged_count,
            ImportBatch.refused_count,
        )
        .order_by(ImportBatch.started_at.desc(), ImportBatch.id.desc())
        .limit(SHOWN)
    )
    return [BatchRow(*row) for row in session.execute(statement)]

"""What the page of a company says first: its details, who serves it, the changes that wait for a decision."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from app.domain.change_requests import ChangeState
from app.models import ChangeRequest, Company, PortalUser, Portfolio
from app.services.companies import AccountManager


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """`waiting` are the open change requests, at most one for each field, with who asked."""

    company: Company
    managers: tuple[AccountManager, ...]
    waiting: tuple[ChangeRequest, ...]


def company_page(session: Session, company_id: int) -> CompanyPage:
    """All of it in one statement: a few managers times a few requests."""
    asker = aliased(PortalUser)
    is_waiting = and_(
        ChangeRequest.company_id == Company.id, ChangeRequest.state == ChangeState.OPEN
    )
    rows = session.execute(
        select(
            Company,
            PortalUser.id,
            PortalUser.first_name,
            PortalUser.last_name,
            PortalUser.email,
            ChangeRequest,
        )
        .outerjoin(Portfolio, Portfolio.company_id == Company.id)
        .outerjoin(PortalUser, (PortalUser.id == Portfolio.manager_id) & PortalUser.active)
        .outerjoin(ChangeRequest, is_waiting)
        .outerjoin(asker, asker.id == ChangeRequest.asked_by_id)
        .where(Company.id == company_id)
        .options(contains_eager(ChangeRequest.asked_by.of_type(asker)))
        .order_by(PortalUser.last_name, PortalUser.first_name, ChangeRequest.id)
    ).all()
    managers = {
        row.id: AccountManager(f"{row.first_name} {row.last_name}".strip(), row.email)
        for row in rows
        if row.email is not None
    }
    waiting = {row.ChangeRequest.id: row.ChangeRequest for row in rows if row.ChangeRequest}
    return CompanyPage(rows[0].Company, tuple(managers.values()), tuple(waiting.values()))

"""Mails about changes that employers ask for: to the account managers of the company, then to whoever asked."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.change_requests import ChangeState
from app.domain.clock import today
from app.domain.mail import MailKind
from app.models import ChangeRequest, Company, Membership, PortalUser, Portfolio
from app.services.mail import write_mail

OPEN_REQUESTS = "/backoffice/change-requests/list/?_flt_0_state=OPEN"
"""Where they wait for a decision, below the portal's address."""


def tell_managers(
    session: Session, company: Company, asked: Sequence[ChangeRequest], *, by: str
) -> None:
    """One mail to each account manager of the company; where nobody serves it, the work list alone tells."""
    managers = (
        select(PortalUser)
        .join(Portfolio, Portfolio.manager_id == PortalUser.id)
        .where(Portfolio.company_id == company.id, PortalUser.active.is_(True))
        .order_by(PortalUser.id)
    )
    facts = {
        "company": company.name,
        "by": by,
        "changes": [_change(one) for one in asked],
        "reason": asked[0].reason,
        "page": OPEN_REQUESTS,
    }
    for user in session.scalars(managers):
        write_mail(
            session,
            MailKind.CHANGE_REQUESTED,
            to=user.email,
            language=user.language,
            context=facts,
            user_id=user.id,
            company_id=company.id,
        )


def tell_asker(session: Session, request: ChangeRequest, *, by: str) -> None:
    """What was decided, to whoever asked, as long as they belong to the company."""
    user = _still_there(session, request)
    if user is None:
        return
    is_accepted = request.state is ChangeState.ACCEPTED
    write_mail(
        session,
        MailKind.CHANGE_ACCEPTED if is_accepted else MailKind.CHANGE_REFUSED,
        to=user.email,
        language=user.language,
        context={
            "company": request.company.name,
            "by": by,
            "changes": [_change(request)],
            "reply": request.reply,
        },
        user_id=user.id,
        company_id=request.company_id,
    )


def _change(request: ChangeRequest) -> tuple[str, str | None, str | None]:
    return request.field.value, request.old_value, request.new_value


def _still_there(session: Session, request: ChangeRequest) -> PortalUser | None:
    statement = (
        select(PortalUser)
        .join(Membership, Membership.user_id == PortalUser.id)
        .where(
            PortalUser.id == request.asked_by_id,
            PortalUser.active.is_(True),
            Membership.company_id == request.company_id,
            Membership.expires_on.is_(None) | (Membership.expires_on >= today()),
        )
    )
    return session.scalars(statement).one_or_none()

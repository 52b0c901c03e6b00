"""Inviting people for tests: an invitation with its link, as the mail carries it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.domain.roles import EmployerRole
from app.models import Company, Invitation
from app.security.cross_company import cross_company
from app.services.invitations import Inviter, Terms, invite
from tests import cast
from tests.mails import last_mail, link_in

if TYPE_CHECKING:
    from flask import Flask

PASSWORD = "three words and more"


def invited(
    app: "Flask",
    run_jobs: Callable[..., int],
    email: str,
    *,
    company: str = cast.MARTIN,
    role: EmployerRole = EmployerRole.EMPLOYER_VIEWER,
    **terms: Any,
) -> str:
    """Invite somebody in Claire's name, send the mail, and give the path of its link."""
    claire = cast.user(app, cast.CLAIRE)
    with app.app_context(), cross_company("a test") as session:
        invite(
            session,
            session.scalars(select(Company).where(Company.name == company)).one(),
            [email],
            Terms(role, **terms),
            by=Inviter(claire.id, claire.name),
            secret_key=str(app.secret_key),
        )
        session.commit()
    run_jobs()
    return link_in(last_mail(app, email))


def invitations(app: "Flask", email: str) -> list[Invitation]:
    """All of somebody's invitations, the oldest first."""
    statement = select(Invitation).where(Invitation.email == email).order_by(Invitation.id)
    return cast._all(app, statement)


def change_invitation(app: "Flask", email: str, **values: Any) -> None:
    """Make the latest invitation of somebody, and its link, what it would be at another time."""
    from app.models import Token

    with app.app_context(), cross_company("a test") as session:
        statement = select(Invitation).where(Invitation.email == email)
        row = session.scalars(statement.order_by(Invitation.id.desc())).first()
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
            if name == "expires_at" and row.token_id is not None:
                session.get_one(Token, row.token_id).expires_at = value
        session.commit()

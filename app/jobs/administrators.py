"""Telling administrators of each other: here it is looked up who they are, which no page of an account may do."""

from datetime import datetime

from app.domain.administrators import AdministratorChange
from app.jobs.work import Work
from app.services.administrator_notices import tell_of_sign_in


def tell_administrators(work: Work) -> None:
    """Write to those who administer a company together with somebody whose way to sign in was changed.

    Of somebody who is nobody's administrator there is nothing to tell, and no trace stays of having looked.
    """
    with work.session() as session:
        written = tell_of_sign_in(
            session,
            int(work.arguments["user"]),
            AdministratorChange(work.arguments["change"]),
            at=datetime.fromisoformat(work.arguments["at"]),
        )
        if written:
            session.commit()
        else:
            session.rollback()

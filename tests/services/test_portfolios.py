"""What staff have in hand."""

from app.security.scope import of_directory, of_portfolio
from app.security.tenancy import open_scope
from app.services.portfolios import (
    count_companies,
    latest_imports,
    manager_loads,
    unassigned_companies,
)
from tests import cast


def test_an_administrator_knows_who_serves_whom_and_whom_nobody_serves(app, session):
    open_scope(session, of_directory(user_id=1))

    unassigned = unassigned_companies(session)
    assert unassigned.count == 2
    assert {name for _id, name in unassigned.first} == {cast.LAMBERT, cast.SIMON}
    assert {one.email: one.companies for one in manager_loads(session)} == {
        cast.MARC: 2,
        cast.NORA: 1,
    }


def test_a_manager_counts_the_own_companies_and_imports(app, session):
    martin = cast.company(app, cast.MARTIN)
    open_scope(session, of_portfolio((martin.id,), user_id=cast.user(app, cast.MARC).id))

    assert count_companies(session) == 1
    assert latest_imports(session) == []

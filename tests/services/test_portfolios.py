"""What staff have in hand."""

from app.security.scope import of_directory, of_portfolio
from app.security.tenancy import open_scope
from app.services.attention import attention
from app.services.portfolios import first_unserved, latest_imports, manager_loads
from tests import cast


def test_an_administrator_knows_who_serves_whom_and_whom_nobody_serves(app, session):
    open_scope(session, of_directory(user_id=1))

    found = attention(session, is_business=False, is_everywhere=True)
    assert (found.companies, found.unserved) == (5, 2)
    assert [name for _id, name in first_unserved(session)] == [cast.LAMBERT, cast.SIMON]
    assert {one.email: one.companies for one in manager_loads(session)} == {
        cast.MARC: 2,
        cast.NORA: 1,
    }


def test_a_manager_counts_the_own_companies_and_imports(app, session):
    martin = cast.company(app, cast.MARTIN)
    open_scope(session, of_portfolio((martin.id,), user_id=cast.user(app, cast.MARC).id))

    found = attention(session, is_business=True, is_everywhere=False)
    assert (found.companies, found.unserved, found.open_changes) == (1, 0, 1)
    assert latest_imports(session) == []

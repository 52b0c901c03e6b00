"""The search of the staff: what a text finds in a scope."""

import pytest

from app.security.scope import of_audit, of_portfolio
from app.security.tenancy import open_scope
from app.services.search import MOST_HITS, search
from tests import cast


@pytest.fixture
def everything(session):
    open_scope(session, of_audit(user_id=1))
    return session


@pytest.fixture
def portfolio(app, session):
    """Boulangerie Martin alone."""
    martin = cast.company(app, cast.MARTIN)
    open_scope(session, of_portfolio((martin.id,), user_id=1))
    return session


def test_each_kind_stops_after_a_few_and_says_that_there_are_more(everything):
    found = search(everything, "F-20", everywhere=True)

    assert found is not None
    assert len(found.invoices) == MOST_HITS
    assert found.more == {"invoices"}


def test_a_search_stays_in_its_scope(portfolio):
    found = search(portfolio, "s")
    assert found is None, "one letter means nothing"

    found = search(portfolio, "example")
    assert found is not None
    companies = {one.company for one in (*found.users, *found.contacts, *found.billing)}
    assert companies == {cast.MARTIN}


@pytest.mark.parametrize("text", ["0990.200.249", "0990 200 249", "BE0990200249", "0990.200"])
def test_a_number_is_found_with_and_without_separators(portfolio, text):
    found = search(portfolio, text)

    assert found is not None
    assert [one.name for one in found.companies] == [cast.MARTIN]


def test_wild_cards_are_letters_like_others(everything):
    for text in ("%%", "__", "\\\\"):
        found = search(everything, text)
        assert found is not None
        assert found.count == 0

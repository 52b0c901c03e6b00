"""Saved filters: one person's at one company, by names that differ, with a way back."""

import pytest
from sqlalchemy import select

from app.models import Membership, SavedFilter
from app.security.scope import of_audit, of_company, of_portfolio
from app.security.tenancy import open_scope
from app.services import saved_filters
from app.services.saved_filters import FilterNameTaken, FilterOwner, FilterValues
from tests import cast
from tests.services.trail import follow_trail

QUERY = "tab=open&q=F-2026"


@pytest.fixture
def bruno(session):
    """Bruno at Boulangerie Martin, in a session of his own."""
    company, user = cast.company(session, cast.MARTIN), cast.user(session, cast.BRUNO)
    open_scope(session, of_company(company.id, user_id=user.id))
    return FilterOwner(company.id, user.id)


def save(session, owner, name, *, first=False, query=QUERY):
    return saved_filters.save_filter(session, owner, FilterValues(name, first), query=query)


def names(session, owner):
    return [one.name for one in saved_filters.list_filters(session, owner)]


def test_a_filter_is_saved_with_its_event(session, bruno):
    events = follow_trail(session)
    save(session, bruno, "  À   payer ")
    session.commit()

    assert names(session, bruno) == ["À payer"]
    assert [(one.action, one.target_label) for one in events] == [("FILTER_SAVED", "À payer")]


@pytest.mark.parametrize("name", ["à payer", "À PAYER", " À  payer"])
def test_a_name_is_taken_whatever_its_capitals(session, bruno, name):
    save(session, bruno, "À payer")

    with pytest.raises(FilterNameTaken):
        save(session, bruno, name)


def test_the_database_too_refuses_a_second_name_and_a_second_default_view(session, bruno):
    from sqlalchemy.exc import IntegrityError

    save(session, bruno, "One", first=True)
    session.commit()
    for values in ({"name_key": "one"}, {"name_key": "two", "is_default": True}):
        row = {"company_id": bruno.company_id, "user_id": bruno.user_id, "name": "x", "query": ""}
        session.add(SavedFilter(**row | values))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_colleague_may_use_the_same_name(session, bruno):
    save(session, bruno, "Namur, en retard")  # Claire has one

    assert names(session, bruno) == ["Namur, en retard"]


def test_the_fifty_first_is_refused(session, bruno):
    for number in range(saved_filters.MOST):
        save(session, bruno, f"Filter {number}")

    with pytest.raises(saved_filters.TooManyFilters):
        save(session, bruno, "One more")


def test_a_filter_of_an_absurd_length_is_refused(session, bruno):
    with pytest.raises(saved_filters.FilterTooLong):
        save(session, bruno, "Long", query="q=" + "x" * 1000)


def test_there_is_one_default_view(session, bruno):
    first = save(session, bruno, "First", first=True)
    second = save(session, bruno, "Second", first=True)
    assert (first.is_default, second.is_default) == (False, True)

    assert saved_filters.change_filter(session, first, FilterValues("Renamed", True))
    assert not saved_filters.change_filter(session, first, FilterValues("Renamed", True))
    assert (first.is_default, second.is_default) == (True, False)


def test_a_filter_is_removed_and_comes_back_once_as_it_was(session, bruno):
    kept = save(session, bruno, "Mine", first=True)
    saved_filters.remove_filter(session, kept)
    assert names(session, bruno) == []

    back = saved_filters.restore_filter(session, bruno, kept.public_id)
    assert (back.name, back.query, back.is_default) == ("Mine", QUERY, True)
    with pytest.raises(saved_filters.SavedFilterUnknown):
        saved_filters.restore_filter(session, bruno, kept.public_id)


def test_what_was_saved_meanwhile_is_in_the_way_of_what_was_removed(session, bruno):
    kept = save(session, bruno, "Mine", first=True)
    saved_filters.remove_filter(session, kept)
    other = save(session, bruno, "mine", first=True)
    with pytest.raises(FilterNameTaken):
        saved_filters.restore_filter(session, bruno, kept.public_id)

    saved_filters.change_filter(session, other, FilterValues("Other", True))
    assert not saved_filters.restore_filter(session, bruno, kept.public_id).is_default


def test_what_was_removed_long_ago_is_forgotten(session, bruno):
    from app.domain.clock import now

    old = save(session, bruno, "Old")
    saved_filters.remove_filter(session, old)
    old.removed_at = now() - 2 * saved_filters.UNDONE_WITHIN
    session.flush()
    saved_filters.remove_filter(session, save(session, bruno, "New"))

    with pytest.raises(saved_filters.SavedFilterUnknown):
        saved_filters.restore_filter(session, bruno, old.public_id)


def test_a_colleagues_filters_are_not_there(wall_1_session, bruno, session):
    save(session, bruno, "Bruno's own")
    session.commit()
    claire, marc = cast.user(session, cast.CLAIRE), cast.user(session, cast.MARC)
    for scope in (
        of_company(bruno.company_id, user_id=claire.id),
        of_company(bruno.company_id),
        of_portfolio((bruno.company_id,), user_id=marc.id),
    ):
        seen = wall_1_session(scope).scalars(select(SavedFilter.name)).all()
        assert "Bruno's own" not in seen
    auditor = of_audit(user_id=cast.user(session, cast.ANA).id)
    assert "Bruno's own" in wall_1_session(auditor).scalars(select(SavedFilter.name)).all()


def test_nobody_writes_a_filter_of_a_colleague(session, bruno):
    from app.security.writes import NotYours

    claire = FilterOwner(bruno.company_id, cast.user(session, cast.CLAIRE).id)

    with pytest.raises(NotYours):
        save(session, claire, "For Claire")


def test_filters_go_with_the_access(session, bruno):
    save(session, bruno, "Mine")
    session.commit()
    membership = select(Membership).where(Membership.user_id == bruno.user_id)
    session.delete(session.scalars(membership).one())
    session.commit()

    assert names(session, bruno) == []
    assert (
        session.scalars(select(SavedFilter.id).where(SavedFilter.user_id == bruno.user_id)).all()
        == []
    )


@pytest.fixture
def wall_1_session(app):
    """A session behind the session's scope alone, past what PostgreSQL would refuse."""
    from app.extensions import db
    from app.security.tenancy import TenantSession

    opened = []

    def begin(scope):
        found = TenantSession(db=db, info={"engine": "system"})
        found.reading_engine = lambda: None
        opened.append(found)
        open_scope(found, scope)
        return found

    with app.app_context():
        yield begin
        for one in opened:
            one.close()

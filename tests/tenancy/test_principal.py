"""From a cookie to a scope: who is let in, as whom, and what the database is told on the way."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.domain.clock import now, today
from app.domain.roles import Role
from app.models import Invoice, LoginSession, Membership, PortalUser
from app.security.cross_company import cross_company
from app.security.principal import load_principal
from app.security.scope import Reach
from app.security.signed_in import find_signed_in
from app.security.tenancy import CHECKED, ScopeMissing, current_scope
from app.services.sessions import hash_token, start_session
from tests import cast


@pytest.fixture
def enter(app, session):
    """Sign somebody in and load them, as for an address of a company."""

    def load(email, company=None):
        token = token_of(email)
        path = cast.company_id(app, company) if company else None
        signed_in = find_signed_in(session, hash_token(token), path)
        return load_principal(session, signed_in, path)

    return load


def token_of(email):
    with cross_company("a test") as system:
        user = system.scalars(select(PortalUser).where(PortalUser.username == email)).one()
        _login, token = start_session(system, user.id, ip=None, user_agent=None)
        system.commit()
        return token


def change(kind, email, **values):
    with cross_company("a test") as system:
        user = system.scalars(select(PortalUser).where(PortalUser.username == email)).one()
        owner = kind.id if kind is PortalUser else kind.user_id
        for row in system.scalars(select(kind).where(owner == user.id)):
            for name, value in values.items():
                setattr(row, name, value)
        system.commit()


def test_a_member_enters_the_company_in_the_path(enter, session, ground):
    principal = enter(cast.CLAIRE, cast.MARTIN)

    assert principal.role is Role.EMPLOYER_ADMIN
    assert current_scope(session).companies == (ground.martin,)
    assert set(session.scalars(select(Invoice.company_id))) == {ground.martin}


def test_the_database_is_told_on_the_way(enter, session, ground):
    """Without a statement of its own, and again in the next transaction."""
    enter(cast.LEA, cast.MARTIN)

    assert set(session.scalars(select(Invoice.address_id))) == {ground.namur}
    session.rollback()
    assert set(session.scalars(select(Invoice.address_id))) == {ground.namur}


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "way", ["nestloop", "hashjoin", "mergejoin", "seqscan", "indexscan", "material"]
)
def test_the_database_is_told_in_time_whatever_its_plan(way, enter, session, ground):
    """A plan that looked at companies before it knows who asks would find none."""
    session.execute(text(f"SET LOCAL enable_{way} = off"), execution_options=CHECKED)
    principal = enter(cast.INES, cast.PEETERS)

    assert len(principal.companies) == 3
    assert set(session.scalars(select(Invoice.company_id))) == {ground.peeters}


def test_what_was_told_for_one_company_does_not_pass_for_another(app, session, ground):
    token = hash_token(token_of(cast.INES))
    signed_in = find_signed_in(session, token, cast.company_id(app, cast.MARTIN))
    load_principal(session, signed_in, cast.company_id(app, cast.PEETERS))

    assert set(session.scalars(select(Invoice.company_id))) == {ground.peeters}


def test_what_was_told_ends_with_its_transaction(app, session, ground):
    company = cast.company_id(app, cast.MARTIN)
    signed_in = find_signed_in(session, hash_token(token_of(cast.CLAIRE)), company)
    session.rollback()
    load_principal(session, signed_in, company)

    assert set(session.scalars(select(Invoice.company_id))) == {ground.martin}


def test_companies_come_by_name(enter):
    names = [one.name for one in enter(cast.INES).companies]

    assert len(names) == 3
    assert names == sorted(names)


def test_nobody_enters_a_company_they_do_not_belong_to(enter, session):
    principal = enter(cast.PIETER, cast.MARTIN)

    assert principal.company is None
    assert principal.role is None
    assert [one.name for one in principal.companies] == [cast.PEETERS]
    with pytest.raises(ScopeMissing):
        current_scope(session)


def test_the_role_is_the_one_at_this_company(enter):
    assert enter(cast.INES, cast.PEETERS).role is Role.EMPLOYER_VIEWER


@pytest.mark.parametrize(
    "dates",
    [{"expires_on": today() - timedelta(days=1)}, {"starts_on": today() + timedelta(days=1)}],
    ids=["over", "not begun"],
)
def test_a_membership_counts_while_it_lasts(dates, enter, session):
    change(Membership, cast.VERA, **dates)
    principal = enter(cast.VERA, cast.MARTIN)

    assert principal.company is None
    assert principal.companies == ()
    with pytest.raises(ScopeMissing):
        session.scalars(select(Invoice))


def test_the_last_day_of_a_membership_counts(enter):
    change(Membership, cast.VERA, starts_on=today(), expires_on=today())

    assert enter(cast.VERA, cast.MARTIN).company is not None


@pytest.mark.parametrize(
    ("email", "reach"),
    [
        (cast.MARC, Reach.COMPANIES),
        (cast.ANA, Reach.AUDIT),
        (cast.SOFIA, Reach.DIRECTORY),
    ],
)
def test_staff_have_the_reach_of_their_role(email, reach, enter, session, ground):
    assert enter(email).is_staff
    assert current_scope(session).reach is reach
    if email == cast.MARC:
        assert set(current_scope(session).companies) == {ground.martin, ground.dubois}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (LoginSession, {"ended_at": now()}),
        (LoginSession, {"expires_at": now() - timedelta(seconds=1)}),
        (PortalUser, {"active": False}),
    ],
    ids=["ended", "expired", "closed account"],
)
def test_a_session_that_is_over_is_nobodys(kind, values, session):
    token = token_of(cast.CLAIRE)
    change(kind, cast.CLAIRE, **values)

    assert find_signed_in(session, hash_token(token)) is None

"""Exports behind each wall alone: whoever asked sees and changes their own, at that company, and nobody else's."""

import uuid
from datetime import timedelta

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url, select

from app.domain.clock import now
from app.domain.exports import ExportKind, ExportState
from app.models import Export
from app.security import scope as scopes
from app.security.writes import NotYours

CLAIRE_S, MARC_S = "claire.csv", "marc.csv"


def new(user_id, company_id, name="x.csv"):
    return Export(
        company_id=company_id,
        requested_by_id=user_id,
        kind=ExportKind.INVOICES_CSV,
        filter={},
        language="fr",
        file_name=name,
        expires_at=now() + timedelta(days=7),
    )


@pytest.fixture
def exports(app, ground):
    """One of Claire's at her company, one of Marc's at no company in particular."""
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        session.add(new(ground.claire, ground.martin, CLAIRE_S))
        session.add(new(ground.marc, None, MARC_S))
        session.commit()


@pytest.fixture
def scope_of(ground):
    return {
        "Claire": scopes.of_company(ground.martin, user_id=ground.claire),
        "Claire elsewhere": scopes.of_company(ground.dubois, user_id=ground.claire),
        "a colleague": scopes.of_company(ground.martin, user_id=ground.marc + 1000),
        "Marc": scopes.of_portfolio((ground.martin,), user_id=ground.marc),
        "Marc as a customer": scopes.of_company(ground.martin, user_id=ground.marc),
        "work of nobody": scopes.of_company(ground.martin),
        "an administrator": scopes.of_directory(user_id=ground.claire),
    }


SEEN = {"Claire": [CLAIRE_S], "Marc": [MARC_S]}


@pytest.mark.usefixtures("exports")
@pytest.mark.parametrize(
    "who",
    [
        "Claire", "Claire elsewhere", "a colleague", "Marc", "Marc as a customer",
        "work of nobody", "an administrator",
    ],
)  # fmt: skip
def test_the_session_shows_everybody_their_own(wall_1, scope_of, who):
    session = wall_1(scope_of[who])
    try:
        found = session.scalars(select(Export.file_name)).all()
    except RuntimeError:  # an administrator does not even ask
        found = []

    assert found == SEEN.get(who, [])


@pytest.mark.parametrize(
    ("who", "owner", "company"),
    [
        ("Claire", "marc", "martin"),
        ("Claire", "claire", "peeters"),
        ("Claire", "claire", None),
        ("Marc", "claire", "martin"),
        ("Marc", "marc", "peeters"),
    ],
)
def test_nobody_writes_one_for_somebody_else_or_somewhere_else(
    wall_1, scope_of, ground, who, owner, company
):
    session = wall_1(scope_of[who])
    session.add(new(getattr(ground, owner), company and getattr(ground, company)))

    with pytest.raises(NotYours):
        session.flush()


def test_an_auditor_has_one_made_and_changes_nothing_else(wall_1, ground):
    session = wall_1(scopes.of_audit(user_id=ground.marc))
    mine, elses = new(ground.marc, None), new(ground.claire, None)
    session.add(mine)
    session.flush()
    mine.state = ExportState.FAILED
    session.flush()
    session.add(elses)

    with pytest.raises(NotYours):
        session.flush()


@pytest.fixture
def connect(database):
    """The run-time role of the database with the settings of a scope, and nothing of ours in between."""
    links = []

    def open_link(**settings):
        address = make_url(database.addresses.runtime).set(drivername="postgresql")
        link = psycopg.connect(address.render_as_string(hide_password=False))
        links.append(link)
        for name, value in settings.items():
            link.execute("SELECT set_config(%s, %s, true)", (f"app.{name}", str(value)))
        return link

    yield open_link
    for link in links:
        link.close()


@pytest.mark.postgresql
@pytest.mark.usefixtures("exports")
def test_the_database_shows_everybody_their_own(connect, ground):
    claire = {"user": ground.claire, "addresses": "-"}
    marc = {"user": ground.marc, "addresses": "-", "companies": ground.martin}
    scopes_and_names = [
        (claire | {"companies": ground.martin}, {CLAIRE_S}),
        (claire | {"companies": ground.dubois}, set()),
        (marc, set()),
        (marc | {"staff": "on"}, {MARC_S}),
        ({"companies": ground.martin, "addresses": "-"}, set()),
        ({}, set()),
    ]
    for settings, names in scopes_and_names:
        found = connect(**settings).execute("SELECT file_name FROM export").fetchall()
        assert {name for (name,) in found} == names, settings


@pytest.mark.postgresql
def test_the_database_takes_none_for_somebody_else(connect, ground):
    claire = connect(user=ground.claire, companies=ground.martin, addresses="-")
    statement = (
        "INSERT INTO export (requested_by_id, company_id, kind, filter, language, state, done_count,"
        " total_count, file_name, expires_at, public_id, created_at, updated_at) VALUES"
        " (%s, %s, 'INVOICES_CSV', '{}', 'fr', 'WAITING', 0, 0, 'x', now(), %s, now(), now())"
    )
    claire.execute(statement, (ground.claire, ground.martin, uuid.uuid4()))
    claire.commit()
    for owner, company in ((ground.marc, ground.martin), (ground.claire, None)):
        other = connect(user=ground.claire, companies=ground.martin, addresses="-")
        with pytest.raises(errors.InsufficientPrivilege):
            other.execute(statement, (owner, company, uuid.uuid4()))

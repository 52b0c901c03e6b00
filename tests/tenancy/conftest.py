"""Sessions with one wall taken away, and who the cast's companies are by their numbers."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Ground:
    """Numbers of the cast's rows, as the database knows them."""

    martin: int
    dubois: int
    peeters: int
    lambert: int
    liege: int
    namur: int
    marc: int
    claire: int


@pytest.fixture
def ground(app):
    from tests import cast

    name_of = cast.companies.MARTIN.addresses
    return Ground(
        martin=cast.company(app, cast.MARTIN).id,
        dubois=cast.company(app, cast.DUBOIS).id,
        peeters=cast.company(app, cast.PEETERS).id,
        lambert=cast.company(app, cast.LAMBERT).id,
        liege=cast.address(app, name_of[0].name).id,
        namur=cast.address(app, name_of[1].name).id,
        marc=cast.user(app, cast.MARC).id,
        claire=cast.user(app, cast.CLAIRE).id,
    )


@pytest.fixture
def wall_1(app):
    """A session behind wall 1 alone: as the system role, which row-level security lets see everything."""
    from app.extensions import db
    from app.security.tenancy import TenantSession, open_scope

    opened = []

    def open_session(scope=None):
        session = TenantSession(db=db, info={"engine": "system"})
        session.reading_engine = lambda: None
        opened.append(session)
        if scope is not None:
            open_scope(session, scope)
        return session

    with app.app_context():
        yield open_session
        for session in opened:
            session.close()

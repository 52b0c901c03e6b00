"""A connection that the database has ended while it rested is replaced before anybody's page needs it."""

import pytest
from psycopg import sql

from tests.cast import CLAIRE
from tests.web.signing_in import sign_in

pytestmark = pytest.mark.postgresql
ENDED = sql.SQL(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE usename = 'clientele_rt' AND datname = {}"
)


@pytest.fixture
def end_connections(app, database):
    """What a restart of the database does to those who rest."""
    from sqlalchemy import make_url

    name = make_url(database.addresses.runtime).database

    def end():
        assert int(database._server.execute(ENDED.format(sql.Literal(name)))) > 0

    return end


def test_a_rested_connection_is_tried_before_a_page_uses_it(client, end_connections, monkeypatch):
    from app.security import engines

    monkeypatch.setattr(engines, "RESTED_S", 0.0)
    sign_in(client, CLAIRE)
    end_connections()

    assert client.get("/account").status_code == 200


def test_a_connection_lost_while_busy_costs_one_page_at_most(client, end_connections):
    sign_in(client, CLAIRE)
    end_connections()

    assert client.get("/account").status_code in {200, 503}
    assert client.get("/account").status_code == 200

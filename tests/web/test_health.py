"""Whether the process lives and can serve; strangers learn nothing more."""

import pytest

from tests.web.statements import statements


def test_a_process_that_answers_is_alive_and_asks_nobody(client, app):
    with statements(app) as seen:
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert seen == []
    assert "Set-Cookie" not in answer.headers


def test_a_migrated_database_and_a_store_make_it_ready(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("broken", ["database", "storage"])
def test_without_one_of_them_it_is_not_ready_and_the_log_says_which(
    client, monkeypatch, caplog, broken
):
    from app.views.health import _CHECKS

    monkeypatch.setitem(_CHECKS, broken, lambda: False)
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})
    assert broken in caplog.text


def test_a_database_of_another_version_is_not_ready(client, app, live_database):
    from sqlalchemy import create_engine, text

    owner = create_engine(live_database.addresses.owner)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    owner.dispose()

    assert client.get("/readyz").status_code == 503


def test_a_database_that_is_gone_is_not_ready(client, app):
    from tests.web.test_errors import database_down

    with database_down(app):
        assert client.get("/readyz").status_code == 503

"""The product does not serve on a PostgreSQL where row-level security means nothing."""

import pytest
from sqlalchemy import create_engine, make_url


@pytest.fixture
def refusal(database):
    """Why the product would not serve as this role."""
    from app.security.startup import UnsafeDatabase, check_database

    def ask(role="runtime"):
        engine = create_engine(getattr(database.addresses, role))
        try:
            check_database(engine)
        except UnsafeDatabase as error:
            return str(error)
        finally:
            engine.dispose()
        return ""

    return ask


@pytest.fixture
def on_postgresql(request):
    if request.config.getoption("--db") != "postgresql":
        pytest.skip("SQLite has no roles")


def test_the_tests_own_database_is_safe(refusal):
    assert refusal() == ""


@pytest.mark.usefixtures("on_postgresql")
def test_the_owner_does_not_serve(refusal):
    assert "owns" in refusal("owner")


@pytest.mark.usefixtures("on_postgresql")
def test_the_system_role_does_not_serve(refusal):
    assert "sees every row" in refusal("system")


@pytest.mark.usefixtures("on_postgresql")
def test_a_table_without_a_wall_is_noticed(database, refusal):
    engine = create_engine(database.addresses.owner)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE contact NO FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql("CREATE TABLE later (id int, company_id int)")
    engine.dispose()

    assert "contact, later" in refusal()


@pytest.mark.usefixtures("on_postgresql")
def test_a_superuser_does_not_serve(database):
    from app.security.startup import UnsafeDatabase, check_database

    live = make_url(database.addresses.runtime)
    superuser = database._server._superuser.set(drivername=live.drivername, database=live.database)
    engine = create_engine(superuser)
    with pytest.raises(UnsafeDatabase, match="is a superuser"):
        check_database(engine)
    engine.dispose()


def test_an_unsafe_database_answers_503_and_says_why_in_the_log(
    settings, database, monkeypatch, caplog
):
    from app import create_app
    from app.extensions import db
    from app.security import startup

    def refuse(_engine):
        raise startup.UnsafeDatabase("the role is too mighty")

    app = create_app(settings)
    client = app.test_client()
    monkeypatch.setattr(startup, "check_database", refuse)
    assert client.get("/login").status_code == 503
    assert "too mighty" in caplog.text
    assert client.get("/healthz").status_code == 200

    monkeypatch.undo()
    assert client.get("/login").status_code == 200
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()

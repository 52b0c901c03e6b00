"""What migrations make that no model names: policies, grants, triggers, search. Compared to a list written here."""

import re

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError

COMPANY_AND_ADDRESS = {"scope_rows", "scope_addresses", "system", "audit"}
POLICIES = {
    "address": COMPANY_AND_ADDRESS,
    "allocation": COMPANY_AND_ADDRESS,
    "audit_event": {"scope_reads", "scope_traces", "scope_addresses", "system", "audit"},
    "billing_email": COMPANY_AND_ADDRESS,
    "change_request": {"scope_rows", "system", "audit"},
    "company": {"scope_rows", "scope_reads", "system", "audit"},
    "contact": COMPANY_AND_ADDRESS,
    "document": COMPANY_AND_ADDRESS,
    "export": {"scope_rows", "system", "audit"},
    "import_batch": {"scope_rows", "system", "audit"},
    "import_row": {"scope_rows", "system", "audit"},
    "invoice": COMPANY_AND_ADDRESS | {"search"},
    "invoice_content": COMPANY_AND_ADDRESS,
    "invitation": {"scope_rows", "system", "audit"},
    "invitation_address": {"scope_rows", "system", "audit"},
    "monthly_figure": {"scope_rows", "system", "audit"},
    "outgoing_mail": {"scope_rows", "scope_traces", "system", "audit"},
    "payment": COMPANY_AND_ADDRESS,
    "portfolio": {"scope_rows", "scope_reads", "system", "audit"},
    "preceding_invoice": COMPANY_AND_ADDRESS,
    "saved_filter": {"scope_rows", "system", "audit"},
}
READ_BEFORE_A_SCOPE = {"membership", "membership_address", "job"}
READ_BY_AUDITORS = {*POLICIES, *READ_BEFORE_A_SCOPE, "alembic_version", "issuer_setting"}
SQLITE_TRIGGERS = {
    "audit_event_no_delete",
    "audit_event_no_replace",
    "audit_event_no_update",
    "invoice_search_delete",
    "invoice_search_insert",
    "invoice_search_update",
}


@pytest.fixture
def owner(database):
    """The database as its owner, asked in plain SQL."""
    engine = create_engine(database.addresses.owner)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture
def is_postgresql(request):
    return request.config.getoption("--db") == "postgresql"


@pytest.fixture
def on_postgresql(is_postgresql):
    if not is_postgresql:
        pytest.skip("SQLite has no roles")


@pytest.fixture
def on_sqlite(is_postgresql):
    if is_postgresql:
        pytest.skip("for SQLite")


def flask(app, *arguments):
    result = app.test_cli_runner().invoke(args=arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def all_of(connection, query):
    return {row[0] for row in connection.exec_driver_sql(query)}


@pytest.mark.usefixtures("on_postgresql")
def test_policies_are_those_of_the_list(owner):
    found: dict[str, set[str]] = {}
    for table, policy in owner.exec_driver_sql("SELECT tablename, policyname FROM pg_policies"):
        found.setdefault(table, set()).add(policy)

    assert found == POLICIES


@pytest.mark.usefixtures("on_postgresql")
def test_every_table_with_a_company_is_forced_or_on_the_list(owner):
    forced = all_of(
        owner, "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    )
    owned = all_of(
        owner,
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'company_id'",
    )

    assert forced == set(POLICIES)
    assert owned - forced == READ_BEFORE_A_SCOPE


@pytest.mark.usefixtures("on_postgresql")
def test_policies_look_settings_up_once_and_not_by_row(owner):
    texts = owner.exec_driver_sql(
        "SELECT tablename, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies"
    )
    by_row = {
        table
        for table, text in texts
        if "current_setting" in re.sub(r"\( SELECT .*? AS \"?\w+\"?\)", "", text)
    }

    assert by_row == set()


@pytest.mark.usefixtures("on_postgresql")
def test_grants_are_those_of_the_list(owner, database):
    def rights(role, right):
        name = make_url(getattr(database.addresses, role)).username
        return all_of(
            owner,
            "SELECT table_name FROM information_schema.table_privileges "  # noqa: S608
            f"WHERE grantee = '{name}' AND privilege_type = '{right}'",
        )

    assert rights("audit", "SELECT") == READ_BY_AUDITORS
    for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
        assert rights("audit", right) == set()
    for role in ("runtime", "system"):
        assert {"invoice", "membership", "ab_user", "login_session"} <= rights(role, "UPDATE")
        assert "audit_event" in rights(role, "INSERT")
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            assert not {"audit_event", "alembic_version"} & rights(role, right)
        assert rights(role, "TRUNCATE") == rights(role, "TRIGGER") == set()


@pytest.mark.usefixtures("on_postgresql")
def test_tables_that_come_later_are_for_the_product_and_not_for_auditors(owner, database):
    owner.exec_driver_sql("CREATE TABLE later (id serial PRIMARY KEY)")
    for role, expected in (("runtime", True), ("system", True), ("audit", False)):
        name = make_url(getattr(database.addresses, role)).username
        question = f"SELECT has_table_privilege('{name}', 'later', 'SELECT')"
        assert all_of(owner, question) == {expected}


@pytest.mark.usefixtures("on_sqlite")
def test_triggers_are_those_of_the_list(owner):
    assert all_of(owner, "SELECT name FROM sqlite_master WHERE type = 'trigger'") == SQLITE_TRIGGERS


@pytest.mark.usefixtures("on_postgresql")
def test_triggers_are_those_of_the_list_on_postgresql(owner):
    found = all_of(owner, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    ours = {name for name in found if not name.startswith("procrastinate_")}

    assert ours == {"audit_event_insert_only"}


REWRITES = {
    "update": "UPDATE audit_event SET actor_name = 'nobody'",
    "delete": "DELETE FROM audit_event",
    "truncate": "TRUNCATE audit_event",
    "replace": (
        "INSERT OR REPLACE INTO audit_event (id, at, action, actor_name, changes) "
        "SELECT id, at, action, 'nobody', changes FROM audit_event"
    ),
}


@pytest.mark.parametrize("statement", REWRITES.values(), ids=REWRITES)
def test_not_even_the_owner_rewrites_the_trail(statement, owner, is_postgresql):
    if statement.startswith("INSERT OR" if is_postgresql else "TRUNCATE"):
        pytest.skip("not a statement of this database")

    with pytest.raises(DBAPIError, match="never change"):
        owner.exec_driver_sql(statement)


def test_walls_go_down_and_up_again_over_data(app, database):
    from app.extensions import db

    def counts():
        engine = create_engine(database.addresses.system)
        with engine.connect() as connection:
            tables = [
                name for name in inspect(connection).get_table_names() if name != "alembic_version"
            ]
            # The full-text index is rebuilt: what it keeps beside its entries is its own affair.
            kept = [name for name in tables if not name.startswith("invoice_search")]
            found = {
                name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar()  # noqa: S608
                for name in kept
                if not name.startswith("ab_") or name == "ab_user"
            }
        engine.dispose()
        return found

    before = counts()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    flask(app, "db", "downgrade", "0001")
    engine = create_engine(database.addresses.owner)
    lasting = before.keys() & set(inspect(engine).get_table_names())
    engine.dispose()
    flask(app, "db", "upgrade")
    flask(app, "jobs", "install")  # its tables lost their rights along with ours
    flask(app, "db", "check")

    after = counts()
    assert {name: after[name] for name in lasting} == {name: before[name] for name in lasting}
    assert after.keys() == before.keys()
    assert before["invoice"] > 50


def test_models_and_tables_say_the_same(app):
    flask(app, "db", "check")


@pytest.mark.usefixtures("on_sqlite")
def test_the_search_index_follows_the_invoices(owner):
    def found():
        query = "SELECT count(*) FROM invoice_search WHERE invoice_search MATCH '\"zzqx7\"'"
        return owner.exec_driver_sql(query).scalar()

    assert found() == 0
    owner.exec_driver_sql("UPDATE invoice SET search_text = 'abc zzqx7' WHERE id = 1")
    assert found() == 1
    owner.exec_driver_sql("UPDATE invoice SET id = 900001 WHERE id = 1")
    assert found() == 1
    owner.exec_driver_sql("DELETE FROM invoice WHERE id = 900001")
    assert found() == 0
    owner.exec_driver_sql(
        "INSERT INTO invoice_search (invoice_search, rank) VALUES ('integrity-check', 1)"
    )


@pytest.mark.usefixtures("on_postgresql")
def test_the_search_index_is_there(owner):
    assert "ix_invoice_search_text" in all_of(owner, "SELECT indexname FROM pg_indexes")


@pytest.mark.usefixtures("on_postgresql")
def test_only_the_product_may_ask_for_documents_as_the_owner(owner, database):
    found = owner.exec_driver_sql(
        "SELECT proname, prosecdef, proconfig, proacl::text FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).all()
    name = make_url(database.addresses.runtime).username

    assert [one.proname for one in found] == ["invoices_holding"]
    assert "search_path=pg_catalog, pg_temp" in found[0].proconfig
    assert f"{name}=X/" in found[0].proacl
    assert found[0].proacl.count("=X/") == 2  # and the owner


@pytest.mark.usefixtures("on_postgresql")
def test_a_server_without_trigrams_is_migrated_and_told(app, owner, monkeypatch, caplog):
    owner.close()
    monkeypatch.setattr("migrations.search.EXTENSION", "CREATE EXTENSION no_such_extension")
    flask(app, "db", "downgrade", "0001")
    with caplog.at_level("WARNING"):
        flask(app, "db", "upgrade")

    flask(app, "db", "check")
    flask(app, "db", "downgrade", "0001")


@pytest.mark.usefixtures("on_postgresql")
def test_a_data_migration_sees_every_row_and_puts_the_wall_back(owner):
    from migrations.walls import every_row

    count = "SELECT count(*) FROM document"
    with Operations.context(MigrationContext.configure(owner)):
        assert owner.exec_driver_sql(count).scalar() == 0
        with every_row("document", "address"):
            assert owner.exec_driver_sql(count).scalar() > 50
        assert owner.exec_driver_sql(count).scalar() == 0

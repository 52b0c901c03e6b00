"""procrastinate's tables: made once, brought up to date, open to the roles that need them and to nobody else."""

from pathlib import Path

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from app.queue.procrastinate_schema import (
    InstallationFailed,
    Outcome,
    Roles,
    install,
    is_current,
    libpq_address,
)

pytestmark = pytest.mark.postgresql

ROLES = Roles(runtime="clientele_rt", system="clientele_system")
OLDER = "03.01.00_50_post_add_heartbeat"
"""A script of procrastinate 3.1: later ones add a type and new versions of functions."""
RELATIONS = """
    SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relname LIKE '%procrastinate%' AND c.relkind IN ('r', 'i', 'c')
"""
FUNCTIONS = """
    SELECT oid::regprocedure::text, pg_get_function_result(oid) FROM pg_proc
    WHERE proname LIKE 'procrastinate%'
"""
TRIGGERS = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"


@pytest.fixture
def spare(new_database):
    """An empty database, and how each role connects to it."""
    return new_database()


@pytest.fixture
def connect(spare):
    links = []

    def connect(role):
        link = psycopg.connect(libpq_address(getattr(spare.addresses, role)))
        links.append(link)
        return link

    yield connect
    for link in links:
        link.close()


def shape(connection):
    return {query: set(connection.execute(query)) for query in (RELATIONS, FUNCTIONS, TRIGGERS)}


def scripts_until(last):
    folder = Path(SchemaManager.get_migrations_path())
    return [path for path in sorted(folder.glob("*.sql")) if path.stem <= last]


def test_the_tables_are_made_once(spare, connect):
    assert not is_current(connect("runtime"))

    assert install(spare.addresses.owner, ROLES) is Outcome.CREATED
    assert install(spare.addresses.owner, ROLES) is Outcome.CURRENT
    assert is_current(connect("runtime"))


def test_older_tables_become_what_new_ones_would_be(spare, connect, new_database):
    owner = connect("owner")
    for script in scripts_until(OLDER):
        owner.execute(script.read_text(encoding="utf-8"))
        owner.commit()
    owner.execute(
        f"COMMENT ON TABLE procrastinate_jobs IS 'Made by flask jobs install, as of {OLDER}'"
    )
    owner.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('clientele', 'clientele.run', '{}')"
    )
    owner.commit()
    assert not is_current(owner)

    assert install(spare.addresses.owner, ROLES) is Outcome.UPGRADED

    assert is_current(owner)
    assert owner.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)
    fresh = new_database()
    install(fresh.addresses.owner, ROLES)
    with psycopg.connect(libpq_address(fresh.addresses.owner)) as other:
        made = shape(other)
    upgraded = shape(owner)
    assert made[RELATIONS] <= upgraded[RELATIONS]
    assert made[FUNCTIONS] <= upgraded[FUNCTIONS]
    assert made[TRIGGERS] == upgraded[TRIGGERS]


def test_tables_of_unknown_age_are_left_alone(spare, connect):
    owner = connect("owner")
    owner.execute("CREATE TABLE procrastinate_jobs (id int)")
    owner.commit()

    with pytest.raises(InstallationFailed, match="--anew"):
        install(spare.addresses.owner, ROLES)
    assert not is_current(owner)
    owner.commit()

    assert install(spare.addresses.owner, ROLES, anew=True) is Outcome.CREATED
    assert is_current(owner)


def test_what_a_backup_kept_without_the_tables_is_in_nobodys_way(spare, connect):
    install(spare.addresses.owner, ROLES)
    owner = connect("owner")
    before = shape(owner)
    for name in ("events", "periodic_defers", "jobs", "workers"):
        owner.execute(f"DROP TABLE procrastinate_{name} CASCADE")
    owner.commit()

    assert install(spare.addresses.owner, ROLES) is Outcome.CREATED
    assert shape(owner) == before


def test_a_role_that_may_not_is_told(spare):
    with pytest.raises(InstallationFailed, match="permission denied"):
        install(spare.addresses.runtime, ROLES)


def test_tables_of_a_later_version_still_serve(spare, connect):
    install(spare.addresses.owner, ROLES)
    owner = connect("owner")
    owner.execute(
        "COMMENT ON TABLE procrastinate_jobs IS 'Made by flask jobs install, as of 99.00.00_01_later'"
    )
    owner.commit()

    assert install(spare.addresses.owner, ROLES) is Outcome.CURRENT
    assert is_current(connect("system"))


def rights(connection, role):
    rows = connection.execute(
        "SELECT table_name, privilege_type FROM information_schema.table_privileges "
        "WHERE grantee = %s AND table_name LIKE 'procrastinate%%'",
        (role,),
    )
    return set(rows)


def test_the_web_writes_jobs_down_and_takes_none(spare, connect):
    install(spare.addresses.owner, ROLES)
    owner = connect("owner")

    assert rights(owner, ROLES.runtime) == {
        ("procrastinate_jobs", "SELECT"),
        ("procrastinate_jobs", "INSERT"),
        ("procrastinate_events", "INSERT"),
    }
    assert {right for _table, right in rights(owner, ROLES.system)} == {
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
    }


def test_auditors_have_no_right_on_any_of_it(spare, connect):
    install(spare.addresses.owner, ROLES)
    owner = connect("owner")

    assert rights(owner, "clientele_audit") == set()
    for (signature,) in owner.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'procrastinate%'"
    ).fetchall():
        asked = "SELECT has_function_privilege(%s, %s, 'EXECUTE')"
        assert owner.execute(asked, ("clientele_audit", signature)).fetchone() == (False,)
        assert owner.execute(asked, (ROLES.runtime, signature)).fetchone() == (True,)


def test_rights_that_were_lost_are_given_again(spare, connect):
    install(spare.addresses.owner, ROLES)
    owner = connect("owner")
    owner.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLES.runtime}")
    owner.commit()
    assert not is_current(connect("runtime"))

    install(spare.addresses.owner, ROLES)

    assert is_current(connect("runtime"))
    assert ("procrastinate_jobs", "INSERT") in rights(owner, ROLES.runtime)


def test_one_role_for_everything_needs_no_rights(spare):
    owner = spare.addresses.owner
    roles = Roles.of(owner=owner, runtime=owner, system=owner)

    assert roles == Roles(runtime=None, system=None)
    assert install(owner, roles) is Outcome.CREATED

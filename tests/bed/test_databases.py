"""A copy undoes every write, a read costs no copy, and no server outlives its tests."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.blobs import BlobFolder
from tests.databases import PREFIX, ROLES


@pytest.fixture
def filled(new_database):
    """A database of its own with one table and one row, kept as a template."""
    database = new_database()
    run(database, "CREATE TABLE fruit (name text)", "INSERT INTO fruit VALUES ('apple')")
    database.keep_as_template()
    database.restore()
    return database


def run(database, *statements):
    engine = create_engine(database.addresses.owner)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def fruits(database):
    engine = create_engine(database.addresses.owner)
    with engine.connect() as connection:
        names = list(connection.scalars(text("SELECT name FROM fruit ORDER BY name")))
    engine.dispose()
    return names


@pytest.mark.parametrize(
    "write",
    ["INSERT INTO fruit VALUES ('pear')", "DELETE FROM fruit", "ALTER TABLE fruit ADD n int"],
)
def test_what_a_test_wrote_is_gone_for_the_next(filled, write):
    run(filled, write)

    filled.restore()

    assert fruits(filled) == ["apple"]
    run(filled, "INSERT INTO fruit VALUES ('fig')")


@pytest.mark.postgresql  # a file is copied every time: that is cheaper than asking
def test_a_test_that_only_reads_costs_no_copy(filled):
    engine = create_engine(filled.addresses.owner)
    with engine.connect() as connection:
        connection.scalar(text("SELECT count(*) FROM fruit"))

        filled.restore()

        assert connection.scalar(text("SELECT count(*) FROM fruit")) == 1  # still connected
    engine.dispose()


@pytest.mark.postgresql
def test_the_web_role_owns_nothing_and_cannot_bypass_policies(filled):
    engine = create_engine(filled.addresses.runtime)
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
                " pg_has_role(rolname, 'clientele_owner', 'MEMBER')"
                " FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
    engine.dispose()

    assert tuple(found) == (ROLES[1], False, False, False, False, False)


@pytest.mark.postgresql
def test_a_killed_run_leaves_no_server_behind(new_database):
    program = (
        "import signal, tests.databases as d\n"
        "with d.throw_away_cluster() as url:\n"
        "    print(url.query['host'], flush=True)\n"
        "    signal.pause()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert child.stdout is not None
    folder = Path(child.stdout.readline().strip())
    assert folder.name.startswith(PREFIX)

    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()

    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)  # another process is at work; nothing tells us when it is done
    assert not folder.exists()


def test_documents_are_put_back(tmp_path):
    live = tmp_path / "blobs"
    (live / "ab").mkdir(parents=True)
    (live / "ab" / "kept").write_bytes(b"as it was")
    (live / "ab" / "lost").write_bytes(b"also")
    folder = BlobFolder(live)

    (live / "ab" / "kept").write_bytes(b"damaged")
    (live / "ab" / "lost").unlink()
    (live / "added").write_bytes(b"new")
    folder.restore()

    found = {path.name: path.read_bytes() for path in live.rglob("*") if path.is_file()}
    assert found == {"kept": b"as it was", "lost": b"also"}

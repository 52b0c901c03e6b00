"""What every test may ask for: the application on a fresh database with the cast of the demo in it.

`--db postgresql` repeats the tests that touch a database on PostgreSQL, as its run-time role.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.blobs import BlobFolder

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from config import Settings
    from tests.databases import Database


CHEAP_COST = 1024
"""Of scrypt: a thirtieth of production's. Two thousand sign-ins of a round would take minutes."""

pytest_plugins = ["tests.rounds", "tests.authenticator"]

# A build server tries the same examples each time, so that a red build is about the change at hand;
# everybody else's runs keep looking for new ones.
# How long an example takes says how busy the machine is: that fails nothing.
hypothesis.settings.register_profile(
    "here", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "build", hypothesis.settings.get_profile("here"), derandomize=True
)
hypothesis.settings.load_profile("build" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], "Database"]]:
    """Makes an empty database of the kind of this round."""
    from tests.databases import SqliteDatabase, postgres_server

    with ExitStack() as stack:
        if request.config.getoption("--db") == "postgresql":
            server = stack.enter_context(postgres_server())
            yield lambda: stack.enter_context(server.new_database())
        else:
            yield lambda: SqliteDatabase(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def live_database(new_database: Callable[[], "Database"]) -> "Database":
    """The one that the application is bound to; `database` puts it in order for each test."""
    return new_database()


@pytest.fixture(scope="session")
def spare_database(new_database: Callable[[], "Database"]) -> "Database":
    """An empty one, for tests that bring their own tables."""
    return new_database()


@pytest.fixture(scope="session")
def settings(live_database: "Database", tmp_path_factory: pytest.TempPathFactory) -> "Settings":
    """The demo's settings on the live database; nothing comes from the environment."""
    from config import Settings

    addresses = live_database.addresses
    return Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        secret_key="a-key-that-only-tests-know-0123456789",
        database_url=addresses.runtime,
        database_owner_url=addresses.owner,
        database_system_url=addresses.system,
        database_audit_url=addresses.audit,
    )


@pytest.fixture(scope="session")
def built_app(settings: "Settings", live_database: "Database") -> "Flask":
    """The application of this run; migrating and loading the cast is done once, for the template."""
    from app import create_app
    from app.services import passwords

    passwords.COST = CHEAP_COST  # a sign-in is not what most tests are about
    app = create_app(settings)
    app.config["TESTING"] = True
    for command in (["db", "upgrade"], ["jobs", "install"], ["demo", "load"]):
        result = app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        assert result.exit_code == 0, f"flask {' '.join(command)}: {result.output}"
    _close_connections(app)
    live_database.keep_as_template()
    return app


@pytest.fixture(scope="session")
def blobs(built_app: "Flask", settings: "Settings") -> BlobFolder:
    """The documents of the cast, as `flask demo load` stored them."""
    return BlobFolder(Path(settings.storage_url.removeprefix("file://")))


@pytest.fixture
def database(
    built_app: "Flask", live_database: "Database", blobs: BlobFolder
) -> Iterator["Database"]:
    """The cast and nothing else, in tables and documents, whatever the test before has done."""
    from app.services.issuer import forget_issuer_card

    live_database.restore()
    blobs.restore()
    built_app.extensions["ports"].mailer.clear()
    forget_issuer_card()  # kept for seconds by the process, which here outlives the issuer's name
    yield live_database
    _close_connections(built_app)


@pytest.fixture
def app(built_app: "Flask", database: "Database") -> "Flask":
    return built_app


@pytest.fixture
def session(app: "Flask") -> Iterator["Session"]:
    """A session without a scope: open one, as the code that calls services must."""
    from app.extensions import db

    with app.app_context():
        yield db.session()


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """A browser without a session; forms need their token, as for everybody."""
    return app.test_client()


@pytest.fixture
def empty_ledger(app: "Flask") -> None:
    """No job is left, not even those that loading the cast has set off, nor what procrastinate knows of them."""
    from sqlalchemy import delete, text

    from app.jobs.running import system_engine
    from app.models import Job
    from app.security.tenancy import CHECKED

    with system_engine(app).begin() as connection:
        connection.execute(delete(Job), execution_options=CHECKED)
        if connection.dialect.name == "postgresql":
            connection.execute(text("DELETE FROM procrastinate_jobs"), execution_options=CHECKED)


@pytest.fixture
def run_jobs(app: "Flask") -> Callable[..., int]:
    """Runs what is due now, and what that sets off; a job that fails, not only postpones, fails the test.

    `run_jobs(failing=True)` takes failures as they come. Travel in time to run what was put off.
    """
    from app.domain.jobs import Postponed
    from app.jobs.running import run_due

    def run(*, failing: bool = False) -> int:
        rans = run_due(app)
        for ran in rans:
            if ran.error is not None and not failing and not isinstance(ran.error, Postponed):
                message = f"job {ran.job_id} {ran.task.value} failed and is {ran.state.value}"
                raise AssertionError(message) from ran.error
        return len(rans)

    return run


def _close_connections(app: "Flask") -> None:
    from app.extensions import db

    with app.app_context():
        for engine in db.engines.values():
            if engine.pool.checkedout():
                # An answer or a generator that the test dropped half-way still holds one: disposing
                # now would leave that connection open until nobody knows whose it was.
                gc.collect()
            engine.dispose()

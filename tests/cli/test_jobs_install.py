"""`flask jobs install`: what the engine of the deployment needs in the database, said in a line."""

import pytest


@pytest.fixture
def install(app):
    def install(*options):
        return app.test_cli_runner().invoke(args=["jobs", "install", *options])

    return install


def test_it_says_that_nothing_is_to_be_done_or_what_was(install, request):
    result = install()

    assert result.exit_code == 0
    if request.config.getoption("--db") == "postgresql":
        assert result.output.startswith("Jobs: the tables of procrastinate are up to date (")
    else:
        assert "nothing to do" in result.output


@pytest.mark.postgresql
def test_tables_are_made_anew_when_that_is_asked_for(install, session):
    from app.domain.jobs import Task
    from app.queue import enqueue

    result = install("--anew")

    assert result.output.startswith("Jobs: the tables of procrastinate are made (")
    assert enqueue(session, Task.PURGE_EXPIRED) is not None
    session.rollback()


@pytest.mark.postgresql
def test_tables_of_unknown_age_are_a_refusal_that_names_the_way_out(install, database):
    import psycopg

    from app.queue.procrastinate_schema import libpq_address

    with psycopg.connect(libpq_address(database.addresses.owner)) as owner:
        owner.execute("COMMENT ON TABLE procrastinate_jobs IS NULL")

    result = install()

    assert result.exit_code == 1
    assert "flask jobs install --anew" in result.output

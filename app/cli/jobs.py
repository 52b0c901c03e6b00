"""`flask jobs`: the table of work outside requests, from the command line."""

import click
from flask import current_app

from app.cli.groups import CommandGroup
from app.queue.engine import PROCRASTINATE
from config import Settings

jobs = CommandGroup("jobs", help="Work that is done outside requests.")


@jobs.command("install")
def install() -> None:
    """Make or update the tables of procrastinate, as the owner (DATABASE_OWNER_URL)."""
    done = install_engine(current_app.extensions["settings"])
    click.echo(done or "Jobs: JOBS_ENGINE=embedded has no tables of its own; nothing to do.")


def install_engine(settings: Settings) -> str | None:
    """Make what the deployment's engine needs in the database; say so, or None where it needs nothing.

    Raises:
        click.ClickException: it could not be made.
    """
    if settings.jobs_engine != PROCRASTINATE:
        return None
    from app.queue import procrastinate_schema as schema  # noqa: PLC0415 - slow

    owner = settings.database_owner_url.get_secret_value()
    roles = schema.Roles.of(
        owner=owner,
        runtime=settings.database_url.get_secret_value(),
        system=settings.database_system_url.get_secret_value(),
    )
    try:
        outcome = schema.install(owner, roles)
    except schema.InstallationFailed as error:
        raise click.ClickException(str(error)) from None
    sentences = {
        schema.Outcome.CREATED: "Jobs: the tables of procrastinate are made",
        schema.Outcome.UPGRADED: "Jobs: the tables of procrastinate are brought up to date",
        schema.Outcome.CURRENT: "Jobs: the tables of procrastinate are up to date",
    }
    return f"{sentences[outcome]} ({schema.newest_script()})."

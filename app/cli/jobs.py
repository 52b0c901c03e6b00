"""`flask jobs`: the table of work outside requests, from the command line."""

from collections.abc import Callable

import click
from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.cli.groups import LANGUAGE, CommandGroup
from app.domain.actors import Actor
from app.domain.errors import DomainError
from app.domain.jobs import JobState
from app.fab.messages import message_for
from app.fab.sentences import SENTENCES
from app.models import Job
from app.queue.engine import PROCRASTINATE
from app.security.cross_company import cross_company
from app.services.jobs import cancel_job, count_jobs, find_job, list_jobs, start_job_again
from config import Settings

jobs = CommandGroup("jobs", help="Work that is done outside requests.")

COMMAND_LINE = Actor(user_id=None, name="command line")
_OPEN = (JobState.WAITING, JobState.RUNNING, JobState.DEAD)


@jobs.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([one.value for one in JobState], case_sensitive=False),
    help="Only these; else what waits, runs or is dead.",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def list_them(*, states: tuple[str, ...], limit: int) -> None:
    """Print how many jobs are in each state, and the newest of them."""
    wanted = [JobState(one.upper()) for one in states] or _OPEN
    with cross_company("list of jobs", actor=COMMAND_LINE) as session:
        counts = count_jobs(session)
        click.echo(" ".join(f"{state.value}={counts.get(state, 0)}" for state in JobState))
        for job in list_jobs(session, wanted, limit=limit):
            due = f"{job.run_at:%Y-%m-%d %H:%M:%S} UTC"
            error = job.last_error or ""
            click.echo(f"{job.id}\t{job.task.value}\t{job.state.value}\t{due}\t{error}")


@jobs.command("show")
@click.argument("number", type=int)
def show(*, number: int) -> None:
    """Print what is known of job NUMBER."""
    with cross_company("look at a job", actor=COMMAND_LINE) as session:
        for name, value in _facts(_found(session, number)).items():
            click.echo(f"{name:<14}{'' if value is None else value}")


@jobs.command("requeue")
@click.argument("numbers", type=int, nargs=-1, required=True)
def requeue(*, numbers: tuple[int, ...]) -> None:
    """Have the jobs NUMBERS done anew, now: dead, cancelled, or waiting ones."""
    _act(numbers, start_job_again, done="waits for a worker")


@jobs.command("cancel")
@click.argument("numbers", type=int, nargs=-1, required=True)
def cancel(*, numbers: tuple[int, ...]) -> None:
    """Leave the jobs NUMBERS undone: waiting or dead ones."""
    _act(numbers, cancel_job, done="is cancelled")


@jobs.command("install")
@click.option("--anew", is_flag=True, help="Drop what is there first; no job is lost by it.")
def install(*, anew: bool) -> None:
    """Make or update the tables of procrastinate, as the owner (DATABASE_OWNER_URL)."""
    done = install_engine(current_app.extensions["settings"], anew=anew)
    click.echo(done or "Jobs: JOBS_ENGINE=embedded has no tables of its own; nothing to do.")


def install_engine(settings: Settings, *, anew: bool = False) -> str | None:
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
        outcome = schema.install(owner, roles, anew=anew)
    except schema.InstallationFailed as error:
        raise click.ClickException(str(error)) from None
    sentences = {
        schema.Outcome.CREATED: "Jobs: the tables of procrastinate are made",
        schema.Outcome.UPGRADED: "Jobs: the tables of procrastinate are brought up to date",
        schema.Outcome.CURRENT: "Jobs: the tables of procrastinate are up to date",
    }
    return f"{sentences[outcome]} ({schema.newest_script()})."


def _act(numbers: tuple[int, ...], act: Callable[[Session, Job], None], *, done: str) -> None:
    """Each of them or none."""
    with cross_company("decision about jobs", actor=COMMAND_LINE) as session:
        for number in numbers:
            job = _found(session, number)
            try:
                act(session, job)
            except DomainError as error:
                raise _refusal(number, error) from None
        session.commit()
    for number in numbers:
        click.echo(f"Job {number} {done}.")


def _found(session: Session, number: int) -> Job:
    try:
        return find_job(session, number)
    except DomainError as error:
        raise _refusal(number, error) from None


def _refusal(number: int, error: DomainError) -> click.ClickException:
    with force_locale(LANGUAGE):
        return click.ClickException(f"Job {number}: {message_for(error)}")


def _facts(job: Job) -> dict[str, object]:
    return {
        "number": job.id,
        "task": job.task.value,
        "state": job.state.value,
        "key": job.key,
        "arguments": job.arguments,
        "company": job.company,
        "attempts": job.attempts,
        "last error": job.last_error,
        "which means": _meaning(job),
        "not before": job.run_at,
        "asked for": job.created_at,
        "started": job.started_at,
        "finished": job.finished_at,
        "worker": job.worker,
        "leased until": job.leased_until,
    }


def _meaning(job: Job) -> str | None:
    """What the code of an error says; what nobody foresaw has a name of Python's, and its story in the log."""
    if not job.last_error:
        return None
    with force_locale(LANGUAGE):
        sentence = SENTENCES.get(job.last_error)
        return str(sentence or f"nobody foresaw it; the log of the worker tells more: job {job.id}")

"""`flask worker`: the process that does what pages leave for later."""

import logging
import os
import signal
import sys
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.domain.jobs import JobState
from app.jobs.running import engine_of, run_due, system_engine
from app.jobs.schedules import Timetable
from app.jobs.worker import THREADS, Worker
from app.security.tenancy import CHECKED
from config import Settings

MOST_THREADS = 10
"""Each holds a connection now and then, and so does the heartbeat: a pool has fifteen."""


@click.command("worker")
@click.option(
    "--threads",
    type=click.IntRange(min=1, max=MOST_THREADS),
    default=THREADS,
    show_default=True,
    help="Jobs that run at the same time.",
)
@click.option(
    "--drain", is_flag=True, help="Run what is due now, scheduled work included, then end."
)
@with_appcontext
def worker(*, threads: int, drain: bool) -> None:
    """Run jobs: send mails, end what has expired. As many workers as you like."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    refuse_unprepared(app)
    if drain:
        _drain(app)
    else:
        _serve(app, threads)


def refuse_unprepared(app: Flask) -> None:
    """Raises click.ClickException when the database lacks what jobs need; its text names the command."""
    engine = engine_of(app)
    with system_engine(app).connect() as connection:
        # It asks which tables there are, and for nobody's rows.
        missing = engine.missing(connection.execution_options(**CHECKED))
    if missing:
        raise click.ClickException(f"The database is not ready for jobs. Run: {missing}")


def _drain(app: Flask) -> None:
    Timetable(system_engine(app)).tick()
    rans = run_due(app)
    done = sum(ran.state is JobState.DONE for ran in rans)
    click.echo(f"Jobs run: {len(rans)}; done: {done}.")


def _serve(app: Flask, threads: int) -> None:
    settings: Settings = app.extensions["settings"]
    working = Worker(app, threads=threads)

    def told(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)  # the second one ends it at once
        working.tell_to_stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    working.start()
    click.echo(f"Worker {os.getpid()} ({settings.jobs_engine}, threads: {threads}). Ctrl-C stops.")
    working.wait()
    was_told = working.is_told_to_stop
    click.echo("Stopping: running jobs are finished first.")
    given_back = working.stop()
    if given_back:
        click.echo(f"Jobs given back to other workers: {given_back}.")
    click.echo("Stopped.")
    if given_back:
        _end_at_once()
    if not was_told:
        raise click.ClickException("The worker ended by itself; the log says why.")


def _end_at_once() -> None:
    """A job that does not end is somebody else's by now: its thread must not keep this process."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)

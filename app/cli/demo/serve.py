"""Serving the demo: one process that starts everything, says who to sign in as, and stops everything."""

import errno
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
from flask import Flask
from flask_migrate import upgrade
from waitress.server import (  # type: ignore[import-untyped]  # ships no types
    BaseWSGIServer,
    create_server,
)

from app.cli.demo.companies import COMPANIES
from app.cli.demo.load import OtherDataPresent, load_demo
from app.cli.demo.openid import openid_provider
from app.cli.demo.people import CUSTOMERS, PASSWORD, PROVIDER_LABEL, STAFF
from app.cli.jobs import install_engine
from app.domain.roles import EmployerRole, StaffRole
from app.extensions import db, ports
from app.jobs.worker import Worker
from config import Settings

THREADS = 8
WORKER_GRACE_S = 5.0
_ROLES = {
    StaffRole.PLATFORM_ADMIN: "platform administrator",
    StaffRole.ACCOUNT_MANAGER: "account manager",
    StaffRole.AUDITOR: "auditor, read-only",
    EmployerRole.EMPLOYER_ADMIN: "administrator",
    EmployerRole.EMPLOYER_BILLING: "billing",
    EmployerRole.EMPLOYER_VIEWER: "viewer",
}


def serve_demo(app: Flask, *, reset: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; each part is stopped in the reverse order of its start.

    Raises:
        click.ClickException: the port is taken, or --reset would reach outside DATA_DIR; nothing
            was changed.
    """
    settings: Settings = app.extensions["settings"]
    with ExitStack() as running:
        server = running.enter_context(_web_server(app, settings))
        if reset:
            _remove_data(settings)
        _prepare(settings)
        _introduce(settings, provider=running.enter_context(openid_provider(app, settings)))
        running.enter_context(_worker(app))
        for number in (signal.SIGTERM, signal.SIGINT):  # also where a script starts us with one off
            signal.signal(number, _stop)
        server.run()
    click.echo("\nStopped. What you changed is kept; make run RESET=1 starts over.")


@contextmanager
def _web_server(app: Flask, settings: Settings) -> Iterator[BaseWSGIServer]:
    """The server on its port: taken first, so that a second demo changes nothing of the first."""
    try:
        server = create_server(
            app,
            host=settings.bind_host,
            port=settings.port,
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise click.ClickException(_port_trouble(error, settings.port)) from None
    try:
        yield server
    finally:
        server.close()


@contextmanager
def _worker(app: Flask) -> Iterator[None]:
    """What pages leave for later, done in this process; before the server's port is given back, it has ended."""
    worker = Worker(app)
    worker.start()
    try:
        yield
    finally:
        worker.stop(grace_s=WORKER_GRACE_S)


def _port_trouble(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use: is the demo running in another window? "
            f"Stop it there, or choose another port: make run PORT={port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is not open to you; choose one above 1023: make run PORT=8080"
    return f"Port {port} cannot be used: {error.strerror}."


def _remove_data(settings: Settings) -> None:
    """Remove the outbox, and database and documents, which must be inside DATA_DIR."""
    folder = settings.data_dir
    database = Path(settings.database_url.get_secret_value().removeprefix("sqlite:///"))
    blobs = Path(settings.storage_url.removeprefix("file://"))
    if not settings.is_sqlite or not all(
        path.resolve().is_relative_to(folder) and path.resolve() != folder
        for path in (database, blobs)
    ):
        raise click.ClickException(
            "DATABASE_URL or STORAGE_URL points outside DATA_DIR; --reset removes nothing there. "
            "Empty them yourself, or unset them."
        )
    db.engine.dispose()
    for suffix in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.rmtree(settings.outbox_folder, ignore_errors=True)
    shutil.rmtree(blobs, ignore_errors=True)
    blobs.mkdir(parents=True, exist_ok=True)


def _prepare(settings: Settings) -> None:
    click.echo("Bringing the database up to date …")
    upgrade()
    if installed := install_engine(settings):
        click.echo(installed)
    try:
        if load_demo(blobs=ports().blobs, secret_key=settings.secret_key.get_secret_value()):
            click.echo("The demo's companies and invoices are loaded.")
    except OtherDataPresent:
        click.echo("This database holds other data: it is served as it is, without the demo.")


def _introduce(settings: Settings, *, provider: str | None) -> None:
    """Say where it is and who to sign in as."""
    names = {company.key: company.name for company in COMPANIES}
    people = [(one.email, _ROLES[one.role]) for one in STAFF]
    for one in CUSTOMERS:
        roles = ", ".join(
            f"{_ROLES[each.role]} of {names[each.company]}"
            + (f" ({', '.join(each.addresses)} only)" if each.addresses else "")
            for each in one.belongs_to
        )
        people.append((one.email, roles))
    width = max(len(email) for email, _role in people)
    click.echo(f"\n  Clientèle is on {settings.public_url}")
    if settings.has_outbox:
        click.echo(f"  Its mail goes nowhere: read it on {settings.public_url}/dev/outbox")
    if provider:
        click.echo(f"  {PROVIDER_LABEL}, a made-up provider to sign in with, is on {provider}")
    click.echo()
    for email, role in people:
        click.echo(f"  {email:<{width}}  {role}")
    click.echo(f"\n  Everybody's password is {PASSWORD}. Ctrl-C stops everything.")
    if not settings.needs_staff_second_step:
        click.echo("  Staff sign in by it alone here; a real portal asks them for a second step.")
    click.echo()


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)

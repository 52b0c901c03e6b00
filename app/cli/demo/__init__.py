"""`flask demo`: load the made-up issuer with its customers, or serve it."""

import click
from flask import current_app
from flask.cli import AppGroup

from app.cli.demo.load import load_demo
from app.extensions import ports

demo = AppGroup("demo", help="The demo: a made-up issuer, its customers, their invoices.")


@demo.command("load")
def load() -> None:
    """Add the people, companies, invoices and payments of the demo; twice does no harm."""
    require_demo()
    is_new = load_demo(blobs=ports().blobs)
    click.echo("The demo is loaded." if is_new else "The demo was loaded already.")


def require_demo() -> None:
    """Raises ClickException in production: the passwords of the demo are public."""
    if current_app.extensions["settings"].is_production:
        raise click.ClickException(
            "The demo has public passwords and is not loaded where APP_ENV is production."
        )

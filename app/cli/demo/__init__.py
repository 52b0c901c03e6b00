"""`flask demo`: load the made-up issuer with its customers, or serve it."""

import click
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info

from app.cli.demo.load import OtherDataPresent, load_demo
from app.cli.demo.serve import serve_demo
from app.cli.groups import CommandGroup
from app.extensions import ports

demo = CommandGroup("demo", help="The demo: a made-up issuer, its customers, their invoices.")


@demo.command("load")
@pass_script_info
def load(info: ScriptInfo) -> None:
    """Add the people, companies, invoices and payments of the demo; twice does no harm."""
    app = info.load_app()
    _require_demo(app)
    try:
        is_new = load_demo(blobs=ports().blobs, secret_key=str(app.secret_key))
    except OtherDataPresent:
        raise click.ClickException(
            "This database holds other people or companies, so the demo was not added. "
            "Choose another DATA_DIR, or start over with: flask demo serve --reset"
        ) from None
    click.echo("The demo is loaded." if is_new else "The demo was loaded already.")


@demo.command("serve")
@click.option("--reset", is_flag=True, help="Start over: remove what the demo kept in DATA_DIR.")
@pass_script_info
def serve(info: ScriptInfo, *, reset: bool) -> None:
    """Bring the database up to date, load the demo if it is empty, and serve it until Ctrl-C."""
    app = info.load_app()
    _require_demo(app)
    serve_demo(app, reset=reset)


def _require_demo(app: Flask) -> None:
    if app.extensions["settings"].is_production:
        raise click.ClickException(
            "The demo has public passwords; it is not for a server where APP_ENV is production."
        )

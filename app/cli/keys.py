"""`flask keys`: make a key for sealed values, and seal everything again by the first one."""

import click

from app.cli.groups import CommandGroup
from app.domain.clock import today
from app.domain.errors import DomainError
from app.extensions import db, ports
from app.services.second_step import reseal_seeds
from settings.keys import new_data_key

keys = CommandGroup("keys", help="The keys that seal secrets in the database.")


@keys.command("new")
def new() -> None:
    """Print a new key. Put it first in DATA_KEYS, keep the others behind it, and restart every host."""
    click.echo(new_data_key(f"{today():%Y-%m-%d}"))


@keys.command("rotate")
def rotate() -> None:
    """Seal again, by the first key of DATA_KEYS, what the others have sealed; then they may be removed."""
    try:
        count = reseal_seeds(db.session(), vault=ports().vault)
    except DomainError as error:
        raise click.ClickException(
            f"Nothing was changed: {error}. Put the key it was sealed with back into DATA_KEYS."
        ) from None
    db.session.commit()
    click.echo(f"Sealed again by the first key: {count}.")

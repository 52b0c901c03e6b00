"""`flask users`: the first administrator, and who may sign in, from the command line."""

import sys
from datetime import timedelta

import click
from flask_babel import force_locale

from app.cli.groups import CommandGroup
from app.domain.actors import Actor
from app.domain.errors import DomainError
from app.domain.languages import LANGUAGES
from app.domain.roles import StaffRole
from app.extensions import db
from app.fab.messages import message_for
from app.security.row_security import bind_person
from app.services.sessions import purge_sessions
from app.services.users import (
    create_user,
    disable_user,
    enable_user,
    find_user,
    list_users,
    person_of_email,
    set_password,
)

users = CommandGroup("users", help="People who can sign in.")

COMMAND_LINE = Actor(user_id=None, name="command line")


@users.command("create-admin")
@click.argument("email")
@click.option("--first-name", default="", help="First name; else made from the address.")
@click.option("--last-name", default="", help="Last name; else made from the address.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="fr", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input.")
def create_admin(
    email: str, first_name: str, last_name: str, language: str, *, password_stdin: bool
) -> None:
    """Add a platform administrator who signs in as EMAIL."""
    _act_as_command_line()
    guessed_first, guessed_last = person_of_email(email)
    try:
        user = create_user(
            db.session(),
            email=email,
            first_name=first_name or guessed_first,
            last_name=last_name or guessed_last,
            language=language,
            staff_role=StaffRole.PLATFORM_ADMIN,
            password=_password(from_stdin=password_stdin),
        )
    except DomainError as error:
        raise _refusal(error) from None
    db.session.commit()
    click.echo(f"{user.email} is an administrator now.")


@users.command("list")
def list_everybody() -> None:
    """Print everybody who can sign in: address, name, role, state, last seen."""
    for row in list_users(db.session()):
        seen = f"{row.last_seen_at:%Y-%m-%d %H:%M} UTC" if row.last_seen_at else "never"
        role = row.staff_role.value if row.staff_role else "EMPLOYER"
        state = "active" if row.is_active else "disabled"
        click.echo(f"{row.email}\t{row.name}\t{role}\t{state}\t{seen}")


@users.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Refuse sign-ins of EMAIL and end their sessions at once."""
    _act_as_command_line()
    try:
        user = find_user(db.session(), email)
        ended = disable_user(db.session(), user)
    except DomainError as error:
        raise _refusal(error) from None
    db.session.commit()
    click.echo(f"{user.email} is disabled; sessions ended: {ended}.")


@users.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let EMAIL sign in again."""
    _act_as_command_line()
    try:
        user = find_user(db.session(), email)
        enable_user(db.session(), user)
    except DomainError as error:
        raise _refusal(error) from None
    db.session.commit()
    click.echo(f"{user.email} can sign in.")


@users.command("set-password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input.")
def give_password(email: str, *, password_stdin: bool) -> None:
    """Give EMAIL a new password and end their sessions.

    For whoever runs the machine, to come in again when no mail goes out or no administrator is left. Everybody
    else chooses their own: an administrator sends them a link from the page of the user.
    """
    _act_as_command_line()
    try:
        user = find_user(db.session(), email)
        bind_person(db.session.connection(), user.id)
        set_password(db.session(), user, _password(from_stdin=password_stdin))
    except DomainError as error:
        raise _refusal(error) from None
    db.session.commit()
    click.echo(f"{user.email} has a new password; every session has ended.")


@users.command("purge-sessions")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=90,
    show_default=True,
    help="Keep those that ended since.",
)
def purge(days: int) -> None:
    """Delete the rows of sessions that ended long ago; for a nightly timer."""
    count = purge_sessions(db.session(), older_than=timedelta(days=days))
    db.session.commit()
    click.echo(f"Sessions deleted: {count}.")


def _act_as_command_line() -> None:
    db.session().info["actor"] = COMMAND_LINE


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _refusal(error: DomainError) -> click.ClickException:
    """In English, as everything the command line says, whatever the issuer's language is."""
    with force_locale("en"):
        return click.ClickException(message_for(error))

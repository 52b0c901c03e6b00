"""`flask mail`: what became of mails, notices of those that came back, and a try of the settings."""

from typing import BinaryIO
from uuid import uuid4

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, pass_script_info

from app.cli.groups import CommandGroup
from app.cli.users import COMMAND_LINE
from app.domain.errors import DomainError
from app.domain.languages import LANGUAGES
from app.domain.mail import MailKind, MailState
from app.domain.typed_text import is_email_address, normalise_email
from app.fab.messages import message_for, sentence
from app.integrations.mail.bounces import LONGEST_NOTICE, read_bounce
from app.jobs.running import runner_of
from app.models import OutgoingMail
from app.security.cross_company import cross_company
from app.services.mail import write_mail
from app.services.mail_bounces import record_bounce
from app.services.mail_log import list_mails, mail_with_job

mail = CommandGroup("mail", help="Mails that the portal writes.")


@mail.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([one.value for one in MailState], case_sensitive=False),
    help="Only these; else all.",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def list_them(*, states: tuple[str, ...], limit: int) -> None:
    """Print the newest mails: when written, what about, to whom, state, last problem."""
    wanted = [MailState(one.upper()) for one in states]
    with cross_company("list of mails", actor=COMMAND_LINE) as session:
        for one in list_mails(session, wanted, limit=limit):
            written = f"{one.written_at:%Y-%m-%d %H:%M:%S} UTC"
            facts = (written, one.kind.value, one.to_email, one.state.value, one.last_error or "")
            click.echo("\t".join(facts))


@mail.command("bounced")
@click.argument("file", type=click.File("rb"))
def bounced(*, file: BinaryIO) -> None:
    """Mark the mail that the delivery status notification in FILE (or - for standard input) is about.

    For a mail server to call with each mail to the sender's address.
    """
    try:
        bounce = read_bounce(file.read(LONGEST_NOTICE))
        with cross_company("a mail came back", actor=COMMAND_LINE) as session:
            found = record_bounce(session, bounce)
            session.commit()
            click.echo(f"{found.kind.value} to {found.to_email}: {found.state.value}")
    except DomainError as error:
        raise click.ClickException(message_for(error)) from None


@mail.command("send-test")
@click.argument("address")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="fr", show_default=True)
@pass_script_info
def send_test(info: ScriptInfo, *, address: str, language: str) -> None:
    """Send a mail to ADDRESS now, and say what the mail server answered."""
    to = normalise_email(address)
    if not is_email_address(to):
        raise click.ClickException(sentence("email_malformed", {}))
    sent = _sent_now(info.load_app(), to, language)
    if sent.state is not MailState.SENT:
        words = sentence(sent.last_error or "mail_delayed", {})
        raise click.ClickException(f"{sent.state.value}: {words}")
    server = current_app.config["MAIL_SERVER"]
    where = "/dev/outbox" if current_app.config["MAIL_SUPPRESS_SEND"] else f"{server} has it"
    click.echo(f"Sent to {to}: {where}.")


def _sent_now(app: Flask, to: str, language: str) -> OutgoingMail:
    """Written as any other mail, and its job done here rather than by a worker."""
    key = f"test {uuid4()}"
    with cross_company("test of the mail settings", actor=COMMAND_LINE) as session:
        write_mail(session, MailKind.TEST, to=to, language=language, key=key)
        session.commit()
        written, job_id = mail_with_job(session, key)
        session.commit()
        with runner_of(app) as runner:
            runner.run_one(job_id)
        session.refresh(written)
        session.expunge(written)
        return written

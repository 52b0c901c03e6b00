"""Commands: `flask <noun> <verb>`, one file per noun."""

from flask import Flask

from app.cli.config import config
from app.cli.demo import demo
from app.cli.invoices import invoices
from app.cli.jobs import jobs
from app.cli.keys import keys
from app.cli.mail import mail
from app.cli.payments import payments
from app.cli.users import users
from app.cli.worker import worker


def register_commands(app: Flask) -> None:
    """Add every command group to `flask`."""
    for group in (config, demo, invoices, jobs, keys, mail, payments, users):
        app.cli.add_command(group)
    app.cli.add_command(worker)

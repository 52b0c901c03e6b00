"""Flask-AppBuilder as a newcomer would use it: generated lists, its own templates, nothing of ours.

What a newcomer is told to do is done: `list_columns` are few, `search_columns` hold no relation (the
form would load all of its rows), flask-wtf's token is on.
"""

import os
from datetime import date

from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from benchmarks.peers.accounts import PASSWORD, URL_VARIABLE, USERNAME


class Company(Model):
    __tablename__ = "company"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))

    def __repr__(self) -> str:
        return self.name


class Address(Model):
    __tablename__ = "address"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))

    def __repr__(self) -> str:
        return self.name


class Invoice(Model):
    __tablename__ = "invoice"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    number: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    currency: Mapped[str] = mapped_column(String(3))
    signed_cents: Mapped[int] = mapped_column(BigInteger)
    open_cents: Mapped[int] = mapped_column(BigInteger)
    payment_state: Mapped[str] = mapped_column(String(24))
    search_text: Mapped[str] = mapped_column(String(800))

    company: Mapped[Company] = relationship()
    address: Mapped[Address] = relationship()

    def amount(self) -> str:
        return f"{self.signed_cents / 100:.2f} {self.currency}"

    def open_amount(self) -> str:
        return f"{self.open_cents / 100:.2f} {self.currency}"

    def __repr__(self) -> str:
        return self.number


class InvoiceView(ModelView):
    """What a portal's list shows."""

    datamodel = SQLAInterface(Invoice)
    list_columns = ["number", "issued_on", "due_on", "payment_state", "amount", "address"]
    search_columns = ["company_id", "number", "search_text", "kind", "payment_state", "issued_on"]
    base_order = ("issued_on", "desc")
    page_size = 25


class EveryInvoiceView(InvoiceView):
    """What a back-office's list shows."""

    list_columns = [
        "number",
        "company",
        "kind",
        "issued_on",
        "due_on",
        "amount",
        "open_amount",
        "payment_state",
    ]


def create_app(url: str = "") -> Flask:
    """On the database of `url`, or of the environment."""
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=os.environ.get("SECRET_KEY", "peer"),
        SQLALCHEMY_DATABASE_URI=url or os.environ[URL_VARIABLE],
        BABEL_DEFAULT_LOCALE="fr",
        LANGUAGES={"fr": {"flag": "fr", "name": "French"}},
        WTF_CSRF_ENABLED=True,
    )
    db = SQLA()
    db.init_app(app)
    with app.app_context():
        builder = AppBuilder(app, db.session)
        builder.add_view(InvoiceView, "Invoices", category="Invoices")
        builder.add_view(EveryInvoiceView, "Every invoice", category="Invoices")
    return app


def create_account(own_url: str, url: str) -> None:
    """Make its tables in the schema of `own_url`, and its superuser as it is served, on `url`."""
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy import create_engine

    engine = create_engine(own_url)
    own = [one for one in User.metadata.sorted_tables if one.name.startswith("ab_")]
    User.metadata.create_all(engine, tables=own)
    engine.dispose()
    app = create_app(url)
    with app.app_context():
        manager = app.extensions["appbuilder"].sm
        manager.add_user(
            USERNAME, "Plain", "Peer", "peer@fab.example", manager.find_role("Admin"), PASSWORD
        )

"""Who is in the demo, for tests: names, look-ups of their rows, and signing in without the form.

Look-ups take the application, a client or a session, and give detached rows as the system role
sees them, so a test of one company can name another one's rows. They open no scope.

| | |
|---|---|
| CLAIRE, BRUNO, VERA | administrator, billing and viewer of Boulangerie Martin |
| LEA | billing of Boulangerie Martin, limited to its address Namur |
| PIETER | administrator of Brouwerij Peeters: the outsider of every isolation test |
| INES | billing of Boulangerie Martin and Atelier Dubois, viewer of Brouwerij Peeters |
| MARC, NORA | account managers: Martin and Dubois; Peeters |
| ANA, SOFIA | auditor; platform administrator |

Garage Lambert and Librairie Simon are in nobody's portfolio. Boulangerie Martin has three addresses
(Liège is the default one), 24 months of invoices and three credit notes; one invoice is overdue, one
is partly paid, and the newest credit note is still to be used. Atelier Dubois has once paid 25.00
too much, and one payment of 125.00 is nobody's yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo import companies, people
from app.domain.clock import today
from app.domain.einvoice import InvoiceKind
from app.models import Address, Company, Contact, Invoice, Membership, PortalUser
from app.security.cross_company import cross_company
from app.services.sessions import start_session

PASSWORD = people.PASSWORD

SOFIA = "sofia@issuer.example"
MARC = "marc@issuer.example"
NORA = "nora@issuer.example"
ANA = "ana@audit.example"
CLAIRE = "claire@boulangerie-martin.example"
BRUNO = "bruno@boulangerie-martin.example"
VERA = "vera@boulangerie-martin.example"
LEA = "lea@boulangerie-martin.example"
PIETER = "pieter@brouwerij-peeters.example"
INES = "ines@payroll.example"
EVERYBODY = (SOFIA, MARC, NORA, ANA, CLAIRE, BRUNO, VERA, LEA, PIETER, INES)

ISSUER = companies.ISSUER_NAME
MARTIN = companies.MARTIN.name
DUBOIS = companies.DUBOIS.name
PEETERS = companies.PEETERS.name
LAMBERT = companies.LAMBERT.name
SIMON = companies.SIMON.name

Where = Flask | FlaskClient | Session


def company(where: Where, name: str) -> Company:
    return _one(where, select(Company).where(Company.name == name))


def company_id(where: Where, name: str) -> UUID:
    """The public id, as it stands in addresses."""
    return company(where, name).public_id


def user(where: Where, email: str) -> PortalUser:
    return _one(where, select(PortalUser).where(PortalUser.username == email))


def address(where: Where, name: str) -> Address:
    """By its name, which no two addresses of the cast share."""
    return _one(where, select(Address).where(Address.name == name))


def membership(where: Where, email: str, company_name: str) -> Membership:
    return _one(
        where,
        select(Membership).where(
            Membership.user_id == user(where, email).id,
            Membership.company_id == company(where, company_name).id,
        ),
    )


def contacts(where: Where, company_name: str) -> list[Contact]:
    owner = company(where, company_name).id
    return _all(where, select(Contact).where(Contact.company_id == owner).order_by(Contact.name))


def invoices(where: Where, company_name: str) -> list[Invoice]:
    """Invoices and credit notes, the newest first."""
    owner = company(where, company_name).id
    newest_first = (Invoice.issued_on.desc(), Invoice.id.desc())
    return _all(where, select(Invoice).where(Invoice.company_id == owner).order_by(*newest_first))


def invoice(where: Where, company_name: str) -> Invoice:
    """The newest invoice."""
    return next(one for one in invoices(where, company_name) if one.kind is InvoiceKind.INVOICE)


def credit_note(where: Where, company_name: str = MARTIN) -> Invoice:
    """The newest credit note, of which nothing was used yet."""
    return next(one for one in invoices(where, company_name) if one.is_credit_note)


def overdue_invoice(where: Where, company_name: str = MARTIN) -> Invoice:
    """The invoice that is late; Boulangerie Martin has one of them, at Namur."""
    return next(one for one in invoices(where, company_name) if one.overdue_days(today()))


def sign_in(client: FlaskClient, email: str, *, language: str | None = None) -> str:
    """Make the browser somebody's, as after the sign-in form; give the token that its forms carry.

    `language` is what they read from now on; else it stays their own. Post the token
    as `csrf_token`, or send it as the header X-CSRFToken.
    """
    app = client.application
    with _opened(app) as session:
        found = session.scalars(select(PortalUser).where(PortalUser.username == email)).one()
        found.language = language or found.language
        login, token = start_session(session, found.id, ip="127.0.0.1", user_agent="test")
        login.data = login.data.removesuffix("}") + ', "csrf_token": "a-form-token"}'
        session.commit()
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], token)
    signer = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")
    return str(signer.dumps("a-form-token"))


def _one(where: Where, statement: Any) -> Any:
    with _opened(where) as session:
        found = session.scalars(statement).one()
        session.expunge_all()
        return found


def _all(where: Where, statement: Any) -> list[Any]:
    with _opened(where) as session:
        found = list(session.scalars(statement))
        session.expunge_all()
        return found


@contextmanager
def _opened(where: Where) -> Iterator[Session]:
    app = where.application if isinstance(where, FlaskClient) else where
    with (
        app.app_context() if isinstance(app, Flask) else nullcontext(),
        cross_company("a test") as session,
    ):
        session.rollback()  # nothing is recorded of a test that looks something up
        yield session

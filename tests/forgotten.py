"""Forgotten passwords, for tests: asking, choosing, and what is counted afterwards."""

from contextlib import contextmanager

from sqlalchemy import func, select

from tests.mails import mails
from tests.web.signing_in import form_token

NEW = "correct horse battery"
NOBODY = "nobody@boulangerie-martin.example"
ENGLISH = {"Accept-Language": "en"}


@contextmanager
def everything(app):
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        session.rollback()  # nothing is recorded of a test that looks something up
        yield session


def ask(client, email, **options):
    data = {"email": email, "csrf_token": form_token(client, "/forgot")}
    return client.post("/forgot", data=data, **options)


def choose(client, link, password=NEW, **fields):
    data = {"password": password, "csrf_token": form_token(client, link), **fields}
    return client.post(link, data=data)


def sent(where):
    """Every mail but the invitation and the change request that the demo has on their way."""
    of_demo = ("/invitation/", "/backoffice/change-requests/")
    return [mail for mail in mails(where) if not any(path in mail.text for path in of_demo)]


def reset_links():
    from app.domain.tokens import TokenPurpose
    from app.models import Token

    return select(Token).where(Token.purpose == TokenPurpose.RESET_PASSWORD)


def disable(app, email):
    from app.services.users import disable_user, find_user

    with everything(app) as session:
        disable_user(session, find_user(session, email))
        session.commit()


def rows_of(app, *kinds):
    """How many rows there are of each kind."""
    with everything(app) as session:
        return [session.scalar(select(func.count()).select_from(kind)) for kind in kinds]

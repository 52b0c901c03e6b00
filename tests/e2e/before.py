"""What has to be so before some pages can be looked at: links that open something, sign-ins half-way, a second step."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cli.demo.people import PROVIDER
from app.domain.clock import now
from app.domain.exports import MOST_DOCUMENTS_AT_ONCE, ExportKind, ExportState, Sight
from app.domain.mail import MailKind
from app.domain.roles import EmployerRole
from app.domain.tokens import TokenPurpose
from app.extensions import ports
from app.jobs.running import run_due
from app.models import (
    Company,
    Export,
    ExternalIdentity,
    Invitation,
    LoginSession,
    PortalUser,
    Token,
)
from app.security.cross_company import cross_company
from app.services.email_change import request_email_change
from app.services.invitations import Inviter, Terms, invite
from app.services.mail import write_mail
from app.services.second_step_set_up import begin_set_up
from app.services.tokens import issue_token, secret_of
from tests import cast
from tests.authenticator import give_second_step
from tests.mails import last_mail
from tests.services.ledger import add_invoice

NEW_ADDRESS = "claire.dubois@boulangerie-martin.example"


def link(purpose: TokenPurpose) -> Callable[[Flask], str]:
    """The secret of a link of Claire's that still opens something."""

    def make(app: Flask) -> str:
        claire = cast.user(app, cast.CLAIRE)
        to = NEW_ADDRESS if purpose is TokenPurpose.CONFIRM_EMAIL else claire.email
        with _written(app) as session:
            return _secret(
                app,
                issue_token(session, purpose, email=to, user_id=claire.id, secret_key=_key(app)),
            )

    return make


def invited(app: Flask) -> str:
    """The secret of an invitation of somebody who is new here."""
    return _invited(app, "somebody@new.example")


def known_invited(app: Flask) -> str:
    """The secret of an invitation of Pieter's, who signs in here already."""
    return _invited(app, cast.PIETER)


def mailed(app: Flask) -> str:
    """The key of a mail in the outbox."""
    with _written(app) as session:
        write_mail(session, MailKind.TEST, to=cast.CLAIRE, language="fr")
    run_due(app)
    return last_mail(app, cast.CLAIRE).id


def half_signed_in(app: Flask, page: Page) -> None:
    """Claire's password was right in this window; her code is still to come."""
    give_second_step(app, cast.CLAIRE)
    page.goto("/")
    language = page.locator("html").get_attribute("lang")
    cast.sign_in(app.test_client(), cast.CLAIRE, language=language)
    page.locator("[name=email]").fill(cast.CLAIRE)
    page.locator("[name=password]").fill(cast.PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/login/second-step")


def with_second_step(app: Flask, _page: Page) -> None:
    give_second_step(app, cast.CLAIRE)


def setting_up_second_step(app: Flask, _page: Page) -> None:
    with _written(app) as session:
        begin_set_up(session, _claire(session), vault=ports().vault)


def with_new_email(app: Flask, _page: Page) -> None:
    with _written(app) as session:
        request_email_change(session, _claire(session).id, NEW_ADDRESS, secret_key=_key(app))


def linked_account(app: Flask) -> UUID:
    """The key of an account at the demo's provider by which Claire signs in."""
    issuer = app.extensions["ports"].providers[PROVIDER].issuer
    with _written(app) as session:
        identity = ExternalIdentity(
            user_id=_claire(session).id,
            provider=PROVIDER,
            issuer=issuer,
            subject="claire",
            email=cast.CLAIRE,
        )
        session.add(identity)
        session.flush()
        return identity.public_id


def with_linked_account(app: Flask, _page: Page) -> None:
    linked_account(app)


def signed_in_long_ago(app: Flask, _page: Page) -> None:
    """Whoever is signed in did so too long ago for a sensitive act."""
    with _written(app) as session:
        session.execute(update(LoginSession).values(authenticated_at=now() - timedelta(minutes=15)))


def confirmed_by_provider(app: Flask, _page: Page) -> None:
    """Whoever is signed in has just come back from the provider; the code is still to come."""
    give_second_step(app, cast.CLAIRE)
    with _written(app) as session:
        for login in session.scalars(select(LoginSession)):
            data = json.loads(login.data)
            data["confirmed_by_provider"] = {"at": int(now().timestamp()), "wanted": "/account"}
            login.data = json.dumps(data)


def export(
    state: ExportState, who: str = cast.CLAIRE, *, at: str | None = cast.MARTIN
) -> Callable[[Flask], UUID]:
    """The key of a file that somebody asked for, at a company or in the back-office; its bytes are nowhere."""

    def make(app: Flask) -> UUID:
        person = cast.user(app, who).id
        company = cast.company(app, at).id if at else None
        is_made = state is ExportState.DONE
        with _written(app) as session:
            export = Export(
                company_id=company,
                requested_by_id=person,
                kind=ExportKind.DOCUMENTS_ZIP if at else ExportKind.INVOICES_XLSX,
                filter={},
                language="fr",
                state=state,
                sight=Sight((company,) if company else (), None).as_json(),
                file_name="Boulangerie Martin SRL Documents 2025.zip",
                done_count=9_876 if is_made else 4_321,
                total_count=9_876,
                stored_name="exports/nowhere/1" if is_made else None,
                size_bytes=1_234_567_890 if is_made else None,
                sha256="0" * 64 if is_made else None,
                reason="export_not_made" if state is ExportState.FAILED else None,
                finished_at=now() if is_made else None,
                expires_at=now() + timedelta(days=7),
            )
            session.add(export)
            return export.public_id

    return make


def exported(app: Flask, _page: Page) -> None:
    """One of each state, of Claire's."""
    for state in ExportState:
        export(state)(app)


def long_year(app: Flask, _page: Page) -> None:
    """More documents in a year long ago than are sent at once."""
    company = cast.company(app, cast.MARTIN).id
    with _written(app) as session:
        for number in range(MOST_DOCUMENTS_AT_ONCE + 1):
            issued_on = date(2001, 1 + number % 12, 1)
            add_invoice(session, company, number=f"LONG-{number:04}", issued_on=issued_on)


def _invited(app: Flask, email: str) -> str:
    claire, key = cast.user(app, cast.CLAIRE), _key(app)
    with _written(app) as session:
        company = session.scalars(select(Company).where(Company.name == cast.MARTIN)).one()
        terms = Terms(EmployerRole.EMPLOYER_VIEWER)
        invite(session, company, [email], terms, by=Inviter(claire.id, claire.name), secret_key=key)
        session.flush()
        newest = select(Invitation).where(Invitation.email == email).order_by(Invitation.id.desc())
        invitation = session.scalars(newest).first()
        assert invitation
        return _secret(app, session.get_one(Token, invitation.token_id))


@contextmanager
def _written(app: Flask) -> Iterator[Session]:
    """A session as the system role, committed at the end."""
    with app.app_context(), cross_company("a test") as session:
        yield session
        session.commit()


def _claire(session: Session) -> PortalUser:
    return session.scalars(select(PortalUser).where(PortalUser.username == cast.CLAIRE)).one()


def _secret(app: Flask, token: Token) -> str:
    return secret_of(token, secret_key=_key(app))


def _key(app: Flask) -> str:
    return str(app.secret_key)

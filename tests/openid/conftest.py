"""A provider for each test, a client of it, and a browser that goes there and comes back."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import requests
from sqlalchemy import select, update

from app.domain.openid import Departure, ProviderAnswer
from app.integrations.oidc import OpenIdClient, Registration
from app.integrations.oidc.http import Patience
from app.models import ExternalIdentity, OutgoingMail, PortalUser
from app.security.cross_company import cross_company
from simulators.openid import Client, OpenIdSimulator, serving
from simulators.openid.serving import HOST, bound_server
from tests import cast
from tests.web.signing_in import form_token

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

RETURN_TO = "http://localhost:8080/login/with/demo-id/callback"
PATIENCE = Patience(connect_s=2, read_s=2, altogether_s=3)
IMPATIENCE = Patience(connect_s=1, read_s=0.2, altogether_s=0.5)
CLAIRE, MARC, BRUNO, SAM = "7d1c-claire", "2ab9-marc", "90fe-bruno", "c3d4-sam"


@pytest.fixture
def provider() -> Iterator[OpenIdSimulator]:
    """The simulator, answering on a port of its own."""
    server = bound_server()
    issuer = f"http://{HOST}:{server.server_port}"
    client = Client("portal", "a-secret:with/signs", RETURN_TO)
    with serving(OpenIdSimulator(issuer=issuer, client=client), server) as simulator:
        yield simulator


@pytest.fixture
def registration(provider: OpenIdSimulator) -> Registration:
    return Registration(
        name="demo-id",
        label="Titres Demo ID",
        issuer=provider.issuer,
        client_id=provider.client.client_id,
        client_secret=provider.client.client_secret,
    )


@pytest.fixture
def openid(registration: Registration) -> OpenIdClient:
    return OpenIdClient(registration, patience=PATIENCE)


@pytest.fixture
def impatient(registration: Registration) -> OpenIdClient:
    """A client that waits no longer than a test should."""
    return OpenIdClient(registration, patience=IMPATIENCE)


@pytest.fixture
def elsewhere(provider: OpenIdSimulator, registration: Registration) -> Callable[..., OpenIdClient]:
    """A client that is registered in some other way."""
    return lambda **change: OpenIdClient(replace(registration, **change), patience=PATIENCE)


def choose(url: str, person: str) -> str:
    """Open the provider's page, choose who to be, and give the address that the browser is sent to."""
    page = requests.get(url, timeout=5, allow_redirects=False)
    if page.status_code != 200:
        return page.headers["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    chosen = requests.post(
        url.partition("?")[0], data={**asked, "person": person}, timeout=5, allow_redirects=False
    )
    return chosen.headers["Location"]


def answer_in(location: str) -> ProviderAnswer:
    values = {name: each[0] for name, each in parse_qs(urlsplit(location).query).items()}
    return ProviderAnswer(
        state=values.get("state"),
        code=values.get("code"),
        error=values.get("error"),
        issuer=values.get("iss"),
    )


def there_and_back(
    openid: OpenIdClient, person: str = CLAIRE, *, again: bool = False
) -> tuple[Departure, ProviderAnswer]:
    departure = openid.depart(return_to=RETURN_TO, language="fr", again=again)
    return departure, answer_in(choose(departure.url, person))


@pytest.fixture
def offered(app: "Flask", openid: OpenIdClient) -> Iterator["Flask"]:
    """The application with the provider among its settings."""
    former = app.extensions["ports"]
    app.extensions["ports"] = replace(former, providers={openid.name: openid})
    yield app
    app.extensions["ports"] = former


@pytest.fixture
def browser(offered: "Flask") -> "Browser":
    """A visitor's, on the sign-in page."""
    return Browser(offered)


@pytest.fixture
def new_browser(offered: "Flask") -> "Callable[[], Browser]":
    return lambda: Browser(offered)


class Browser:
    """Goes to the provider and comes back; reads English."""

    def __init__(self, app: "Flask") -> None:
        self.app = app
        self.client = app.test_client()
        self.client.set_cookie("language", "en")
        self.token = ""

    def sign_in(self, email: str) -> "Browser":
        """As after the form, without it."""
        self.token = cast.sign_in(self.client, email, language="en")
        return self

    def get(self, path: str) -> "TestResponse":
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> "TestResponse":
        token = self.token or form_token(self.client)
        return self.client.post(path, data={"csrf_token": token, **fields})

    def set_out(self, **fields: str) -> str:
        """The address of the provider's page."""
        return str(self.post("/login/with/demo-id", **fields).location)

    def come_back(self, location: str) -> "TestResponse":
        """Follow the provider's redirect to us."""
        assert location.startswith(RETURN_TO), location
        parts = urlsplit(location)
        return self.client.get(f"{parts.path}?{parts.query}")

    def through(self, person: str, **fields: str) -> "TestResponse":
        return self.come_back(choose(self.set_out(**fields), person))

    @property
    def is_signed_in(self) -> bool:
        return self.client.get("/account").status_code == 200

    def said(self) -> str:
        """What the next page says."""
        page = self.client.get("/account" if self.is_signed_in else "/login").text
        found = re.search(r'class="flashes">(.*?)</div>\s*</div>\s*</div>', page, re.DOTALL)
        return unescape(found[1]) if found else ""


def link(app: "Flask", email: str, subject: str, *, issuer: str) -> UUID:
    """Link an account without going there."""
    with app.app_context(), cross_company("a test") as session:
        user = session.scalars(select(PortalUser).where(PortalUser.username == email)).one()
        identity = ExternalIdentity(
            user_id=user.id, provider="demo-id", issuer=issuer, subject=subject, email=email
        )
        session.add(identity)
        session.commit()
        return identity.public_id


def change_user(app: "Flask", email: str, **values: object) -> None:
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(PortalUser).where(PortalUser.username == email).values(**values))
        session.commit()


def identities(app: "Flask") -> list[tuple[str, str]]:
    """Who is linked to which subject."""
    with app.app_context(), cross_company("a test") as session:
        rows = session.execute(
            select(PortalUser.username, ExternalIdentity.subject)
            .join(ExternalIdentity, ExternalIdentity.user_id == PortalUser.id)
            .order_by(ExternalIdentity.id)
        )
        return [(email, subject) for email, subject in rows]


def mails(app: "Flask") -> list[tuple[str, str]]:
    """The kinds of the mails that wait, and to whom."""
    with app.app_context(), cross_company("a test") as session:
        rows = session.execute(
            select(OutgoingMail.kind, OutgoingMail.to_email).order_by(OutgoingMail.id)
        )
        return [(kind.value, to) for kind, to in rows]

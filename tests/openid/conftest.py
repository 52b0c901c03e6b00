"""A provider for each test, a client of it, and a browser that goes there and comes back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.domain.openid import Departure, ProviderAnswer
from app.integrations.oidc import OpenIdClient, Registration
from app.integrations.oidc.http import Patience
from simulators.openid import Client, OpenIdSimulator, serving
from simulators.openid.serving import HOST, bound_server

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

"""Chromium before the live server; a console error, a blocked resource or a script's error fails the test."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.cli.demo.people import PROVIDER, PROVIDER_LABEL
from app.integrations.oidc import OpenIdClient, Registration
from config import Settings
from simulators.openid import Client, OpenIdSimulator, serving
from simulators.openid.serving import HOST, bound_server
from tests import cast
from tests.e2e.browsing import HEIGHTS, PHONE, WIDE, Browse, Complaints
from tests.e2e.server import LiveServer

FIND_CHROMIUM = Path(__file__).resolve().parents[2] / "bin" / "find-chromium"
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def chromium(running_server: LiveServer, settings: Settings) -> Iterator[Browser]:
    """It finds the server at the portal's public address, where links in mails and providers lead."""
    public, actual = urlsplit(settings.public_url).netloc, urlsplit(running_server.url).netloc
    program = (
        os.environ.get("CHROMIUM")
        or subprocess.run(
            [FIND_CHROMIUM], capture_output=True, text=True, check=True
        ).stdout.splitlines()[0]
    )
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", f"--host-resolver-rules=MAP {public} {actual}"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running_server(built_app: Flask) -> Iterator[LiveServer]:
    with LiveServer(built_app).running() as server:
        yield server


@pytest.fixture(scope="session")
def provider(settings: Settings) -> Iterator[OpenIdClient]:
    """The demo's identity provider, which answers on a port of its own."""
    listening = bound_server()
    registration = Registration(
        name=PROVIDER,
        label=PROVIDER_LABEL,
        issuer=f"http://{HOST}:{listening.server_port}",
        client_id="clientele",
        client_secret="known to the browser suite only",
    )
    known = Client(
        registration.client_id,
        registration.client_secret,
        f"{settings.public_url}/login/with/{PROVIDER}/callback",
    )
    with serving(OpenIdSimulator(issuer=registration.issuer, client=known), listening):
        yield OpenIdClient(registration)


@pytest.fixture
def server(running_server: LiveServer, app: Flask, provider: OpenIdClient) -> Iterator[LiveServer]:
    """The server on the cast, with the demo's provider; whoever leaves waits for what is under way."""
    former = app.extensions["ports"]
    app.extensions["ports"] = replace(former, providers={provider.name: provider})
    yield running_server
    running_server.wait_until_idle()
    app.extensions["ports"] = former


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert not heard.unexpected, "\n".join(heard.unexpected)


@pytest.fixture
def browse(
    chromium: Browser, server: LiveServer, complaints: Complaints, app: Flask, settings: Settings
) -> Iterator[Browse]:
    """Opens windows, each with its own session: `browse(who=cast.CLAIRE, width=390)`."""
    with ExitStack() as windows:

        def new_page(
            who: str | None = None,
            *,
            language: str = "fr",
            width: int = WIDE,
            theme: str = "light",
            scripts: bool = True,
        ) -> Page:
            context = chromium.new_context(
                base_url=settings.public_url,
                locale=f"{language}-BE",
                viewport={"width": width, "height": HEIGHTS[width]},
                has_touch=width <= PHONE,
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
                java_script_enabled=scripts,
            )
            windows.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            complaints.listen(context)
            if who:
                context.add_cookies([_session_of(app, who, language, settings.public_url)])
            return context.new_page()

        yield new_page


def _session_of(app: Flask, who: str, language: str, url: str) -> Any:
    client, name = app.test_client(), str(app.config["SESSION_COOKIE_NAME"])
    cast.sign_in(client, who, language=language)
    cookie = client.get_cookie(name)
    assert cookie
    return {"name": name, "value": cookie.value, "url": url}

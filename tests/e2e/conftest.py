"""Chromium before the live server; a console error, a blocked resource or a script's error fails the test."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import cast
from tests.databases import Database
from tests.e2e.browsing import HEIGHTS, PHONE, WIDE, Browse, Complaints
from tests.e2e.server import LiveServer

FIND_CHROMIUM = Path(__file__).resolve().parents[2] / "bin" / "find-chromium"
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = (
        os.environ.get("CHROMIUM")
        or subprocess.run(
            [FIND_CHROMIUM], capture_output=True, text=True, check=True
        ).stdout.splitlines()[0]
    )
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running_server(built_app: Flask) -> Iterator[LiveServer]:
    with LiveServer(built_app).running() as server:
        yield server


@pytest.fixture
def server(running_server: LiveServer, database: Database) -> Iterator[LiveServer]:
    """The server on the cast; whoever leaves waits for what is under way."""
    yield running_server
    running_server.wait_until_idle()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert not heard.unexpected, "\n".join(heard.unexpected)


@pytest.fixture
def browse(
    chromium: Browser, server: LiveServer, complaints: Complaints, app: Flask
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
                base_url=server.url,
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
                context.add_cookies([_session_of(app, who, language, server.url)])
            return context.new_page()

        yield new_page


def _session_of(app: Flask, who: str, language: str, url: str) -> Any:
    client, name = app.test_client(), str(app.config["SESSION_COOKIE_NAME"])
    cast.sign_in(client, who, language=language)
    cookie = client.get_cookie(name)
    assert cookie
    return {"name": name, "value": cookie.value, "url": url}

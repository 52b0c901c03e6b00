"""A browser's window on the live server: who sits before it, and what it must not complain of."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, WebError, expect

from tests import cast
from tests.cast import PASSWORD
from tests.e2e.labels import Words

WIDE, PHONE, NARROWEST = 1280, 390, 320
HEIGHTS = {WIDE: 900, PHONE: 844, NARROWEST: 640}

Browse = Callable[..., Page]

IN_FRENCH_AND_DUTCH = pytest.mark.parametrize(
    ("language", "who", "name", "width"),
    [
        pytest.param("fr", cast.CLAIRE, "Claire Dubois", WIDE, id="fr"),
        pytest.param("nl", cast.PIETER, "Pieter Peeters", PHONE, id="nl"),
    ],
)
"""Two administrators of companies, one at a desk and one with a phone."""


@dataclass
class Complaints:
    """What consoles said; a test that provokes an answer of an error names its status."""

    heard: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)

    def expect(self, *statuses: int) -> None:
        self.expected += [rf"status of {status}\b" for status in statuses]

    @property
    def unexpected(self) -> list[str]:
        return [text for text in self.heard if not self._is_expected(text)]

    def _is_expected(self, text: str) -> bool:
        return any(re.search(pattern, text) for pattern in self.expected)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _error(self, error: WebError) -> None:
        self.heard.append(f"script: {error.error}")


def enter(page: Page, email: str, words: Words, password: str = PASSWORD) -> None:
    """Sign in on the first page, as everybody does."""
    page.goto("/")
    page.get_by_label(words("E-mail address"), exact=True).fill(email)
    page.get_by_label(words("Password"), exact=True).fill(password)
    page.get_by_role("button", name=words("Sign in"), exact=True).click()


def leave(page: Page, name: str, words: Words) -> None:
    """Sign out somebody of that name, by the menu at the top."""
    open_menu(page, name)
    page.get_by_role("button", name=words("Sign out"), exact=True).click()
    expect(page.get_by_label(words("Password"), exact=True)).to_be_visible()


def press(page: Page, label: str) -> None:
    """Press a button of the page itself."""
    page.get_by_role("main").get_by_role("button", name=label, exact=True).click()


def say(page: Page, sentence: str) -> None:
    """Expect the page to say what was done."""
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text(sentence)


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def go(page: Page, label: str) -> None:
    """Follow the first link of that name in sight: on a phone, ways stand elsewhere than at a desk."""
    page.get_by_role("link", name=label, exact=True).locator("visible=true").first.click()


def open_menu(page: Page, name: str | re.Pattern[str]) -> None:
    """Open one of the menus at the top."""
    page.locator("header summary").filter(has_text=name).click()


def downloaded(page: Page, act: Callable[[], Any]) -> tuple[str, bytes]:
    """The name and the bytes of the file that `act` makes the browser save."""
    with page.expect_download() as waiting:
        act()
    file = waiting.value
    return file.suggested_filename, file.path().read_bytes()

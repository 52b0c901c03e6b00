"""Somebody of the cast at the back-office, reading English, with the forms' token."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.models import PortalUser
from app.security.cross_company import cross_company
from tests import cast

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse


class Browser:
    """A browser in which somebody is signed in."""

    def __init__(self, app: "Flask", email: str) -> None:
        with app.app_context(), cross_company("a test") as session:
            user = select(PortalUser).where(PortalUser.username == email)
            session.scalars(user).one().language = "en"
            session.commit()
        self.client = app.test_client()
        self.token = cast.sign_in(self.client, email)

    def get(self, path: str, **options: Any) -> "TestResponse":
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None) -> "TestResponse":
        return self.client.post(path, data={"csrf_token": self.token, **(data or {})})


@pytest.fixture
def browser(app: "Flask") -> Callable[[str], Browser]:
    return lambda email: Browser(app, email)


@pytest.fixture
def marc(browser: Callable[[str], Browser]) -> Browser:
    """The account manager of Boulangerie Martin and Atelier Dubois."""
    return browser(cast.MARC)


@pytest.fixture
def ana(browser: Callable[[str], Browser]) -> Browser:
    """The auditor."""
    return browser(cast.ANA)


@pytest.fixture
def sofia(browser: Callable[[str], Browser]) -> Browser:
    """The platform administrator."""
    return browser(cast.SOFIA)

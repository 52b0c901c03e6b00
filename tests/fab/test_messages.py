"""Each error of the product has a sentence of its own."""

import importlib
import pkgutil

import pytest
from flask import Flask
from flask_babel import Babel


@pytest.fixture
def speaking():
    app = Flask("speaking")
    Babel(app)
    with app.test_request_context():
        yield


def every_error() -> set[type]:
    import app.domain
    import app.fab
    import app.services
    from app.domain.errors import DomainError

    for package in (app.domain, app.services, app.fab):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found, todo = set(), [DomainError]
    while todo:
        for kind in todo.pop().__subclasses__():
            if kind.__module__.startswith("app."):
                found.add(kind)
            todo.append(kind)
    return found


def test_every_error_has_a_sentence(speaking):
    from app.fab.messages import SENTENCES

    # Only what is raised itself needs words; the name of a family does not.
    missing = {
        kind.code: f"{kind.__module__}.{kind.__name__}"
        for kind in every_error()
        if kind.code not in SENTENCES and kind.code != "domain_error"
    }

    assert missing == {}


def test_an_error_without_a_sentence_is_honest_about_it(speaking):
    from app.domain.errors import DomainError
    from app.fab.messages import message_for

    class Unheard(DomainError):
        code = "unheard_of"

    assert "unheard_of" in message_for(Unheard())


def test_facts_stand_in_the_sentence_and_a_missing_one_breaks_nothing(speaking):
    from app.domain.money import UnknownCurrency
    from app.fab.messages import message_for

    assert "“XXX”" in message_for(UnknownCurrency(currency="XXX"))
    assert "“?”" in message_for(UnknownCurrency(other=1))
    assert "%(" not in message_for(UnknownCurrency())

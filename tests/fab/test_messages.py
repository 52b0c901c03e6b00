"""Each error of the product has a sentence of its own."""

import importlib
import pkgutil
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel


@pytest.fixture
def speaking():
    app = Flask("speaking")
    Babel(app)
    with app.test_request_context():
        yield


def every_error() -> set[Any]:
    import app.documents
    import app.domain
    import app.fab
    import app.integrations
    import app.security
    import app.services
    from app.domain.errors import DomainError

    packages = (app.domain, app.documents, app.integrations, app.services, app.security, app.fab)
    for package in packages:
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
    from app.fab.sentences import SENTENCES

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


def test_sizes_are_said_in_megabytes(speaking):
    from app.documents.verdicts import DocumentTooLarge
    from app.fab.messages import message_for

    assert "50 MB" in message_for(DocumentTooLarge(limit_bytes=50 * 1024 * 1024))


def test_no_code_is_said_twice():
    from app.fab import document_sentences, sentences

    groups = [
        one
        for module in (sentences, document_sentences)
        for name, one in vars(module).items()
        if name[1:].replace("_", "").isupper() and isinstance(one, dict)
    ]

    assert sum(map(len, groups)) == len(sentences.SENTENCES)


def test_a_wrong_number_is_named_in_words(speaking):
    from app.documents.checks import check
    from app.domain.einvoice import Party, PaymentMeans, PostalAddress
    from app.domain.identifiers import Identifier
    from app.fab.messages import sentence
    from tests.documents.samples import invoice

    wrong = Party(
        name="X",
        vat_id="BE0417497107",
        legal_id=Identifier("0417497107", "0208"),
        endpoint=Identifier("0417497107", "0208"),
        address=PostalAddress(country="BE"),
    )
    means = PaymentMeans(code="30", iban="BE68539007547035", payment_id="+++202/6001/23465+++")
    found = check(invoice(seller=wrong, buyer=wrong, payment_means=(means,)))
    said = [sentence(one.code, one.params) for one in found if one.code == "check_digits_wrong"]

    assert len(said) == 3 + 3 + 2
    assert not [text for text in said if "_" in text or "." in text.removesuffix(".")]
    assert "The check digits of the VAT number of the seller are wrong." in said

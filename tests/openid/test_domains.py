"""Approving domains: who may, which, and what stays when one is withdrawn."""

import pytest

from app.domain.audit import AuditAction
from app.services.sign_in_domains import DomainIsPublic, DomainMalformed, checked_domain
from tests import cast
from tests.openid.conftest import CLAIRE, Browser, identities
from tests.web.backoffice.trail import events
from tests.web.test_confirm import grow_old

PAGE = "/backoffice/sign-in-domains"


@pytest.fixture
def sofia(offered):
    return Browser(offered).sign_in(cast.SOFIA)


def approve(browser, domain, provider="demo-id"):
    return browser.post(f"{PAGE}/add", provider=provider, domain=domain)


def domains(browser):
    return browser.get(f"{PAGE}/list/").text


def test_an_administrator_approves_a_domain(sofia, offered):
    answer = approve(sofia, " @Issuer.Example. ")

    assert answer.status_code == 303, answer.text
    page = domains(sofia)
    assert "issuer.example" in page
    assert "Titres Demo ID" in page
    assert "Sofia Admin" in page
    event = events(offered, AuditAction.DOMAIN_APPROVED)[0]
    assert (event.actor_name, event.target_label) == ("Sofia Admin", "issuer.example (demo-id)")


def test_a_withdrawn_domain_links_nobody_any_more_and_unlinks_nobody(
    sofia, browser, new_browser, offered
):
    browser.through(CLAIRE)
    key = domains(sofia).split(f"{PAGE}/delete/")[1].split('"')[0].split("?")[0]
    assert "boulangerie-martin.example" in sofia.get(f"{PAGE}/delete/{key}").text
    assert sofia.post(f"{PAGE}/delete/{key}").status_code == 303

    assert "boulangerie-martin.example" not in domains(sofia)
    event = events(offered, AuditAction.DOMAIN_WITHDRAWN)[0]
    assert event.target_label == "boulangerie-martin.example (demo-id)"
    assert identities(offered) == [(cast.CLAIRE, CLAIRE)]
    assert new_browser().through(CLAIRE).location == "/"


def test_approving_asks_for_a_fresh_sign_in(sofia, offered):
    grow_old(offered)

    assert approve(sofia, "elsewhere.example").status_code == 403
    assert "elsewhere.example" not in domains(sofia)


@pytest.mark.parametrize(
    ("domain", "says"),
    [
        ("gmail.com", "Anybody can have an address"),
        ("GMAIL.com.", "Anybody can have an address"),
        ("localhost", "not the domain of an e-mail address"),
        ("claire@boulangerie.example", "not the domain of an e-mail address"),
        ("https://boulangerie.example", "not the domain of an e-mail address"),
        ("*.boulangerie.example", "not the domain of an e-mail address"),
        ("192.0.2.1", "not the domain of an e-mail address"),
        ("a..b", "not the domain of an e-mail address"),
        ("boulangerie-martin.example", "approved for this provider already"),
        ("", "Enter a domain"),
    ],
)
def test_what_is_refused_is_said_beside_the_field(sofia, domain, says):
    answer = approve(sofia, domain)

    assert answer.status_code == 422
    assert says in answer.text
    assert 'id="domain-error"' in answer.text


def test_only_a_provider_of_the_settings_can_be_chosen(sofia):
    assert approve(sofia, "company.example", provider="other-id").status_code == 422


def test_without_a_provider_nothing_can_be_approved(app):
    sofia = Browser(app).sign_in(cast.SOFIA)

    assert sofia.get(f"{PAGE}/add").status_code == 200
    assert approve(sofia, "company.example").status_code == 422
    assert "demo-id" in domains(sofia)


def test_auditors_read_and_nobody_else_comes_near(offered):
    ana = Browser(offered).sign_in(cast.ANA)
    assert "boulangerie-martin.example" in domains(ana)
    assert ana.get(f"{PAGE}/add").status_code == 403
    assert approve(ana, "company.example").status_code == 403

    for email in (cast.MARC, cast.CLAIRE):
        other = Browser(offered).sign_in(email)
        assert other.get(f"{PAGE}/list/").status_code == 403
        assert approve(other, "company.example").status_code == 403


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Company.BE", "company.be"),
        ("brasserie-bücher.example", "xn--brasserie-bcher-9vb.example"),
        ("sub.company.be", "sub.company.be"),
    ],
)
def test_a_domain_has_one_spelling(typed, stored):
    assert checked_domain(typed) == stored


@pytest.mark.parametrize("typed", ["", ".", "be", "a b.be", "-a.be", "a-.be", "x" * 64 + ".be"])
def test_what_is_no_domain_is_refused(typed):
    with pytest.raises(DomainMalformed):
        checked_domain(typed)


def test_a_domain_of_everybody_is_refused():
    with pytest.raises(DomainIsPublic):
        checked_domain("hotmail.com")

"""HTML that is kept from page to page stays each reader's own: language, company, role; rows are text."""

import re

import pytest

from tests import cast
from tests.web.signing_in import sign_in
from tests.web.test_language import choose

ODD = "50%(url)s <b>&\ue000url\ue001 100%"


@pytest.fixture
def page_of(app):
    def page(email, path, company=None):
        client = app.test_client()
        cast.sign_in(client, email)
        prefix = f"/c/{cast.company_id(app, company)}" if company else ""
        return client.get(prefix + path).text

    return page


def test_a_menu_kept_for_one_company_leads_nobody_to_it(page_of, app):
    martin = page_of(cast.CLAIRE, "/invoices", cast.MARTIN)
    peeters = page_of(cast.PIETER, "/invoices", cast.PEETERS)

    assert f"/c/{cast.company_id(app, cast.PEETERS)}" not in martin
    assert f"/c/{cast.company_id(app, cast.MARTIN)}" not in peeters


def test_a_menu_kept_for_one_role_shows_another_its_own(page_of):
    from app.views import fragments, navigation

    def menu(email):
        return (
            page_of(email, "/backoffice/").partition('<div class="side">')[2].partition("</nav>")[0]
        )

    alone = {}
    for email in (cast.MARC, cast.ANA, cast.SOFIA):
        fragments._kept.clear()
        navigation._resolved.cache_clear()
        alone[email] = menu(email)

    assert len(set(alone.values())) == 3
    assert {email: menu(email) for email in alone} == alone


def test_the_page_that_is_open_is_the_one_marked(page_of):
    for path, name in (("/", "Accueil"), ("/invoices", "Factures"), ("/", "Accueil")):
        page = page_of(cast.CLAIRE, path, cast.MARTIN)
        marked = re.findall(r'<a [^>]*aria-current="page">(?:<svg.*?</svg>)?([^<]+)', page)
        assert set(marked) == {name}


def test_each_language_has_its_own(app, client):
    cast.sign_in(client, cast.CLAIRE)
    url = f"/c/{cast.company_id(app, cast.MARTIN)}/invoices"
    words = {"fr": "Factures", "nl": "Facturen", "de": "Rechnungen", "en": "Invoices"}
    for language in ("fr", "nl", "de", "en", "fr"):
        choose(client, language, path=url)
        page = client.get(url).text
        assert f'lang="{language}"' in page
        assert words[language] in page.partition("<main")[0]


def test_no_token_of_a_form_is_kept(app):
    tokens = []
    for _visit in range(2):
        client = app.test_client()
        sign_in(client, cast.CLAIRE)
        page = client.get(f"/c/{cast.company_id(app, cast.MARTIN)}/invoices").text
        tokens.append(set(re.findall(r'name="csrf_token" value="([^"]+)"', page)))

    assert tokens[0]
    assert not tokens[0] & tokens[1]


def test_what_somebody_typed_is_not_kept(app, client):
    from app.views import fragments

    cast.sign_in(client, cast.CLAIRE)
    client.get(f"/c/{cast.company_id(app, cast.MARTIN)}/invoices?q=typed-by-claire")

    assert not [html for html in fragments._kept.values() if "typed-by-claire" in html]


def test_a_page_that_was_seen_adds_nothing(app, client):
    """Also of macros that stand in the page's own template, which are made anew for each page."""
    from app.views import fragments

    cast.sign_in(client, cast.CLAIRE)
    url = f"/c/{cast.company_id(app, cast.MARTIN)}/invoices"
    client.get(url)
    before = len(fragments._kept)
    for _visit in range(3):
        client.get(url)

    assert len(fragments._kept) == before > 5


def test_as_many_as_are_kept_and_no_more(app, monkeypatch):
    from jinja2 import Environment

    from app.views import fragments

    monkeypatch.setattr(fragments, "MOST", 10)
    source = Environment(autoescape=True).from_string(
        "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}"
    )
    with app.test_request_context():
        for number in range(40):
            assert fragments.kept(source.module.m, number) == f"<i>{number}</i>"
            assert len(fragments._kept) <= 10
        assert fragments.kept(source.module.m, ["a list"]) == "<i>[&#39;a list&#39;]</i>"


@pytest.mark.parametrize("path", ["portal", "staff"])
def test_a_row_is_text_whatever_it_holds(app, page_of, path):
    from sqlalchemy import update

    from app.models import Invoice
    from app.security.cross_company import cross_company

    invoice = cast.invoices(app, cast.MARTIN)[0]
    with app.app_context(), cross_company("a test") as system:
        system.execute(update(Invoice).where(Invoice.id == invoice.id).values(number=ODD))
        system.commit()
    page = (
        page_of(cast.CLAIRE, "/invoices", cast.MARTIN)
        if path == "portal"
        else page_of(cast.MARC, "/backoffice/invoices/list/")
    )

    assert "50%(url)s &lt;b&gt;&amp;\ue000url\ue001 100%" in page
    assert "<b>&" not in page

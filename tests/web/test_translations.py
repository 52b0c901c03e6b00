"""The words of a page come from the catalogue of the moment, also when the language changes on the way."""

import pytest
from flask import render_template_string
from flask_babel import force_locale, gettext, refresh
from markupsafe import Markup

from app.views import locale


@pytest.fixture
def page(app):
    with app.test_request_context("/", headers={"Accept-Language": "fr"}):
        yield


def test_another_language_lasts_as_long_as_it_is_forced(page):
    before = gettext("Invoices")
    with force_locale("nl"):
        forced = gettext("Invoices")

    assert (before, forced, gettext("Invoices")) == ("Factures", "Facturen", "Factures")


def test_a_language_chosen_on_the_way_counts_from_there(page, monkeypatch):
    assert gettext("Invoices") == "Factures"
    monkeypatch.setattr(locale, "locale_of_browser", lambda: "de")
    refresh()

    assert gettext("Invoices") == "Rechnungen"


def test_words_without_an_application_are_those_of_the_source():
    assert gettext("Invoices") == "Invoices"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("text", "values", "shown"),
    [
        ("Invoices", "", "Factures"),
        ("<b>%(name)s</b>", ", name='<i>'", "<b>&lt;i&gt;</b>"),
        ("100 %%", "", "100 %"),
    ],
)
def test_templates_escape_what_is_put_into_a_text(text, values, shown):
    assert render_template_string(f'{{{{ _("{text}"{values}) }}}}') == shown


@pytest.mark.usefixtures("page")
def test_a_text_is_escaped_once():
    shown = render_template_string("{{ _('Account of %(name)s', name=name) }}", name="A & B")

    assert "A &amp; B" in shown
    assert render_template_string("{{ _('%(name)s', name=name) }}", name=Markup("<i>")) == "<i>"

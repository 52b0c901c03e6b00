"""Two journeys: a filter that is kept, opened first, removed and brought back; a change that is asked for and made."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import cast
from tests.e2e.browsing import PHONE, WIDE, Browse, Complaints
from tests.e2e.labels import LANGUAGES, words_of

pytestmark = pytest.mark.browser

W = words_of("fr")


def invoices(page: Page, app: Flask, query: str = "") -> None:
    page.goto(f"/c/{cast.company_id(app, cast.MARTIN)}/invoices{query}")


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("language", LANGUAGES)
def test_bruno_keeps_a_filter_and_opens_the_list_with_it(
    language, width, app: Flask, browse: Browse
):
    words, page = words_of(language), browse(cast.BRUNO, language=language, width=width)
    invoices(page, app, "?tab=overdue")
    page.get_by_role("link", name=words("Save this filter"), exact=True).click()
    page.get_by_label(words("Name of the filter")).fill("Mine")
    page.get_by_label(words("Open the list with this filter")).check()
    page.get_by_role("button", name=words("Save"), exact=True).click()
    expect(page).to_have_url(re.compile(r"\?tab=overdue$"))

    invoices(page, app)
    expect(page).to_have_url(re.compile(r"\?tab=overdue$"))
    kept = page.get_by_role("navigation", name=words("Saved filters"))
    expect(kept.get_by_role("link", name="Mine")).to_have_attribute("aria-current", "true")
    kept.get_by_role("link", name=words("All documents"), exact=True).click()
    expect(page).to_have_url(re.compile(r"\?tab=all$"))

    page.get_by_role("link", name=words("Manage filters"), exact=True).click()
    expect(page.get_by_role("row", name="Mine")).to_contain_text(words("Default view"))
    page.get_by_role("button", name=words("Remove")).click()
    expect(page.get_by_role("heading", name=words("No saved filters yet"))).to_be_visible()
    page.get_by_role("button", name=words("Undo")).click()
    expect(page.get_by_role("link", name="Mine", exact=True)).to_be_visible()


@pytest.mark.every_database
def test_claire_asks_for_a_change_and_marc_makes_it(
    app: Flask, browse: Browse, complaints: Complaints
):
    complaints.expect(422)  # the warning about check digits, and a refusal without an answer
    claire = browse(cast.CLAIRE)
    claire.goto(f"/c/{cast.company_id(app, cast.MARTIN)}/company")
    claire.get_by_role("link", name=W("Ask for a change"), exact=True).click()
    claire.get_by_label(W("VAT number")).fill("BE 0990.700.789")
    claire.get_by_label(W("Reason")).fill("Nouvelle unité TVA.")
    claire.get_by_role("button", name=W("Send the request"), exact=True).click()
    expect(claire.get_by_role("alert").first).to_contain_text(W("VAT number"))
    claire.get_by_label(W("VAT number")).fill("BE 0990.700.788")
    claire.get_by_role("button", name=W("Send all the same"), exact=True).click()
    asked = claire.get_by_role("table", name=W("Changes asked for"))
    expect(asked).to_contain_text("BE 0990.700.788")

    marc = browse(cast.MARC)
    marc.goto("/backoffice/")
    marc.locator("main .todo li", has_text=W("Change requests")).get_by_role("link").click()
    expect(marc).to_have_url(re.compile("state=OPEN"))
    marc.get_by_role("link", name=W("VAT number"), exact=True).click()
    expect(marc.get_by_role("main")).to_contain_text("Nouvelle unité TVA.")
    marc.get_by_role("button", name=W("Refuse"), exact=True).click()
    expect(marc.locator("#reply-error")).to_be_visible()
    marc.get_by_label(W("Answer")).fill("Vérifié.")
    marc.get_by_role("button", name=W("Accept"), exact=True).click()
    expect(marc.get_by_role("status").first).to_contain_text(
        W("Accepted. The company has the new value, and whoever asked is told.")
    )

    claire.reload()
    expect(claire.get_by_role("main")).to_contain_text("BE 0990.700.788")
    claire.goto(f"/c/{cast.company_id(app, cast.MARTIN)}/company/changes")
    expect(claire.get_by_role("table")).to_contain_text("Vérifié.")

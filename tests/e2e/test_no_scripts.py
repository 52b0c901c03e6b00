"""Everything that matters works where scripts do not run."""

import io
import re
from zipfile import ZipFile

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import cast
from tests.e2e.browsing import PHONE, WIDE, Browse, downloaded, enter, go
from tests.e2e.labels import words_of

pytestmark = pytest.mark.browser

W = words_of("fr")


@pytest.fixture(params=[WIDE, PHONE])
def page(request: pytest.FixtureRequest, browse: Browse) -> Page:
    window = browse(width=request.param, scripts=False)
    enter(window, cast.CLAIRE, W)
    return window


def test_the_list_is_filtered_by_its_button(app: Flask, page: Page):
    namur = cast.address(app, "Namur")
    numbers = [one.number for one in cast.invoices(app, cast.MARTIN) if one.address_id == namur.id]

    go(page, W("Invoices"))
    page.get_by_label(W("Address"), exact=True).select_option(label="Namur")
    page.get_by_role("button", name=W("Apply")).click()

    expect(page).to_have_url(re.compile(str(namur.public_id)))
    assert set(page.locator("td.first a").all_inner_texts()) <= set(numbers)
    expect(page.locator(".card-foot").last).to_contain_text(str(len(numbers)))


def test_ticked_documents_are_downloaded(app: Flask, page: Page):
    go(page, W("Invoices"))
    for one in cast.invoices(app, cast.MARTIN)[:2]:
        page.get_by_role("checkbox", name=one.number).check()

    _name, data = downloaded(page, page.get_by_role("button", name=W("Download as ZIP")).click)

    with ZipFile(io.BytesIO(data)) as archive:
        assert sorted(name.rpartition(".")[2] for name in archive.namelist()) == [
            "csv", "pdf", "pdf", "xml", "xml",
        ]  # fmt: skip


def test_an_address_is_changed_and_its_people_are_kept(page: Page):
    go(page, W("My company"))
    go(page, W("Addresses"))
    page.get_by_role("link", name=f"{W('Edit')} Namur").click()
    page.get_by_label(W("Street and number")).fill("Rue de Fer 9")
    page.get_by_text("PEPPOL", exact=True).click()
    page.get_by_role("button", name=W("Save"), exact=True).click()

    expect(page.get_by_role("main")).to_contain_text("Rue de Fer 9")
    expect(page.get_by_role("main")).to_contain_text("namur@boulangerie-martin.example")


def test_the_language_and_the_door_are_in_reach(page: Page):
    page.locator("header summary").first.click()
    page.locator("button[lang=nl]").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    page.locator("header summary").last.click()
    page.get_by_role("button", name=words_of("nl")("Sign out")).click()

    expect(page.locator("input[type=password]")).to_be_visible()


def test_a_manager_reaches_a_company_from_a_phone(browse: Browse):
    page = browse(cast.MARC, width=PHONE, scripts=False)
    page.goto("/")

    page.locator("details.burger summary").click()
    page.locator("details.burger").get_by_role("link", name=W("Companies"), exact=True).click()
    page.get_by_role("link", name=cast.DUBOIS, exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(cast.DUBOIS)

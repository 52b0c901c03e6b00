"""Without a mouse: everything in reach, in sight and in order."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import cast
from tests.e2e.browsing import Browse, Complaints, downloaded
from tests.e2e.labels import words_of

pytestmark = pytest.mark.browser

W = words_of("fr")
FAR = 120
"""More steps than any page has before what is looked for."""
FOCUSED = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const covered = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: one.getAttribute("aria-label") || one.innerText || one.id,
    drawn: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight,
    uncovered: !covered || one.contains(covered) || covered.contains(one),
  };
}"""


def walk_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called `name`; each step must be seen."""
    for _step in range(FAR):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        if " ".join(focus["name"].split()) == name:
            assert focus["drawn"], f"nothing shows the focus on {name}"
            assert focus["inside"], f"{name} is out of sight"
            assert focus["uncovered"], f"something covers {name}"
            return
    raise AssertionError(f"no Tab leads to {name}")


def test_search_open_and_download_without_a_mouse(app: Flask, browse: Browse):
    late = cast.overdue_invoice(app)
    page = browse(cast.CLAIRE)
    page.goto("/")

    walk_to(page, W("Invoices"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/invoices"))
    walk_to(page, "filter-q")
    page.keyboard.type(late.number)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    walk_to(page, late.number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(late.number)
    walk_to(page, f"PDF {late.number}")
    _name, data = downloaded(page, lambda: page.keyboard.press("Enter"))

    assert data.startswith(b"%PDF-")


def test_every_stop_of_the_list_shows_the_focus(app: Flask, browse: Browse):
    page = browse(cast.CLAIRE)
    page.goto(f"/c/{cast.company_id(app, cast.MARTIN)}/invoices")

    hidden = []
    for _step in range(40):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        if not (focus["drawn"] and focus["inside"] and focus["uncovered"]):
            hidden.append(focus)

    assert not hidden


def test_the_first_stop_skips_to_the_content(browse: Browse):
    page = browse(cast.CLAIRE)
    page.goto("/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=W("Skip to content"))).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_refused_form_puts_the_focus_on_what_is_wrong(browse: Browse, complaints: Complaints):
    complaints.expect(422)
    page = browse(cast.CLAIRE)
    page.goto("/")
    page.get_by_role("link", name=W("My company"), exact=True).first.click()
    page.get_by_role("link", name=W("Contacts"), exact=True).first.click()
    page.get_by_role("link", name=W("Add a contact")).click()

    page.get_by_role("button", name=W("Save"), exact=True).focus()
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    expect(summary.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("input[aria-invalid=true]").first).to_be_focused()


def test_a_menu_opens_closes_and_gives_the_focus_back(browse: Browse):
    page = browse(cast.CLAIRE)
    page.goto("/")
    summary = page.locator("header summary").last

    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=W("Sign out"))).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name=W("Sign out"))).to_be_hidden()
    expect(summary).to_be_focused()


def test_rows_are_ticked_with_the_space_bar(app: Flask, browse: Browse):
    page = browse(cast.CLAIRE)
    page.goto(f"/c/{cast.company_id(app, cast.MARTIN)}/invoices")

    page.get_by_role("checkbox", name=W("Select all on this page")).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("status").filter(has_text="25")).to_be_visible()
    walk_to(page, f"{W('Select')} {cast.invoices(app, cast.MARTIN)[0].number}")
    page.keyboard.press("Space")

    expect(page.get_by_role("status").filter(has_text="24")).to_be_visible()

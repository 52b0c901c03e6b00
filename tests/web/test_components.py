"""Every component renders under strict undefined, and says the same to everybody."""

import re
from typing import Any

import pytest
from flask import flash, render_template_string
from lxml import html

from tests.web.design_app import LAYOUTS, ROOT, design_app, page_context

TEMPLATES = ROOT / "app" / "templates"
ERRORS = sorted(path.stem for path in (TEMPLATES / "errors").glob("*.html") if path.stem != "page")


@pytest.fixture(scope="module")
def app():
    return design_app()


@pytest.fixture(scope="module")
def pages(app):
    client = app.test_client()
    return {layout: parsed(client.get(f"/sink/{layout}").text) for layout in LAYOUTS}


@pytest.fixture
def portal(pages):
    return pages["portal"]


def parsed(text: str) -> Any:
    return html.fromstring(text)


def posted(app, **answers):
    client = app.test_client()
    page = parsed(client.get("/sink/portal").text)
    token = page.xpath("//input[@name='csrf_token']/@value")[0]
    return client.post("/sink/portal", data={"csrf_token": token, **answers}).text


def by_id(page, name):
    return page.xpath("//*[@id=$name]", name=name)[0]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_page_names_its_language_its_title_and_one_main_heading(pages, layout):
    page = pages[layout]

    assert page.get("lang") == "en"
    assert page.findtext(".//title") == "Kitchen sink · Titres Demo SA"
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//a[@class='skip']/@href") == ["#content"]
    assert by_id(page, "content").tag == "main"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_needs_a_looser_content_security_policy(pages, layout):
    page = pages[layout]

    assert page.xpath("//@style") == []
    assert page.xpath("//style") == []
    assert [script for script in page.xpath("//script") if not script.get("src")] == []
    assert [
        name for name in page.xpath("//@*/..") if any(key.startswith("on") for key in name.attrib)
    ] == []
    addresses = page.xpath("//link/@href | //script/@src | //img/@src")
    assert all(address.startswith("/static/") for address in addresses)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_identifiers_are_unique_and_every_reference_leads_somewhere(pages, layout):
    page = pages[layout]
    names = page.xpath("//@id")

    assert sorted(set(names)) == sorted(names)
    for attribute in ("for", "aria-describedby", "aria-labelledby", "form"):
        for value in page.xpath(f"//@{attribute}"):
            assert set(value.split()) <= set(names), (attribute, value)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_control_has_a_name(pages, layout):
    page = pages[layout]
    labels = set(page.xpath("//label/@for"))

    for control in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        named = (
            control.get("aria-label")
            or control.get("id") in labels
            or control.xpath("ancestor::label")
        )
        assert named, html.tostring(control)
    for control in page.xpath("//button | //a"):
        assert control.get("aria-label") or control.text_content().strip(), html.tostring(control)


def test_what_changes_something_is_posted_with_a_token(portal):
    posting = portal.xpath("//form[@method='post']")

    assert len(posting) >= 5
    assert all(form.xpath("./input[@name='csrf_token']/@value") for form in posting)
    assert portal.xpath("//a[contains(@href, 'logout')]") == []


def test_a_field_ties_its_label_hint_and_error_together(app):
    page = parsed(posted(app, city="Liège"))
    street = by_id(page, "street")

    assert street.get("aria-describedby") == "street-hint street-error"
    assert street.get("aria-invalid") == "true"
    assert by_id(page, "street-error").text_content().strip() == "Enter the street."
    assert by_id(page, "city").get("value") == "Liège"
    assert by_id(page, "city").get("aria-invalid") is None
    assert page.findtext(".//title").startswith("Error:")


def test_the_error_summary_links_to_each_field_and_waits_for_the_focus(app):
    page = parsed(posted(app, mode="PIGEON"))
    (summary,) = page.xpath("//*[@role='alert' and @data-focus]")

    links = summary.xpath(".//a/@href")
    assert "#street" in links
    assert "#mode-0" in links
    assert summary.get("tabindex") == "-1"
    assert all(page.xpath("//*[@id=$name]", name=link[1:]) for link in links)


def test_a_hidden_field_is_written_once(portal):
    assert len(portal.xpath("//form[@action='/save']//input[@name='kept']")) == 1


def test_a_password_is_never_written_back(app):
    assert "demo-secret" not in posted(app, password="demo-secret")


def test_a_list_is_a_table_to_everybody_on_a_phone_too(portal):
    table = portal.xpath("//table[@role='table']")[0]

    assert table.xpath("./caption")
    assert table.xpath("./thead/tr/th[@aria-sort='descending']/a/@href") == ["/i?o=i"]
    assert all(row.get("role") == "row" for row in table.iter("tr"))
    assert all(cell.get("role") == "cell" for cell in table.iter("td"))
    assert all(cell.get("role") == "columnheader" for cell in table.iter("th"))
    assert "Issued" in table.xpath(".//td/@data-label")


def test_download_buttons_name_their_document_after_what_they_show(portal):
    names = portal.xpath("//td[@class='act']//a/@aria-label")

    assert "PDF 2026-001234" in names
    assert "XML CN-2026-00031" in names


def test_a_plot_says_its_point_and_offers_a_table(portal):
    plot = portal.xpath("//section[@aria-labelledby='months']")[0]

    sentence = plot.xpath(".//*[@role='img']/@aria-label")[0]
    assert "highest in November 2026" in sentence
    assert len(plot.xpath(".//details//tbody/tr")) == 12


def test_a_language_is_chosen_by_a_button_in_its_own_language(pages):
    for layout in ("portal", "auth", "backoffice"):
        buttons = pages[layout].xpath("//button[@name='language']")
        assert [button.get("lang") for button in buttons] == ["fr", "nl", "en", "de"]
        assert [button.get("value") for button in buttons if button.get("aria-current")] == ["en"]
        assert "Français" in buttons[0].text_content()
        assert pages[layout].xpath("//input[@name='next']/@value") == [f"/sink/{layout}"]


def test_the_back_office_says_for_whom_it_acts(pages):
    (strip,) = pages["backoffice"].xpath("//aside[@class='acting']")

    assert "Boulangerie Martin SRL" in strip.text_content()


def test_flash_messages_of_any_category_become_notes(app):
    with app.test_request_context():
        for category in ("ok", "bad", "success", "danger", "message"):
            flash(f"<b>{category}</b>", category)
        page = parsed(
            render_template_string("{% extends 'layouts/portal.html' %}", **page_context())
        )
    notes = page.xpath("//div[@class='flashes']/div")

    assert [note.get("class") for note in notes] == [
        f"note {kind}" for kind in ("ok", "bad", "ok", "bad", "info")
    ]
    assert [note.get("role") for note in notes] == ["status", "alert", "status", "alert", "status"]
    assert notes[0].text_content().strip() == "<b>ok</b>"


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page_needs_nothing_but_itself(app, code):
    page = parsed(app.test_client().get(f"/error/{code}").text)

    assert len(page.xpath("//h1")) == 1
    assert page.findtext(".//title").startswith(page.findtext(".//h1"))
    assert page.xpath("//main//a[@href]")
    assert "7f3a-11" in page.text_content()


def test_every_text_of_the_components_can_be_translated(app):
    found = {}
    for path in sorted(TEMPLATES.glob("*.html")) + sorted(TEMPLATES.glob("[cel]*/*.html")):
        tokens = app.jinja_env.lex(path.read_text("utf-8"))
        markup = "".join(text for _, kind, text in tokens if kind == "data")
        words = set(re.findall(r"\b[A-Z][a-z]{2,}", re.sub(r"<[^>]*>", " ", markup)))
        if words:
            found[path.name] = words
    assert found == {}

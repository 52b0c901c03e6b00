"""What an employer does: sign in, find, read and download invoices, keep the company's details right."""

import csv
import io
import re
from decimal import Decimal
from zipfile import ZipFile

import pytest
from flask import Flask
from lxml import etree
from playwright.sync_api import Page, expect

from app.domain.clock import today
from app.domain.identifiers import display_structured_communication
from app.models import Invoice
from tests import cast
from tests.e2e.browsing import PHONE, WIDE, Browse, Complaints, downloaded, enter, open_menu
from tests.e2e.labels import LANGUAGES, words_of

pytestmark = pytest.mark.browser

W = words_of("fr")
"""Claire reads French."""


def rows(page: Page):
    return page.get_by_role("table", name=W("Invoices and credit notes")).locator("tbody tr")


def side(page: Page):
    return page.get_by_role("navigation", name=W("Main"), exact=True)


def reference_of(invoice: Invoice) -> str:
    """The payment reference as people read it, between its plus signs."""
    return display_structured_communication(invoice.structured_communication or "")


def follow(page: Page, label: str) -> None:
    """Click a way of the side bar; a page of that name opens."""
    side(page).get_by_role("link", name=label, exact=True).click()


def search(page: Page, text: str) -> None:
    box = page.get_by_label(W("Search"), exact=True)
    box.fill(text)
    box.press("Enter")


@pytest.fixture
def claire(browse: Browse) -> Page:
    """At the list of her company's invoices."""
    page = browse(cast.CLAIRE)
    page.goto("/")
    follow(page, W("Invoices"))
    return page


@pytest.mark.every_database
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_claire_signs_in_finds_an_invoice_and_downloads_it(width, app: Flask, browse: Browse):
    invoice = cast.invoice(app, cast.MARTIN)
    page = browse(width=width)

    enter(page, cast.CLAIRE, W)
    expect(page).to_have_url(re.compile(rf"/c/{cast.company_id(app, cast.MARTIN)}/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Claire")
    page.get_by_role("link", name=W("Invoices"), exact=True).locator("visible=true").click()
    search(page, invoice.number)
    expect(rows(page)).to_have_count(1)
    name, pdf = downloaded(page, page.get_by_role("link", name=f"PDF {invoice.number}").click)
    assert name.endswith(".pdf")
    assert pdf.startswith(b"%PDF-")
    name, xml = downloaded(page, page.get_by_role("link", name=f"XML {invoice.number}").click)
    assert name.endswith(".xml")
    root = etree.fromstring(xml)
    assert etree.QName(root).localname == "Invoice"
    assert root.findtext("{*}ID") == invoice.number


def test_tabs_search_and_order_stand_in_the_address(app: Flask, claire: Page):
    late, newest = cast.overdue_invoice(app), cast.invoice(app, cast.MARTIN)
    tabs = claire.get_by_role("navigation", name=W("Status"))

    tabs.get_by_role("link", name=W("Overdue")).click()
    expect(claire).to_have_url(re.compile("tab=overdue"))
    expect(rows(claire)).to_have_count(1)
    expect(rows(claire)).to_contain_text(late.number)

    tabs.get_by_role("link", name=W("All")).click()
    amount = Decimal(abs(newest.signed_cents)) / 100
    search(claire, f"{amount:.2f}".replace(".", ","))
    expect(rows(claire).filter(has_text=newest.number)).to_have_count(1)

    search(claire, reference_of(newest))
    expect(rows(claire)).to_have_count(1)
    expect(rows(claire)).to_contain_text(newest.number)

    claire.get_by_role("link", name=W("Clear"), exact=True).click()
    rows_before = rows(claire).first.inner_text()
    claire.get_by_role("columnheader", name=W("Amount")).get_by_role("link").click()
    expect(claire).to_have_url(re.compile("order=-amount"))
    expect(claire.get_by_role("columnheader", name=W("Amount"))).to_have_attribute(
        "aria-sort", "descending"
    )
    assert rows(claire).first.inner_text() != rows_before


def test_the_way_back_from_an_invoice_keeps_the_filter(app: Flask, claire: Page):
    late = cast.overdue_invoice(app)

    claire.get_by_role("navigation", name=W("Status")).get_by_role(
        "link", name=W("Overdue")
    ).click()
    claire.get_by_role("link", name=late.number, exact=True).click()
    expect(claire.get_by_role("heading", level=1)).to_contain_text(late.number)
    expect(claire.get_by_text(reference_of(late))).to_be_visible()
    expect(claire.locator("figure svg")).to_be_visible()
    claire.get_by_role("navigation", name=W("Breadcrumb")).get_by_role("link").first.click()

    expect(claire).to_have_url(re.compile("tab=overdue"))
    expect(rows(claire)).to_have_count(1)
    claire.go_back()
    claire.go_back()
    expect(claire).to_have_url(re.compile("tab=overdue"))


def test_pages_lead_through_every_document(app: Flask, claire: Page):
    numbers = [one.number for one in cast.invoices(app, cast.MARTIN)]
    seen: list[str] = []

    while True:
        seen += claire.locator("td.first a").all_inner_texts()
        onward = claire.get_by_role("link", name=W("Next page"))
        if not onward.count():
            break
        onward.click()

    assert sorted(seen) == sorted(numbers)


def test_ticked_documents_come_as_one_archive(app: Flask, claire: Page):
    numbers = [one.number for one in cast.invoices(app, cast.MARTIN)[:3]]

    for number in numbers:
        claire.get_by_role("checkbox", name=number).check()
    expect(claire.get_by_role("status").filter(has_text="3")).to_be_visible()
    name, data = downloaded(claire, claire.get_by_role("button", name=W("Download as ZIP")).click)

    assert name.endswith(".zip")
    assert _documents_of(data) == sorted(numbers)


def test_a_whole_year_takes_two_clicks(app: Flask, claire: Page):
    year = today().year - 1
    numbers = [one.number for one in cast.invoices(app, cast.MARTIN) if one.issued_on.year == year]

    claire.locator("summary", has_text=W("Download a year")).click()
    name, data = downloaded(claire, claire.get_by_role("link", name=str(year), exact=True).click)

    assert str(year) in name
    assert _documents_of(data) == sorted(numbers)


def _documents_of(data: bytes) -> list[str]:
    """The numbers in the overview of an archive, each of which has its PDF and its XML."""
    with ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        overview, *files = archive.namelist()
        text = archive.read(overview).decode("utf-8-sig")
        numbers = [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")][1:]
        wanted = {f"{number}.{ending}" for number in numbers for ending in ("pdf", "xml")}
        beside = set(files) - wanted
        assert wanted <= set(files)
        assert all(W("Statement of account") in name for name in beside)  # of a whole period
    return sorted(numbers)


def test_a_credit_note_and_its_invoice_lead_to_each_other(app: Flask, claire: Page):
    note = cast.credit_note(app)

    claire.get_by_role("navigation", name=W("Status")).get_by_role(
        "link", name=W("Credit notes")
    ).click()
    claire.get_by_role("link", name=note.number, exact=True).click()
    related = claire.locator(
        "section", has=claire.get_by_role("heading", name=W("Related documents"))
    )
    related.get_by_role("link").click()
    expect(claire.get_by_role("heading", level=1)).not_to_contain_text(note.number)
    related.get_by_role("link", name=note.number).click()

    expect(claire.get_by_role("heading", level=1)).to_contain_text(note.number)


def test_claire_chooses_how_invoices_reach_namur(claire: Page):
    """Entry 1 of the help page, in the words of its French labels."""
    follow(claire, "Mon entreprise")
    follow(claire, "Adresses")
    claire.get_by_role("link", name="Modifier Namur", exact=True).click()
    for mode in ("E-MAIL", "PEPPOL", "PEPPOL + EMAIL"):
        expect(claire.get_by_text(mode, exact=True)).to_be_visible()
    claire.get_by_text("PEPPOL + EMAIL", exact=True).click()
    claire.get_by_role("button", name="Enregistrer", exact=True).click()

    expect(claire.get_by_role("status").first).to_be_visible()
    claire.get_by_role("link", name="Adresses", exact=True).first.click()
    card = claire.locator("section", has=claire.get_by_role("heading", name="Namur"))
    expect(card).to_contain_text("PEPPOL + EMAIL")
    history = claire.locator("aside")
    expect(history).to_contain_text("Claire Dubois")
    expect(history).to_contain_text("PEPPOL + EMAIL")


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "fr"])
def test_the_same_steps_lead_there_in_every_language(language, browse: Browse):
    words, page = words_of(language), browse(cast.CLAIRE, language=language)
    ways = page.get_by_role("navigation", name=words("Main"), exact=True)

    page.goto("/")
    ways.get_by_role("link", name=words("My company"), exact=True).click()
    ways.get_by_role("link", name=words("Addresses"), exact=True).click()
    page.get_by_role("link", name=f"{words('Edit')} Namur", exact=True).click()
    page.get_by_text("PEPPOL + EMAIL", exact=True).click()
    page.get_by_role("button", name=words("Save"), exact=True).click()

    expect(page.get_by_role("main")).to_contain_text("PEPPOL + EMAIL")
    expect(page.locator("aside")).to_contain_text("Claire Dubois")


def test_a_visitor_finds_the_way_to_a_new_password(browse: Browse):
    """Entry 4 and 7 of the help page, in the words of their French labels."""
    page = browse()
    page.goto("/")

    page.get_by_role("link", name="Mot de passe oublié", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Mot de passe oublié")
    contact = page.get_by_role("main").get_by_role("link", name="Prenez contact avec nos experts")
    expect(contact).to_be_visible()


def test_addresses_are_ticked_only_where_access_is_to_some_of_them(app: Flask, browse: Browse):
    page = browse(cast.CLAIRE)
    page.goto(f"/c/{cast.company_id(app, cast.MARTIN)}/company/access/add")
    namur = page.get_by_label("Namur", exact=True)

    expect(namur).to_be_hidden()
    page.get_by_text(W("Only some addresses"), exact=True).click()
    expect(namur).to_be_visible()
    page.get_by_text(W("All addresses"), exact=True).click()

    expect(namur).to_be_hidden()


def test_contacts_are_added_changed_removed_and_brought_back(claire: Page):
    follow(claire, W("My company"))
    follow(claire, W("Contacts"))
    table = claire.get_by_role("table", name=W("Contacts"))

    claire.get_by_role("link", name=W("Add a contact")).click()
    claire.get_by_label(W("Name")).first.fill("Zoé Comptable")
    claire.get_by_label(W("E-mail address")).fill("zoe@boulangerie-martin.example")
    claire.get_by_role("button", name=W("Save"), exact=True).click()
    expect(table).to_contain_text("Zoé Comptable")
    claire.get_by_role("link", name=f"{W('Edit')} Zoé Comptable").click()
    claire.get_by_label(W("Telephone")).fill("+32 4 000 10 09")
    claire.get_by_role("button", name=W("Save"), exact=True).click()
    expect(table.locator("tr", has_text="Zoé Comptable")).to_contain_text("+32 4 000 10 09")
    claire.get_by_role("link", name=f"{W('Remove')} Zoé Comptable").click()
    claire.get_by_role("button", name=f"{W('Remove')} Zoé Comptable").click()
    expect(table).not_to_contain_text("Zoé Comptable")
    claire.get_by_role("button", name=W("Undo")).click()

    expect(table).to_contain_text("Zoé Comptable")


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "fr"])
def test_switching_the_language_stays_on_the_page(language, claire: Page):
    claire.get_by_role("navigation", name=W("Status")).get_by_role("link", name=W("Paid")).click()

    open_menu(claire, re.compile("FR"))
    claire.locator(f"button[lang={language}]").click()

    expect(claire.locator("html")).to_have_attribute("lang", language)
    expect(claire).to_have_url(re.compile("tab=paid"))
    expect(claire.get_by_role("heading", level=1)).to_have_text(
        words_of(language)("Invoices and credit notes")
    )


def test_signing_out_closes_the_door(claire: Page):
    left = claire.url

    open_menu(claire, "Claire Dubois")
    claire.get_by_role("button", name=W("Sign out")).click()
    expect(claire.get_by_role("button", name=W("Sign in"), exact=True)).to_be_visible()
    claire.goto(left)

    expect(claire.get_by_label(W("Password"), exact=True)).to_be_visible()


def test_a_wrong_password_is_said_and_takes_the_focus(browse: Browse, complaints: Complaints):
    complaints.expect(401, 422)
    page = browse()

    enter(page, cast.CLAIRE, W, password="not the right one")

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label(W("E-mail address"), exact=True)).to_have_value(cast.CLAIRE)
    expect(page.get_by_label(W("Password"), exact=True)).to_have_value("")


def test_somebody_limited_to_an_address_sees_only_its_invoices(app: Flask, browse: Browse):
    page = browse(cast.LEA)
    namur = cast.address(app, "Namur")
    numbers = [one.number for one in cast.invoices(app, cast.MARTIN) if one.address_id == namur.id]

    page.goto("/")
    follow(page, W("Invoices"))
    expect(page.locator(".card-foot").last).to_contain_text(str(len(numbers)))
    assert set(page.locator("td.first a").all_inner_texts()) <= set(numbers)
    follow(page, W("My company"))
    follow(page, W("Addresses"))
    expect(page.get_by_role("heading", name="Namur")).to_be_visible()
    expect(page.get_by_text("Eupen")).to_have_count(0)


def test_ines_switches_between_her_companies(browse: Browse):
    page = browse(cast.INES)
    page.goto("/")

    for name in (cast.DUBOIS, cast.PEETERS, cast.MARTIN):
        page.locator("header details.several summary").click()
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator("header details.several summary")).to_contain_text(name)
        expect(page.get_by_role("main")).to_contain_text(name)


def test_another_companys_page_does_not_exist(app: Flask, browse: Browse, complaints: Complaints):
    complaints.expect(404)
    page = browse(cast.CLAIRE)

    for path in ("", "invoices", "company"):
        answer = page.goto(f"/c/{cast.company_id(app, cast.PEETERS)}/{path}")
        assert answer
        assert answer.status == 404
        expect(page.get_by_role("main")).not_to_contain_text("Peeters")


def test_a_reader_meets_no_button_that_changes_something(browse: Browse):
    page = browse(cast.VERA)
    page.goto("/")

    for way in ("My company", "Addresses", "Contacts"):
        follow(page, W(way))
        expect(page.get_by_role("main").get_by_role("link", name=W("Edit"))).to_have_count(0)
        expect(page.get_by_role("main").locator("form[method=post]")).to_have_count(0)

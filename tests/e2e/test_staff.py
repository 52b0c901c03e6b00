"""What the issuer's people do: serve their portfolio, read everything, keep users and the issuer."""

import re
from zipfile import ZipFile

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, Page, expect

from app.domain.einvoice import InvoiceKind
from app.models import Invoice
from tests import cast, imports
from tests.e2e.browsing import NARROWEST, PHONE, WIDE, Browse, Complaints, downloaded, enter
from tests.e2e.labels import words_of
from tests.e2e.looking import barriers, sideways
from tests.payments import Entry, Part, statement

pytestmark = pytest.mark.browser

FR, EN = words_of("fr"), words_of("en")
HUY = "Fleuriste Nouvelle SRL"


def main(page: Page):
    return page.get_by_role("main")


def follow(page: Page, label: str) -> None:
    page.get_by_role("navigation", name=FR("Main"), exact=True).get_by_role(
        "link", name=label, exact=True
    ).click()


def tab(page: Page, label: str) -> None:
    """Open a tab of the company that the page stands at."""
    main(page).locator("nav.seg").get_by_role("link", name=label, exact=True).click()


def fill(page: Page, *, button: str = FR("Save"), **answers: str) -> None:
    """Fill in a form by the names of its fields, and send it."""
    for name, value in answers.items():
        field = page.locator(f"main [name={name}]")
        if field.evaluate("one => one.localName") == "select":
            field.select_option(label=value)
        else:
            field.fill(value)
    main(page).get_by_role("button", name=button, exact=True).click()


def say(page: Page, sentence: str) -> None:
    expect(main(page).get_by_role("status").first).to_contain_text(sentence)


def look_for(page: Page, text: str) -> None:
    """Type into the box at the top of every page."""
    box = page.get_by_role("searchbox", name=FR("Search companies, people and invoices"))
    box.fill(text)
    box.press("Enter")


@pytest.fixture
def marc(browse: Browse) -> Page:
    page = browse(cast.MARC)
    page.goto("/")
    return page


@pytest.mark.every_database
@pytest.mark.parametrize("width", [WIDE, PHONE, NARROWEST])
def test_the_issuers_name_is_readable_at_the_top(browse: Browse, width: int):
    page = browse(cast.MARC, width=width)
    page.goto("/backoffice/")

    name = page.locator("header.top .brand span")
    is_cut = "one => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight"
    assert not name.evaluate(is_cut), name.inner_text()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_marc_signs_in_searches_and_edits_a_company(width, browse: Browse):
    page = browse(width=width)

    enter(page, cast.MARC, FR)
    expect(page).to_have_url(re.compile("/backoffice/"))
    look_for(page, "0990.200.249")
    main(page).get_by_role("link", name=cast.MARTIN, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(cast.MARTIN)
    main(page).get_by_role("link", name=f"{FR('Edit')} {cast.MARTIN}").click()
    fill(page, phone="+32 4 000 99 99")

    say(page, FR("Changes saved."))
    expect(page.get_by_text("+32 4 000 99 99")).to_be_visible()
    tab(page, FR("Time line"))
    expect(main(page)).to_contain_text("Marc Manager")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("martin", cast.MARTIN),
        ("claire@boulangerie-martin.example", "Claire Dubois"),
        ("F-20", "F-20"),
    ],
)
def test_one_box_finds_companies_people_and_invoices(text, found, marc: Page):
    look_for(marc, text)

    expect(main(marc).locator("td.first").filter(has_text=found).first).to_be_visible()


def test_marc_opens_a_company_with_an_address_a_contact_and_somebody_invited(marc: Page):
    follow(marc, FR("Companies"))
    main(marc).get_by_role("link", name=FR("Add"), exact=True).click()
    fill(marc, name=HUY, enterprise_number="0990.700.689", street="Rue des Fleurs 1",
         postcode="4500", city="Huy")  # fmt: skip
    expect(main(marc)).to_contain_text(HUY)
    if marc.get_by_role("heading", level=1).inner_text() != HUY:
        main(marc).get_by_role("link", name=HUY, exact=True).click()

    _add(
        marc,
        FR("Addresses"),
        name="Magasin de Huy",
        street="Rue du Pont 2",
        postcode="4500",
        city="Huy",
    )
    _add(marc, FR("Contacts"), name="Flore Nouvelle", email="flore@fleuriste.example")
    _add(
        marc,
        FR("Invitations"),
        button=FR("Send the invitations"),
        emails="flore@fleuriste.example",
        role=FR("Administrator of the company"),
    )

    tab(marc, FR("Time line"))
    for text in ("Magasin de Huy", "Flore Nouvelle", "flore@fleuriste.example"):
        expect(main(marc)).to_contain_text(text)


def _add(page: Page, label: str, *, button: str = FR("Save"), **answers: str) -> None:
    """Add something at the company whose tabs are open, and come back to them."""
    tab(page, label)
    main(page).get_by_role("link", name=FR("Add"), exact=True).click()
    fill(page, button=button, **answers)
    expect(main(page)).to_contain_text(next(iter(answers.values())))


def test_marc_imports_an_archive_after_a_look_at_the_report(app: Flask, marc: Page, tmp_path):
    invoice = imports.document(cast.companies.MARTIN, "N-1")
    note = imports.document(cast.companies.MARTIN, "N-2", kind=InvoiceKind.CREDIT_NOTE)
    other = imports.document(cast.companies.PEETERS, "N-3")
    path = tmp_path / "november.zip"
    with ZipFile(path, "w") as archive:
        for number, content in enumerate((invoice, note, other, b"<no")):
            archive.writestr(f"{number}.xml", content)

    follow(marc, FR("Imports"))
    main(marc).get_by_role("link", name=FR("Import invoices")).click()
    marc.get_by_label(FR("XML files or a ZIP file")).set_input_files(path)
    main(marc).get_by_role("button", name=FR("Check the files")).click()
    expect(marc.get_by_role("heading", level=1)).to_have_text(FR("Check the report"))
    assert not imports.count(app, Invoice, number="N-1")
    assert not sideways(marc, PHONE) + barriers(marc) + sideways(marc, WIDE) + barriers(marc)
    main(marc).get_by_role("button", name=re.compile("2")).click()

    rows = main(marc).locator("tbody tr")
    expect(rows.filter(has_text="N-1")).to_contain_text(cast.MARTIN)
    expect(rows.filter(has_text="N-2")).to_contain_text(FR("Created"))
    assert imports.count(app, Invoice, number="N-1") == 1
    assert not imports.count(app, Invoice, number="N-3")
    assert not sideways(marc, PHONE) + barriers(marc) + sideways(marc, WIDE) + barriers(marc)
    _replace_refused(app, marc, tmp_path)
    look_for(marc, "N-1")
    main(marc).get_by_role("link", name="N-1", exact=True).click()
    _name, xml = downloaded(marc, main(marc).get_by_role("link", name="XML N-1").click)
    assert xml == invoice


def _replace_refused(app: Flask, marc: Page, tmp_path) -> None:
    """Repair the damaged file of the import that the page shows."""
    corrected = tmp_path / "corrected.xml"
    corrected.write_bytes(imports.document(cast.companies.MARTIN, "N-4"))
    main(marc).get_by_role("link", name=re.compile("3.xml")).click()
    assert not sideways(marc, PHONE) + barriers(marc) + sideways(marc, WIDE) + barriers(marc)
    marc.get_by_label(FR("Corrected XML file")).set_input_files(corrected)
    main(marc).get_by_role("button", name=FR("Replace it")).click()
    expect(main(marc)).to_contain_text(FR("Repaired"))
    assert imports.count(app, Invoice, number="N-4") == 1


def test_marc_imports_a_statement_and_says_what_an_unknown_payer_paid(app: Flask, marc: Page):
    invoice = cast.overdue_invoice(app)
    entries = (
        Entry(
            "60.00", reference="A", parts=(Part(structured=str(invoice.structured_communication)),)
        ),
        Entry("40.00", reference="B", parts=(Part(text="merci", payer="Qui Donc SA"),)),
    )
    file = FilePayload(name="a.xml", mimeType="text/xml", buffer=statement(*entries))

    follow(marc, FR("Payments"))
    main(marc).get_by_role("link", name=FR("Import payments")).click()
    marc.locator("main input[type=file]").set_input_files(file)
    main(marc).get_by_role("button", name=FR("Check the files")).click()
    expect(main(marc).locator("tbody tr").first).to_contain_text(invoice.number)
    assert not sideways(marc, PHONE) + barriers(marc) + sideways(marc, WIDE) + barriers(marc)
    main(marc).locator("form.actions button").click()
    expect(marc.get_by_role("heading", level=1)).to_have_text(FR("Payments imported"))
    assert not sideways(marc, PHONE) + barriers(marc) + sideways(marc, WIDE) + barriers(marc)

    main(marc).get_by_role("link", name=FR("View what is unallocated")).click()
    row = main(marc).locator("tbody tr", has_text="Qui Donc SA")
    row.get_by_role("link").click()
    main(marc).get_by_role("link", name=FR("Allocate to an invoice"), exact=True).click()
    look = marc.get_by_label(FR("Number begins with, or structured communication"))
    look.fill(invoice.number)
    look.press("Enter")
    main(marc).get_by_role("link", name=f"{FR('Choose')} {invoice.number}").click()
    marc.locator("main [name=reason]").fill("Confirmé par téléphone")
    main(marc).get_by_role("button", name=FR("Allocate"), exact=True).click()

    say(marc, FR("The payment is allocated to %(number)s.", number=invoice.number))
    assert cast.overdue_invoice(app).open_cents == invoice.open_cents - 10_000
    main(marc).get_by_role("button", name=FR("Undo the last step"), exact=True).click()
    say(marc, FR("Undone."))
    assert cast.overdue_invoice(app).open_cents == invoice.open_cents - 6_000


def test_another_portfolio_is_invisible(app: Flask, marc: Page, complaints: Complaints):
    complaints.expect(404)
    follow(marc, FR("Companies"))
    expect(main(marc)).to_contain_text(cast.DUBOIS)
    expect(main(marc)).not_to_contain_text("Peeters")
    look_for(marc, "peeters")
    expect(main(marc).locator("td.first")).to_have_count(0)

    answer = marc.goto(f"/backoffice/companies/show/{cast.company_id(app, cast.PEETERS)}")

    assert answer
    assert answer.status == 404


@pytest.mark.every_database
def test_ana_reads_everything_and_finds_no_way_to_change_it(browse: Browse):
    page = browse()
    enter(page, cast.ANA, FR)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    ways = page.get_by_role("navigation", name=EN("Main"), exact=True).get_by_role("link")

    for label in ways.all_inner_texts():
        ways.filter(has_text=label).first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for change in ("Add", "Edit", "Delete", "Import invoices", "Assign"):
            named = re.compile(rf"^{EN(change)}( |$)")
            expect(main(page).get_by_role("link", name=named)).to_have_count(0)
        expect(main(page).locator("form[method=post]")).to_have_count(0)


def test_ana_filters_the_audit_trail(browse: Browse):
    page = browse(cast.ANA, language="en")
    page.goto("/")
    page.get_by_role("link", name=EN("Audit trail"), exact=True).click()

    page.get_by_label(EN("Company"), exact=True).fill("peeters")
    page.get_by_label(EN("Company"), exact=True).press("Enter")
    companies = main(page).locator(f"td[data-label={EN('Company')}]")
    expect(companies.first).to_have_text(cast.PEETERS)
    assert set(companies.all_inner_texts()) == {cast.PEETERS}
    main(page).locator("td.first a").first.click()

    expect(main(page)).to_contain_text(EN("Reference of the request"))


@pytest.mark.every_database
def test_sofia_adds_a_user_gives_a_portfolio_and_renames_the_issuer(browse: Browse):
    page = browse()
    enter(page, cast.SOFIA, FR)

    follow(page, FR("Users"))
    main(page).get_by_role("link", name=FR("Add"), exact=True).click()
    fill(page, email="olga@issuer.example", first_name="Olga", last_name="Nouvelle")
    expect(main(page)).to_contain_text("olga@issuer.example")
    follow(page, FR("Portfolios"))
    main(page).get_by_role("link", name=FR("Add"), exact=True).click()
    page.locator("main select[name=company]").select_option(label=cast.LAMBERT)
    nora = page.locator("main select[name=manager] option", has_text="Nora").inner_text()
    page.locator("main select[name=manager]").select_option(label=nora)
    fill(page)
    expect(main(page).locator("tr", has_text=cast.LAMBERT)).to_contain_text("Nora")
    follow(page, FR("Issuer"))
    fill(page, name="Titres Nouveaux SA")

    expect(page.locator("header")).to_contain_text("Titres Nouveaux SA")

"""Companies, addresses and contacts as an account manager keeps them."""

import pytest
from sqlalchemy import select

from app.domain.audit import AuditAction
from app.models import Company, Portfolio
from app.security.cross_company import cross_company
from tests import cast
from tests.web.backoffice.trail import events

NEW_COMPANY = {
    "name": "Menuiserie Leroy SRL",
    "enterprise_number": "0990.700.791",
    "vat_status": "LIABLE",
    "language": "fr",
    "street": "Rue du Bois 1",
    "postcode": "4000",
    "city": "Liège",
    "country": "BE",
}
NEW_ADDRESS = {
    "name": "Verviers",
    "city": "Verviers",
    "country": "BE",
    "delivery_mode": "EMAIL",
    "billing_emails": "Compta@boulangerie-martin.example\nverviers@boulangerie-martin.example",
}


def form_of(page: str) -> str:
    """The version that a form carries."""
    return page.split('name="seen" value="')[1].partition('"')[0]


def test_a_company_is_opened_with_an_address_and_joins_the_portfolio(app, marc):
    answer = marc.post("/backoffice/companies/add", NEW_COMPANY)

    assert answer.status_code == 303, answer.text
    assert "Menuiserie Leroy SRL" in marc.get("/backoffice/companies/list/").text
    assert cast.company(app, "Menuiserie Leroy SRL").enterprise_key == "0990700791"
    created = events(app, AuditAction.COMPANY_CREATED)[0]
    assert (created.target_label, created.actor_name) == ("Menuiserie Leroy SRL", "Marc Manager")
    with app.app_context(), cross_company("a test") as session:
        owner = (
            select(Portfolio.manager_id).join(Company).where(Company.name == created.target_label)
        )
        assert session.scalars(owner).all() == [cast.user(app, cast.MARC).id]


def test_a_number_that_another_company_has_is_said_beside_the_number(app, marc):
    number = cast.company(app, cast.PEETERS).enterprise_number
    answer = marc.post("/backoffice/companies/add", {**NEW_COMPANY, "enterprise_number": number})

    assert answer.status_code == 422
    assert "enterprise_number-error" in answer.text
    assert cast.PEETERS not in answer.text
    assert "Menuiserie Leroy SRL" in answer.text, "what was typed is kept"
    assert "Menuiserie" not in marc.get("/backoffice/companies/list/").text


@pytest.mark.parametrize("missing", ["name", "vat_status"])
def test_a_company_without_what_it_needs_is_refused(marc, missing):
    answer = marc.post("/backoffice/companies/add", {**NEW_COMPANY, missing: ""})

    assert answer.status_code == 422
    assert f'id="{missing}-error"' in answer.text


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("country", "XX"), ("country", ""), ("language", "xx"), ("name", "x" * 201)],
)
def test_values_that_cannot_be_are_refused(marc, field, wrong):
    assert marc.post("/backoffice/companies/add", {**NEW_COMPANY, field: wrong}).status_code == 422


def test_the_keys_of_a_company_follow_its_numbers(app, marc):
    martin = cast.company(app, cast.MARTIN)
    path = f"/backoffice/companies/edit/{martin.public_id}"
    seen = form_of(marc.get(path).text)
    changed = {**NEW_COMPANY, "name": cast.MARTIN, "seen": seen, "vat_number": "BE 0990.700.791"}

    assert marc.post(path, changed).status_code == 303

    after = cast.company(app, cast.MARTIN)
    assert (after.enterprise_key, after.vat_key) == ("0990700791", "BE0990700791")
    changes = events(app, AuditAction.COMPANY_CHANGED)[0].changes
    assert changes["enterprise_number"] == [martin.enterprise_number, "0990.700.791"]


def test_the_second_of_two_who_edit_a_company_is_told(app, marc):
    path = f"/backoffice/companies/edit/{cast.company_id(app, cast.MARTIN)}"
    seen = form_of(marc.get(path).text)
    values = {**NEW_COMPANY, "name": cast.MARTIN, "seen": seen}
    assert marc.post(path, values).status_code == 303

    answer = marc.post(path, {**values, "city": "Huy"})

    assert answer.status_code == 422
    assert cast.company(app, cast.MARTIN).city == "Liège"


def test_an_address_is_added_at_its_company_with_who_gets_the_invoices(app, marc):
    martin = cast.company_id(app, cast.MARTIN)
    page = marc.get(f"/backoffice/addresses/add?company={martin}").text
    assert f'<option value="{martin}" selected>' in page

    answer = marc.post("/backoffice/addresses/add", {**NEW_ADDRESS, "company": str(martin)})

    assert answer.status_code == 303, answer.text
    address = cast.address(app, "Verviers")
    shown = marc.get(f"/backoffice/addresses/show/{address.public_id}").text
    assert "compta@boulangerie-martin.example, verviers@boulangerie-martin.example" in shown
    assert not address.is_default
    assert events(app, AuditAction.ADDRESS_CREATED)[0].changes["city"] == [None, "Verviers"]


def test_an_address_at_a_company_of_another_portfolio_is_refused(app, marc):
    peeters = cast.company_id(app, cast.PEETERS)

    answer = marc.post("/backoffice/addresses/add", {**NEW_ADDRESS, "company": str(peeters)})

    assert answer.status_code == 422
    assert 'id="company-error"' in answer.text


def test_an_edited_address_leaves_what_it_was_in_the_trail(app, marc):
    namur = cast.address(app, "Namur")
    path = f"/backoffice/addresses/edit/{namur.public_id}"
    page = marc.get(path).text
    values = {**NEW_ADDRESS, "name": "Namur", "seen": form_of(page), "delivery_mode": "PEPPOL"}

    assert marc.post(path, values).status_code == 303

    changes = events(app, AuditAction.ADDRESS_CHANGED)[0].changes
    assert changes["delivery_mode"] == ["EMAIL", "PEPPOL"]
    assert changes["city"] == [namur.city, "Verviers"]


def test_a_wrong_e_mail_address_is_named(app, marc):
    path = f"/backoffice/addresses/edit/{cast.address(app, 'Namur').public_id}"
    seen = form_of(marc.get(path).text)
    values = {**NEW_ADDRESS, "seen": seen, "billing_emails": "good@martin.example, not-an-address"}

    answer = marc.post(path, values)

    assert answer.status_code == 422
    assert "not-an-address" in answer.text
    assert cast.address(app, "Namur").city == "Namur"


def test_an_address_is_archived_and_restored(app, marc):
    key = cast.address(app, "Namur").public_id
    asked = marc.post(f"/backoffice/addresses/action/archive/{key}")
    assert asked.status_code == 200
    assert cast.address(app, "Namur").archived_at is None, "it asks first"

    marc.post(f"/backoffice/addresses/action/archive/{key}", {"confirmed": "1"})
    assert cast.address(app, "Namur").archived_at is not None
    assert "/action/restore/" in marc.get(f"/backoffice/addresses/show/{key}").text

    marc.post(f"/backoffice/addresses/action/restore/{key}")
    assert cast.address(app, "Namur").archived_at is None


def test_the_default_address_is_not_archived(app, marc):
    key = cast.address(app, "Liège").public_id
    marc.post(f"/backoffice/addresses/action/archive/{key}", {"confirmed": "1"})

    assert cast.address(app, "Liège").archived_at is None
    assert "/action/archive/" not in marc.get(f"/backoffice/addresses/show/{key}").text


def test_another_address_becomes_the_default_one(app, marc):
    key = cast.address(app, "Eupen").public_id
    marc.post(f"/backoffice/addresses/action/make_default/{key}")

    assert cast.address(app, "Eupen").is_default
    assert not cast.address(app, "Liège").is_default


def test_a_contact_is_added_changed_and_removed(app, marc):
    martin, namur = cast.company_id(app, cast.MARTIN), cast.address(app, "Namur")
    person = {
        "company": str(martin),
        "name": "Zoé Zimmer",
        "topic": "INVOICES",
        "email": "zoe@boulangerie-martin.example",
        "address": str(namur.public_id),
    }
    assert marc.post("/backoffice/contacts/add", person).status_code == 303
    added = next(one for one in cast.contacts(app, cast.MARTIN) if one.name == "Zoé Zimmer")
    assert added.address_id == namur.id

    path = f"/backoffice/contacts/edit/{added.public_id}"
    seen = form_of(marc.get(path).text)
    assert marc.post(path, {**person, "seen": seen, "topic": "IT"}).status_code == 303
    assert events(app, AuditAction.CONTACT_CHANGED)[0].changes == {"topic": ["INVOICES", "IT"]}

    assert "Zoé Zimmer" in marc.get(f"/backoffice/contacts/delete/{added.public_id}").text
    assert marc.post(f"/backoffice/contacts/delete/{added.public_id}").status_code == 303
    assert "Zoé Zimmer" not in {one.name for one in cast.contacts(app, cast.MARTIN)}
    assert events(app, AuditAction.CONTACT_REMOVED)[0].changes["name"] == ["Zoé Zimmer", None]


def test_a_contact_does_not_stand_at_an_address_of_another_company(app, marc):
    dubois = cast.company_id(app, cast.DUBOIS)
    namur = cast.address(app, "Namur").public_id
    person = {"company": str(dubois), "name": "Mixed", "topic": "IT", "address": str(namur)}

    answer = marc.post("/backoffice/contacts/add", {**person, "email": "a@b.example"})

    assert answer.status_code == 422
    assert 'id="address-error"' in answer.text


def test_at_a_company_the_page_says_whose_it_is_and_leads_to_the_rest(app, marc):
    martin = cast.company_id(app, cast.MARTIN)
    page = marc.get(f"/backoffice/contacts/list/?_flt_1_company_id={martin}").text

    assert 'class="acting"' in page
    assert f"/backoffice/timeline/{martin}" in page
    assert f"/backoffice/contacts/add?company={martin}" in page
    assert cast.DUBOIS not in page


def test_a_list_is_narrowed_to_companies_by_name(marc):
    page = marc.get("/backoffice/addresses/list/?_flt_0_company_id=dubois").text

    assert cast.DUBOIS in page
    assert "Namur" not in page


def test_a_form_without_its_token_changes_nothing(app, marc):
    answer = marc.client.post("/backoffice/companies/add", data=NEW_COMPANY)

    assert answer.status_code == 400
    assert "Menuiserie" not in marc.get("/backoffice/companies/list/").text

"""Who may open which screen, and that nothing of another portfolio shows anywhere."""

from uuid import uuid4

import pytest

from tests import cast

LISTS = {
    "companies": "/backoffice/companies/list/",
    "addresses": "/backoffice/addresses/list/",
    "contacts": "/backoffice/contacts/list/",
    "memberships": "/backoffice/memberships/list/",
    "invitations": "/backoffice/invitations/list/",
    "invoices": "/backoffice/invoices/list/",
    "payments": "/backoffice/payments/list/",
    "documents": "/backoffice/documents/list/",
    "imports": "/backoffice/imports/list/",
    "users": "/backoffice/users/list/",
    "portfolios": "/backoffice/portfolios/list/",
    "audit": "/backoffice/audit/list/",
}
OF_COMPANIES = (
    "companies",
    "addresses",
    "contacts",
    "memberships",
    "invitations",
    "invoices",
    "payments",
    "documents",
)
OF_THE_PLATFORM = ("users", "portfolios", "audit")
CHANGED_BY_MANAGERS = ("companies", "addresses", "contacts", "memberships")
FOREIGN = (cast.PEETERS, cast.LAMBERT, cast.SIMON, cast.PIETER, "Brouwerij")


@pytest.fixture
def records(app):
    """A record of Boulangerie Martin on each screen, by its public id."""
    return {
        "companies": cast.company_id(app, cast.MARTIN),
        "addresses": cast.address(app, "Namur").public_id,
        "contacts": cast.contacts(app, cast.MARTIN)[0].public_id,
        "memberships": cast.membership(app, cast.LEA, cast.MARTIN).public_id,
        "invoices": cast.invoice(app, cast.MARTIN).public_id,
    }


@pytest.mark.parametrize("email", [cast.MARC, cast.ANA])
@pytest.mark.parametrize("screen", [*OF_COMPANIES, "imports"])
def test_managers_and_auditors_list_what_belongs_to_companies(browser, email, screen):
    assert browser(email).get(LISTS[screen]).status_code == 200


@pytest.mark.parametrize("email", [cast.SOFIA, cast.ANA])
@pytest.mark.parametrize("screen", OF_THE_PLATFORM)
def test_administrators_and_auditors_list_people_portfolios_and_events(browser, email, screen):
    assert browser(email).get(LISTS[screen]).status_code == 200


@pytest.mark.parametrize("screen", OF_THE_PLATFORM)
def test_a_manager_does_not_see_how_the_platform_is_run(marc, screen):
    assert marc.get(LISTS[screen]).status_code == 403


@pytest.mark.parametrize("screen", [*OF_COMPANIES, "imports"])
def test_an_administrator_does_not_read_what_is_a_companys(sofia, screen):
    assert sofia.get(LISTS[screen]).status_code == 403


@pytest.mark.parametrize("path", [*LISTS.values(), "/backoffice/", "/backoffice/search"])
def test_an_employer_has_no_back_office(browser, path):
    assert browser(cast.CLAIRE).get(path).status_code == 403


@pytest.mark.parametrize("path", [*LISTS.values(), "/backoffice/", "/backoffice/issuer/"])
def test_a_visitor_is_asked_to_sign_in(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.location) == (302, f"/login?next={path}")


@pytest.mark.parametrize("screen", OF_COMPANIES)
def test_no_list_names_a_company_of_another_portfolio(marc, screen):
    page = marc.get(LISTS[screen]).text

    assert cast.MARTIN in page
    assert [name for name in FOREIGN if name in page.replace(cast.INES, "")] == []


@pytest.mark.parametrize(
    "screen", ["companies", "addresses", "contacts", "memberships", "invoices"]
)
def test_a_record_of_another_portfolio_does_not_exist(browser, records, screen):
    nora, marc = browser(cast.NORA), browser(cast.MARC)
    base = LISTS[screen].removesuffix("/list/")

    assert marc.get(f"{base}/show/{records[screen]}").status_code == 200
    assert nora.get(f"{base}/show/{records[screen]}").status_code == 404


@pytest.mark.parametrize("screen", CHANGED_BY_MANAGERS)
def test_a_record_of_another_portfolio_cannot_be_changed(browser, records, screen):
    nora = browser(cast.NORA)
    path = f"{LISTS[screen].removesuffix('/list/')}/edit/{records[screen]}"

    assert nora.get(path).status_code == 404
    assert nora.post(path, {"name": "Mine now"}).status_code == 404


@pytest.mark.parametrize("screen", ["contacts", "memberships"])
def test_a_record_of_another_portfolio_cannot_be_deleted(browser, records, screen):
    path = f"{LISTS[screen].removesuffix('/list/')}/delete/{records[screen]}"

    assert browser(cast.NORA).post(path).status_code == 404
    assert browser(cast.MARC).get(path).status_code == 200


@pytest.mark.parametrize(
    "screen", ["addresses", "contacts", "memberships", "invoices", "documents"]
)
def test_a_list_at_a_company_of_another_portfolio_does_not_exist(app, browser, screen):
    martin = cast.company_id(app, cast.MARTIN)
    path = f"{LISTS[screen]}?_flt_1_company_id={martin}"

    assert browser(cast.MARC).get(path).status_code == 200
    assert browser(cast.NORA).get(path).status_code == 404


@pytest.mark.parametrize("screen", ["addresses", "contacts", "invitations"])
def test_pickers_offer_companies_of_the_own_portfolio_only(app, marc, screen):
    base = LISTS[screen].removesuffix("/list/")
    form = marc.get(f"{base}/add").text
    found = marc.get(f"{base}/lookup/company?q=").json["options"]

    assert cast.MARTIN in form
    assert cast.PEETERS not in form
    assert {one["label"] for one in found} == {cast.MARTIN, cast.DUBOIS}


def test_an_address_picker_needs_to_know_the_company(app, marc):
    martin = cast.company_id(app, cast.MARTIN)
    peeters = cast.company_id(app, cast.PEETERS)
    picker = "/backoffice/contacts/lookup/address"

    assert marc.get(picker).json["options"] == []
    assert marc.get(f"{picker}?company={peeters}").json["options"] == []
    names = {one["label"] for one in marc.get(f"{picker}?company={martin}").json["options"]}
    assert "Namur" in names


@pytest.mark.parametrize("screen", CHANGED_BY_MANAGERS)
def test_an_auditor_changes_nothing(ana, records, screen):
    base, key = LISTS[screen].removesuffix("/list/"), records[screen]

    assert ana.get(f"{base}/show/{key}").status_code == 200
    paths = [f"{base}/edit/{key}", *([] if screen == "memberships" else [f"{base}/add"])]
    for path in paths:
        assert ana.get(path).status_code == 403
        assert ana.post(path, {"name": "Audited"}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/backoffice/contacts/delete/{contacts}",
        "/backoffice/memberships/delete/{memberships}",
        "/backoffice/memberships/addresses/{memberships}",
        "/backoffice/addresses/action/archive/{addresses}",
        "/backoffice/addresses/action/make_default/{addresses}",
    ],
)
def test_an_auditor_does_not_act_either(ana, records, path):
    assert ana.post(path.format(**records), {"confirmed": "1"}).status_code == 403


@pytest.mark.parametrize("path", ["/backoffice/users/add", "/backoffice/portfolios/add"])
def test_an_auditor_names_nobody(ana, path):
    assert ana.get(path).status_code == 403
    assert ana.post(path).status_code == 403


def test_an_auditor_does_not_see_buttons_that_would_refuse(ana, records):
    page = ana.get(f"/backoffice/addresses/show/{records['addresses']}").text

    assert "/edit/" not in page
    assert "/action/" not in page
    assert "/companies/add" not in ana.get(LISTS["companies"]).text


@pytest.mark.parametrize(
    "question",
    [
        "_oc_{view}=bogus&_od_{view}=asc",
        "page_{view}=abc",
        "psize_{view}=abc",
        "_cur_{view}=nonsense",
        "_flt_9_company_id=1",
        "_flt_0_nothing=1",
    ],
)
@pytest.mark.parametrize("screen", LISTS)
def test_an_address_that_makes_no_sense_is_refused_not_a_failure(ana, screen, question):
    view = {
        "companies": "CompanyView",
        "addresses": "CompanyAddressView",
        "contacts": "CompanyContactView",
        "memberships": "MembershipView",
        "invitations": "InvitationScreen",
        "invoices": "CompanyInvoiceView",
        "payments": "PaymentView",
        "documents": "DocumentView",
        "imports": "ImportBatchView",
        "users": "UserView",
        "portfolios": "PortfolioView",
        "audit": "AuditEventView",
    }[screen]
    question = question.format(view=view)
    if question.startswith("_oc_"):
        question = question.replace("bogus", "password")

    assert ana.get(f"{LISTS[screen]}?{question}").status_code == 400


@pytest.mark.parametrize("key", ["1", "abc", "%00", "../x"])
@pytest.mark.parametrize("screen", ["companies", "addresses", "invoices", "memberships", "users"])
def test_a_record_that_cannot_be_is_not_found(ana, screen, key):
    base = LISTS[screen].removesuffix("/list/")

    assert ana.get(f"{base}/show/{key}").status_code in {400, 404}
    assert ana.get(f"{base}/show/{uuid4()}").status_code == 404


@pytest.mark.parametrize("value", ["abc", "1", "' or 1=1"])
def test_a_company_filter_that_is_no_public_id_is_refused(ana, value):
    assert ana.get(f"{LISTS['contacts']}?_flt_1_company_id={value}").status_code == 400

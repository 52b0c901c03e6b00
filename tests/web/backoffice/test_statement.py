"""The statement of account at the back-office: for who serves the company, and for auditors."""

import pytest

from tests import cast


def url(app, ending="", company=cast.MARTIN, query="?period=12m"):
    return f"/backoffice/statements/{cast.company_id(app, company)}{ending}{query}"


@pytest.mark.parametrize("email", [cast.MARC, cast.ANA])
def test_who_serves_the_company_and_auditors_read_it(app, browser, email):
    reader = browser(email)
    page = reader.get(url(app))

    newest = cast.invoice(app, cast.MARTIN)
    assert page.status_code == 200
    assert f"/backoffice/invoices/show/{newest.public_id}" in page.text
    assert reader.get(url(app, ".pdf")).data.startswith(b"%PDF-")
    assert newest.number in reader.get(url(app, ".csv")).data.decode("utf-8-sig")


def test_an_administrator_of_the_platform_reads_no_account(app, sofia):
    for ending in ("", ".pdf", ".csv"):
        assert sofia.get(url(app, ending)).status_code == 403


def test_who_serves_others_finds_none(app, browser):
    nora = browser(cast.NORA)
    for ending in ("", ".pdf", ".csv"):
        assert nora.get(url(app, ending)).status_code == 404


@pytest.mark.parametrize("email", [cast.CLAIRE, cast.LEA])
def test_an_employer_has_another_way(app, browser, email):
    assert browser(email).get(url(app)).status_code == 403


def test_the_page_of_the_company_leads_to_it(app, marc):
    martin = cast.company_id(app, cast.MARTIN)
    page = marc.get(f"/backoffice/companies/show/{martin}")

    assert f'href="/backoffice/statements/{martin}"' in page.text


def test_money_of_nobody_is_in_no_account(app, marc):
    from datetime import date

    from app.security.cross_company import cross_company
    from app.services.allocations import NewPayment, record_payment

    with app.app_context(), cross_company("a test") as session:
        new = NewPayment(
            None, 123_456, "EUR", date(2026, 1, 5), "test", communication="whose is this"
        )
        record_payment(session, new)
        session.commit()

    assert "whose is this" not in marc.get(url(app, ".csv")).data.decode()


def test_files_are_in_the_language_of_the_company(app, marc):
    lines = marc.get(url(app, ".csv")).data.decode("utf-8-sig").splitlines()

    assert "Solde initial" in lines[1]
    assert "Opening balance" in marc.get(url(app)).text


def test_a_mangled_period_is_refused(app, marc):
    assert marc.get(url(app, query="?period=x")).status_code == 400

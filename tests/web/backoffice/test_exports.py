"""The back-office's invoice list as a file: what its filters show, of the companies that the reader sees."""

import re

import pytest

from tests import cast
from tests.sheets import rows_of_csv, sheets_of

LIST = "/backoffice/invoices"
COMPANY, CUSTOMER, NUMBER = range(3)


def shown(browser, query):
    """The numbers that the list shows, page by page."""
    page, seen = browser.get(f"{LIST}/list/{query}"), []
    assert page.status_code == 200
    while True:
        seen += re.findall(r'<a class="key" href="[^"]+">([^<]+)</a>', page.text)
        following = re.search(r'<a href="([^"]+)" rel="next">', page.text)
        if not following:
            return seen
        page = browser.get(following[1].replace("&amp;", "&"))


def file_of(browser, query="", ending="csv"):
    answer = browser.get(f"{LIST}/export.{ending}{query}")
    assert answer.status_code == 200
    return rows_of_csv(answer.data) if ending == "csv" else sheets_of(answer.data)[0]


QUERIES = (
    "",
    "?_flt_0_company_id=Martin",
    "?_flt_0_number=20",
    "?_flt_0_kind=CREDIT_NOTE",
    "?_flt_0_payment_state=PAID",
    "?_flt_0_due_on=1",
    "?_flt_0_issued_on=2026-01-01&_flt_1_issued_on=2026-09-30",
    "?_flt_0_payment_state=OPEN&_flt_0_kind=INVOICE",
    "?_oc_CompanyInvoiceView=issued_on&_od_CompanyInvoiceView=asc",
    "?_flt_0_number=no-such",
)


@pytest.mark.parametrize("query", QUERIES)
def test_a_file_holds_what_the_list_shows_in_its_order(marc, query, monkeypatch):
    monkeypatch.setattr("app.services.exports.rows.ROWS_A_PAGE", 7)
    table = file_of(marc, query)

    assert table[0][:3] == ["Company", "Customer number", "Number"]
    assert [row[NUMBER] for row in table[1:]] == shown(marc, query)
    assert [row[NUMBER] for row in file_of(marc, query, "xlsx")] == [row[NUMBER] for row in table]


def test_a_list_at_a_company_is_a_file_of_that_company(app, marc):
    dubois = cast.company_id(app, cast.DUBOIS)

    assert {row[COMPANY] for row in file_of(marc, f"?_flt_1_company_id={dubois}")[1:]} <= {
        cast.DUBOIS
    }
    elses = cast.company_id(app, cast.PEETERS)
    assert marc.get(f"{LIST}/export.csv?_flt_1_company_id={elses}").status_code == 404


def test_an_account_manager_gets_the_portfolio_and_an_auditor_everything(marc, ana):
    mine, everything = file_of(marc)[1:], file_of(ana)[1:]

    assert {row[COMPANY] for row in mine} <= {cast.MARTIN, cast.DUBOIS}
    assert {cast.MARTIN, cast.PEETERS} <= {row[COMPANY] for row in everything}


def test_the_list_leads_to_its_file_with_its_filters(marc):
    page = marc.get(f"{LIST}/list/?_flt_0_number=20&_flt_0_kind=INVOICE")

    assert f"{LIST}/export.csv?_flt_0_number=20&amp;_flt_0_kind=INVOICE" in page.text
    assert "/backoffice/exports" in page.text


@pytest.mark.parametrize("query", ["?_flt_0_nothing=1", "?_flt_9_number=1", "?_flt_0_kind=X"])
def test_a_filter_of_no_list_is_none_of_a_file(marc, query):
    assert marc.get(f"{LIST}/export.csv{query}").status_code == 400


def test_an_administrator_reads_no_invoices_as_a_file(sofia):
    assert sofia.get(f"{LIST}/export.csv").status_code == 403
    assert sofia.get("/backoffice/exports").status_code == 403


@pytest.mark.parametrize("email", [cast.MARC, cast.ANA])
def test_a_long_list_is_made_by_a_worker(browser, run_jobs, monkeypatch, email):
    monkeypatch.setattr("app.views.export_sending.MOST_ROWS_AT_ONCE", 2)
    one = browser(email)
    offer = one.get(f"{LIST}/export.csv?_flt_0_kind=INVOICE")
    assert offer.mimetype == "text/html"

    page = one.post(f"{LIST}/export.csv?_flt_0_kind=INVOICE").location
    run_jobs()
    table = rows_of_csv(one.get(f"{page}/file").data)

    assert page.startswith("/backoffice/exports/")
    assert [row[NUMBER] for row in table[1:]] == shown(one, "?_flt_0_kind=INVOICE")
    assert one.get(page).status_code == 200
    assert page in one.get("/backoffice/exports").text
    assert one.post(f"{page}/delete").status_code == 303
    assert one.get(page).status_code == 404


def test_only_the_one_who_asked_finds_it(browser, marc, run_jobs, monkeypatch):
    monkeypatch.setattr("app.views.export_sending.MOST_ROWS_AT_ONCE", 2)
    page = marc.post(f"{LIST}/export.csv").location
    run_jobs()

    for email in (cast.NORA, cast.ANA):
        other = browser(email)
        assert other.get(page).status_code == 404
        assert other.get(f"{page}/file").status_code == 404
        assert page not in other.get("/backoffice/exports").text


def test_who_lost_a_company_since_does_not_get_its_rows(app, marc, run_jobs, monkeypatch):
    from sqlalchemy import delete

    from app.models import Portfolio
    from app.security.cross_company import cross_company

    monkeypatch.setattr("app.views.export_sending.MOST_ROWS_AT_ONCE", 2)
    page = marc.post(f"{LIST}/export.csv").location
    run_jobs()
    assert marc.get(f"{page}/file").status_code == 200

    martin = cast.company(app, cast.MARTIN).id
    with app.app_context(), cross_company("a test") as session:
        session.execute(delete(Portfolio).where(Portfolio.company_id == martin))
        session.commit()

    assert marc.get(f"{page}/file").status_code == 404

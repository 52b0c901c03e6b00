"""The statement of account in the portal: whose, of which period, as a page, as PDF and as CSV."""

import csv
import io
import re
from datetime import date

import pypdf
import pytest

from app.domain.clock import today
from tests import cast
from tests.web.statements import statements


@pytest.fixture
def claire(client):
    client.token = cast.sign_in(client, cast.CLAIRE, language="en")
    return client


def url(client, ending="", query="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/invoices/statement{ending}{query}"


def rows_of(answer):
    text = answer.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def cents(text):
    return int(text.replace(",", "").replace(".", ""))


def balance_of(rows, what):
    return next(cents(row[-1]) for row in rows if row[2] == what)


@pytest.mark.parametrize("email", [cast.CLAIRE, cast.BRUNO, cast.VERA, cast.INES])
def test_who_sees_every_invoice_sees_the_statement(client, email):
    cast.sign_in(client, email)

    page = client.get(url(client, query="?period=12m"))
    assert page.status_code == 200
    assert cast.invoice(client, cast.MARTIN).number in page.text
    assert client.get(url(client, ".pdf")).data.startswith(b"%PDF-")
    assert client.get(url(client, ".csv")).status_code == 200


@pytest.mark.parametrize("email", [cast.PIETER, cast.MARC, cast.ANA, cast.SOFIA])
@pytest.mark.parametrize("ending", ["", ".pdf", ".csv"])
def test_others_find_no_statement(client, email, ending):
    cast.sign_in(client, email)

    assert client.get(url(client, ending)).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get(url(client)).status_code == 302


def test_somebody_of_some_addresses_is_told_why_there_is_none(client):
    cast.sign_in(client, cast.LEA, language="en")
    page = client.get(url(client))

    assert page.status_code == 200
    assert "limited to some of its addresses" in page.text
    assert "tab=open" in page.text
    assert "€" not in page.text
    assert client.get(url(client, ".pdf")).status_code == 403
    assert client.get(url(client, ".csv")).status_code == 403


@pytest.mark.parametrize(("email", "is_offered"), [(cast.VERA, True), (cast.LEA, False)])
def test_home_and_list_lead_to_it(client, email, is_offered):
    cast.sign_in(client, email)
    base = f"/c/{cast.company_id(client, cast.MARTIN)}"

    for page in (f"{base}/", f"{base}/invoices"):
        assert (f'href="{base}/invoices/statement"' in client.get(page).text) is is_offered


def test_lines_lead_to_their_documents_and_back(claire):
    page = claire.get(url(claire, query="?period=12m"))
    link = re.search(r'href="(/c/[^"]+/invoices/[0-9a-f-]{36}\?next=[^"]+)"', page.text)[1]
    document = claire.get(link.replace("&amp;", "&"))

    assert document.status_code == 200
    assert "/invoices/statement?period=12m" in document.text


def test_each_period_can_be_asked_for_in_the_address(claire):
    year = today().year
    for query, first in (
        ("", date(year, 1, 1)),
        (f"?period={year - 1}", date(year - 1, 1, 1)),
        (f"?period={year - 1}-Q2", date(year - 1, 4, 1)),
        (f"?period={year - 1}-03", date(year - 1, 3, 1)),
        (f"?period=days&from={year - 1}-05-06&to={year - 1}-07-08", date(year - 1, 5, 6)),
        (f"?period=days&to={year - 1}-07-08", date(year - 1, 1, 1)),
    ):
        rows = rows_of(claire.get(url(claire, ".csv", query)))
        assert rows[1][1] == f"{first:%d/%m/%Y}", query
        assert claire.get(url(claire, query=query)).status_code == 200


def test_days_the_wrong_way_round_are_turned(claire):
    rows = rows_of(claire.get(url(claire, ".csv", "?period=days&from=2026-03-02&to=2026-01-05")))

    assert rows[1][1] == "05/01/2026"


@pytest.mark.parametrize(
    "query",
    [
        "?period=x", "?period=2026-Q5", "?period=0001", "?period=٢٠٢٦", "?period=days&from=x",
        "?period=days&from=0001-01-01&to=0001-01-20", "?period=days&to=9999-12-31",
    ],
)  # fmt: skip
def test_a_mangled_period_is_refused(claire, query):
    for ending in ("", ".pdf", ".csv"):
        assert claire.get(url(claire, ending, query)).status_code == 400


def test_a_period_that_is_not_over_ends_today(claire):
    year = today().year
    for query in (f"?period={year}", f"?period={year + 1}", f"?period=days&to={year + 3}-01-01"):
        rows = rows_of(claire.get(url(claire, ".csv", query)))
        closing = next(row for row in rows if row[2] == "Closing balance")
        assert closing[1] == f"{today():%d/%m/%Y}"


def test_years_follow_each_other_and_end_at_what_is_open(claire):
    year = today().year
    last_year = rows_of(claire.get(url(claire, ".csv", f"?period={year - 1}")))
    this_year = rows_of(claire.get(url(claire, ".csv")))
    is_open = sum(one.open_cents for one in cast.invoices(claire, cast.MARTIN))

    assert balance_of(last_year, "Closing balance") == balance_of(this_year, "Opening balance")
    assert balance_of(this_year, "Closing balance") == is_open
    assert balance_of(this_year, "Credit to use") < 0


def test_the_file_is_named_after_company_and_period_in_the_readers_language(client):
    cast.sign_in(client, cast.CLAIRE, language="nl")
    header = client.get(url(client, ".pdf", "?period=2025")).headers["Content-Disposition"]

    assert "attachment" in header
    assert "Rekeningoverzicht%202025-01-01%202025-12-31.pdf" in header


def test_the_pdf_says_what_the_page_says(claire):
    pdf = claire.get(url(claire, ".pdf", "?period=12m"))
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.data)).pages)

    assert pdf.mimetype == "application/pdf"
    assert pdf.headers["X-Content-Type-Options"] == "nosniff"
    for expected in (cast.MARTIN, cast.ISSUER, cast.invoice(claire, cast.MARTIN).number):
        assert expected in text
    assert claire.get(url(claire, ".pdf", "?period=12m")).data == pdf.data


def test_a_pdf_that_cannot_be_drawn_leads_back_to_the_page(claire, monkeypatch):
    from app.domain.ports import RenderingFailed
    from app.views import statement_page

    def broken(*_args, **_kwargs):
        raise RenderingFailed(reason="a test")

    monkeypatch.setattr(statement_page, "statement_pdf", broken)
    answer = claire.get(url(claire, ".pdf", "?period=2025"))

    assert answer.status_code == 303
    assert answer.location.endswith("/invoices/statement?period=2025")
    assert "The PDF could not be made" in claire.get(answer.location).text


def test_a_long_page_says_what_it_leaves_out(claire, monkeypatch):
    from app.views import statement_page

    whole = len(rows_of(claire.get(url(claire, ".csv", "?period=12m"))))
    monkeypatch.setattr(statement_page, "MOST_SHOWN", 3)
    page = claire.get(url(claire, query="?period=12m")).text

    assert page.count("<tr") < whole
    assert "The page shows the first 3 of" in page
    assert "more lines: see the statement as CSV" in page


def test_the_page_takes_few_statements(claire, app):
    address = url(claire, query="?period=2025")
    claire.get(address)
    with statements(app) as seen:
        claire.get(address)

    own = [one for one in seen if one.startswith("SELECT") and "login_session" not in one]
    assert len([one for one in own if "set_config" not in one]) <= 1 + 5


def test_a_company_without_anything_has_a_statement_of_nothing(client, app):
    from sqlalchemy import delete

    from app.models import Allocation, Document, Invoice, InvoiceContent, Payment, PrecedingInvoice
    from app.security.cross_company import cross_company

    owner = cast.company(client, cast.DUBOIS).id
    with app.app_context(), cross_company("a test") as session:
        for table in (Allocation, Payment, Document, PrecedingInvoice, InvoiceContent, Invoice):
            session.execute(delete(table).where(table.company_id == owner))
        session.commit()
    cast.sign_in(client, cast.INES, language="en")

    assert "0,00" in client.get(url(client, company=cast.DUBOIS)).text
    assert client.get(url(client, ".pdf", company=cast.DUBOIS)).data.startswith(b"%PDF-")

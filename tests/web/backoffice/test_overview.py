"""The first page of the back-office: the work list of whoever reads it, and plots with their tables."""

import re

import pytest
from sqlalchemy import update

from app.models import ChangeRequest, Company, ImportBatch, Payment, Portfolio
from app.security.cross_company import cross_company
from tests import cast
from tests.web.backoffice.test_statements import taken

HOME = "/backoffice/"


def change(app, statement):
    with app.app_context(), cross_company("a test") as session:
        session.execute(statement)
        session.commit()


def test_open_change_requests_wait_for_the_manager_of_the_company_and_the_auditor(
    app, marc, ana, browser
):
    link = "/backoffice/change-requests/list/?_flt_0_state=OPEN"
    for reader in (marc, ana):
        page = reader.get(HOME).text
        assert "1 change that an employer asks for waits for a decision." in page
        assert link in page
    assert link not in browser(cast.NORA).get(HOME).text
    assert "Filles" in marc.get(link).text

    change(app, update(ChangeRequest).values(state="REFUSED"))
    change(app, update(Payment).values(left_cents=0))
    page = marc.get(HOME).text
    assert link not in page
    assert "Nothing waits for anybody" in page


def test_refused_documents_of_the_own_imports_are_counted_and_listed(app, marc, ana, browser):
    marcs = cast.user(app, cast.MARC).id
    change(app, update(ImportBatch).values(started_by_id=marcs, refused_count=3))
    link = "/backoffice/imports/list/?_flt_0_refused_count=1"
    for reader in (marc, ana):
        page = reader.get(HOME).text
        assert "3 documents were refused by imports of the last 30 days." in page
        assert link in page
    assert link not in browser(cast.NORA).get(HOME).text
    assert re.search(r'class="num">3<|>3</td>', marc.get(link).text)

    change(app, update(ImportBatch).values(refused_count=0))
    assert "Nothing here" in marc.get(link).text or "Nothing matches" in marc.get(link).text
    assert marc.get("/backoffice/imports/list/?_flt_0_refused_count=2").status_code == 400


def test_companies_that_nobody_serves_are_the_administrators_and_the_auditors(marc, ana, sofia):
    for reader in (ana, sofia):
        assert "Nobody serves 2 companies." in reader.get(HOME).text
    assert "Nobody serves" not in marc.get(HOME).text
    assert "Assign" in sofia.get(HOME).text


def test_an_administrator_sees_neither_plots_nor_requests(sofia):
    page = sofia.get(HOME).text

    assert '<svg class="plot"' not in page
    assert "change-requests" not in page


@pytest.mark.parametrize("title", ["Invoiced per month", "Paid in time", "Open amount by age"])
def test_a_plot_has_a_sentence_and_a_table(marc, ana, title):
    for reader in (marc, ana):
        page = reader.get(HOME).text
        assert title in page
        assert f'<caption class="vh">{title}</caption>' in page
    assert re.search(r'role="img" aria-label="Paid in time, [^"]+ in all; lowest in ', page)


def test_a_manager_without_companies_finds_a_whole_page(app, browser):
    from sqlalchemy import delete

    change(app, delete(Portfolio))
    page = browser(cast.NORA).get(HOME)

    assert page.status_code == 200
    assert "Nothing to show yet" in page.text


def test_more_companies_take_no_more_statements(app, marc, ana, sofia):
    before = [taken(app, reader, HOME) for reader in (marc, ana, sofia)]
    marcs = cast.user(app, cast.MARC).id
    with app.app_context(), cross_company("a test") as session:
        for number in range(40):
            company = Company(name=f"Company {number}", language="fr", country="BE")
            session.add(company)
            session.flush()
            session.add(Portfolio(company_id=company.id, manager_id=marcs))
        session.commit()

    assert [taken(app, reader, HOME) for reader in (marc, ana, sofia)] == before

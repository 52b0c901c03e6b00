"""A list as a file, and a file that is made beside the page: asked for, watched, downloaded, deleted."""

import io
from zipfile import ZipFile

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.domain.clock import today
from tests import cast
from tests.e2e.browsing import Browse, downloaded, go
from tests.e2e.labels import words_of
from tests.mails import last_mail
from tests.sheets import rows_of_csv, sheets_of

pytestmark = pytest.mark.browser

W = words_of("fr")


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if two documents were too many to be sent at once."""
    monkeypatch.setattr("app.views.export_sending.MOST_ROWS_AT_ONCE", 2)
    monkeypatch.setattr("app.views.portal.selection.MOST_DOCUMENTS_AT_ONCE", 2)
    monkeypatch.setattr("app.views.export_pages.REFRESH_S", 1)


def choose(page: Page, label: str) -> None:
    """A way out of the list, from its menu."""
    way = page.get_by_role("link", name=label, exact=True)
    if not way.is_visible():
        page.get_by_role("main").locator("summary", has_text=W("Export")).click()
    way.click()


def at_list(browse: Browse, *, scripts: bool = True) -> Page:
    page = browse(cast.CLAIRE, scripts=scripts)
    page.goto("/")
    go(page, W("Invoices"))
    return page


@pytest.mark.every_database
def test_the_filtered_list_comes_as_a_file(app: Flask, browse: Browse):
    page = at_list(browse)
    page.get_by_role("link", name=W("Credit notes")).first.click()
    notes = [one.number for one in cast.invoices(app, cast.MARTIN) if one.is_credit_note]

    name, data = downloaded(page, lambda: choose(page, W("This list as CSV")))
    assert name.endswith(".csv")
    assert [row[0] for row in rows_of_csv(data)[1:]] == notes
    _name, data = downloaded(page, lambda: choose(page, W("This list for Excel")))
    assert [row[0] for row in sheets_of(data)[0][1:]] == notes


@pytest.mark.every_database
@pytest.mark.usefixtures("few_at_once")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_year_is_made_beside_the_page_and_downloaded(
    app: Flask, browse: Browse, run_jobs, scripts: bool
):
    page = at_list(browse, scripts=scripts)
    year = today().year - 1
    page.get_by_role("main").locator("summary", has_text=W("Download a year")).click()
    page.get_by_role("link", name=str(year), exact=True).click()
    page.get_by_role("button", name=W("Make the file")).click()
    expect(page.get_by_role("progressbar")).to_be_visible()

    run_jobs()
    button = page.get_by_role("link", name=W("Download"))
    expect(button).to_be_visible()  # nobody has loaded the page again

    _name, data = downloaded(page, button.click)
    theirs = [one for one in cast.invoices(app, cast.MARTIN) if one.issued_on.year == year]
    with ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == 3 + 2 * len(theirs)  # with the index and the statement
    [link] = [one for one in last_mail(app, cast.CLAIRE).links if "/exports/" in one]
    assert link.endswith(page.url.split("/exports/")[1])

    page.get_by_role("link", name=W("Delete")).click()
    page.get_by_role("button", name=W("Delete")).click()
    expect(page.get_by_role("main")).to_contain_text(W("No files yet"))

"""How many statements the pages of the back-office take, and that rows and roles do not add any."""

from typing import TYPE_CHECKING

import pytest

from app.domain.clock import today
from app.models import Contact
from app.security.cross_company import cross_company
from tests import cast
from tests.web.statements import statements

if TYPE_CHECKING:
    from flask import Flask

LISTS = (
    "companies",
    "addresses",
    "contacts",
    "memberships",
    "invoices",
    "documents",
    "imports",
    "change-requests",
)
MOST = 5 + 2


def taken(app: "Flask", browser, path: str) -> int:
    """Statements of a page that has been opened before, without those of the connection."""
    browser.get(path)
    with statements(app) as seen:
        assert browser.get(path).status_code == 200
    asked = [one for one in seen if not one.startswith(("SELECT set_config", "PRAGMA"))]
    return len(asked)


@pytest.mark.parametrize("email", [cast.MARC, cast.ANA])
@pytest.mark.parametrize("screen", LISTS)
def test_a_list_takes_few_statements(app, browser, email, screen):
    assert taken(app, browser(email), f"/backoffice/{screen}/list/") <= MOST


@pytest.mark.parametrize("screen", ["users", "portfolios", "audit"])
def test_an_administrators_list_takes_few_statements(app, sofia, screen):
    assert taken(app, sofia, f"/backoffice/{screen}/list/") <= MOST


def test_a_list_at_a_company_takes_few_statements(app, marc):
    martin = cast.company_id(app, cast.MARTIN)

    assert taken(app, marc, f"/backoffice/invoices/list/?_flt_1_company_id={martin}") <= MOST


def test_more_rows_take_no_more_statements(app, marc):
    path = "/backoffice/contacts/list/?psize_CompanyContactView=100"
    before = taken(app, marc, path)
    martin = cast.company(app, cast.MARTIN)
    with app.app_context(), cross_company("a test") as session:
        for number in range(40):
            session.add(Contact(company_id=martin.id, name=f"Contact {number}"))
        session.commit()

    assert taken(app, marc, path) == before


def test_a_search_takes_few_statements(app, marc, ana):
    for text in ("martin", "0990.200.249", cast.CLAIRE, f"F-{today().year}", "nothing@all"):
        assert taken(app, marc, f"/backoffice/search?q={text}") <= 2 + 6
        assert taken(app, ana, f"/backoffice/search?q={text}") <= 2 + 6


@pytest.mark.parametrize("page", ["show", "timeline"])
def test_a_companys_page_takes_few_statements(app, marc, page):
    martin = cast.company_id(app, cast.MARTIN)
    path = {
        "show": f"/backoffice/companies/show/{martin}",
        "timeline": f"/backoffice/timeline/{martin}",
    }

    assert taken(app, marc, path[page]) <= MOST


def test_the_first_page_takes_few_statements(app, marc, ana, sofia):
    for reader in (marc, ana, sofia):
        assert taken(app, reader, "/backoffice/") <= 2 + 8

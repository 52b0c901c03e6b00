"""The settings of the issuer."""

import pytest

from app.domain.audit import AuditAction
from tests import cast
from tests.web.backoffice.trail import events

PATH = "/backoffice/issuer/"


def filled_in(browser, **change):
    page = browser.get(PATH).text
    values = {
        name: page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
        for name in ("name", "contact_email", "sender_name", "sender_email", "seen")
    }
    return {**values, "languages": ["fr", "nl"], "default_language": "nl", **change}


def test_an_administrator_names_the_issuer_anew_and_every_page_says_so(app, sofia):
    answer = sofia.post(PATH, filled_in(sofia, name="Titres Nouveaux SA"))

    assert answer.status_code == 303, answer.text
    assert "Titres Nouveaux SA" in sofia.get("/account").text
    event = events(app, AuditAction.ISSUER_CHANGED)[0]
    assert event.changes["name"] == [cast.ISSUER, "Titres Nouveaux SA"]
    assert event.changes["languages"][1] == ["fr", "nl"]


def test_pages_offer_the_languages_that_the_issuer_offers(sofia):
    assert 'value="de"' in sofia.get("/backoffice/").text

    sofia.post(PATH, filled_in(sofia))

    page = sofia.get("/backoffice/").text
    assert 'value="nl"' in page
    assert 'value="de"' not in page


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", ""),
        ("contact_email", "nonsense"),
        ("sender_email", ""),
        ("contact_phone", "call me"),
        ("default_language", "de"),
        ("default_language", "xx"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(app, sofia, field, wrong):
    before = len(events(app, AuditAction.ISSUER_CHANGED))

    answer = sofia.post(PATH, filled_in(sofia, **{field: wrong}))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert len(events(app, AuditAction.ISSUER_CHANGED)) == before


def test_the_second_of_two_administrators_is_told(sofia):
    first = filled_in(sofia, name="First")
    second = {**first, "name": "Second"}

    assert sofia.post(PATH, first).status_code == 303
    assert sofia.post(PATH, second).status_code == 422


@pytest.mark.parametrize("email", [cast.MARC, cast.ANA, cast.CLAIRE])
def test_nobody_else_sets_up_the_issuer(browser, email):
    other = browser(email)

    assert other.get(PATH).status_code == 403
    assert other.post(PATH, {"name": "Mine"}).status_code == 403

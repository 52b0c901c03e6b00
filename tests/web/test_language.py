"""The language: whose choice it is, and that changing it takes a form and goes nowhere else."""

import re

import pytest
from sqlalchemy import select, update

from tests.cast import CLAIRE, PIETER
from tests.web.signing_in import form_token, sign_in, sign_out


def language(answer):
    found = re.search(r'<html lang="(\w+)"', answer.text)
    return found[1] if found else None


def choose(client, code, path="/", **data):
    token = form_token(client, path)
    return client.post("/language", data={"language": code, "csrf_token": token, **data})


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [
        ("nl-BE,nl;q=0.9,en;q=0.5", "nl"),
        ("de-AT", "de"),
        ("en-GB", "en"),
        ("es,it", "fr"),
        ("", "fr"),
        ("*", "fr"),
        ("nonsense;;q=x", "fr"),
    ],
)
def test_a_visitor_reads_what_the_browser_asks_for(client, accepted, shown):
    assert language(client.get("/", headers={"Accept-Language": accepted})) == shown


def test_a_choice_stays_and_the_page_too(client):
    answer = choose(client, "nl", next="/forgot?a=1")

    assert (answer.status_code, answer.location) == (303, "/forgot?a=1")
    assert language(client.get("/", headers={"Accept-Language": "de"})) == "nl"


def test_somebody_signed_in_has_it_on_every_device(client, app):
    from app.extensions import db
    from app.models import PortalUser

    sign_in(client, CLAIRE)
    choose(client, "de", "/account")

    assert language(client.get("/account")) == "de"
    other = app.test_client()
    sign_in(other, CLAIRE)
    assert language(other.get("/account")) == "de"
    with app.app_context():
        kept = db.session.scalar(select(PortalUser.language).where(PortalUser.email == CLAIRE))
    assert kept == "de"


def test_after_signing_out_the_language_is_still_the_persons(client):
    sign_in(client, PIETER, headers={"Accept-Language": "en"})
    sign_out(client)

    assert language(client.get("/", headers={"Accept-Language": "en"})) == "nl"


@pytest.mark.parametrize("code", ["", "es", "FR", "fr' --", "../../etc"])
def test_a_language_we_do_not_speak_is_refused(client, code):
    assert choose(client, code).status_code == 400


def test_a_cookie_with_something_else_is_ignored(client):
    client.set_cookie("language", "xx")

    assert language(client.get("/", headers={"Accept-Language": "nl"})) == "nl"


def test_it_takes_a_post_with_a_token(client):
    assert client.get("/language").status_code == 405
    assert client.post("/language", data={"language": "nl"}).status_code == 400


def test_the_issuer_decides_which_languages_there_are(client, app):
    from app.models import IssuerSetting
    from app.security.cross_company import cross_company
    from app.services.issuer import forget_issuer_card

    with app.app_context(), cross_company("a test changes the issuer") as session:
        chosen = {"languages": ["nl", "en"], "default_language": "nl"}
        session.execute(update(IssuerSetting).values(**chosen))
        session.commit()
    forget_issuer_card()
    client.get("/")

    page = client.get("/", headers={"Accept-Language": "de"})
    assert language(page) == "nl"
    assert re.findall(r'name="language" value="(\w+)"', page.text) == ["nl", "en"]
    assert choose(client, "de").status_code == 400


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_it_leads_to_pages_of_ours_only(client, target):
    assert choose(client, "nl", next=target).location == "/"

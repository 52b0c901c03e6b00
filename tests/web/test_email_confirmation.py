"""The link to a new e-mail address: looked at without harm, used by its button, on any device."""

import pytest
from sqlalchemy import select

from app.views.request_log import masked
from tests import cast
from tests.cast import CLAIRE, PIETER
from tests.web.signing_in import form_token, read_english, sign_in

NEW = "claire.dubois@elsewhere.example"


@pytest.fixture
def claire(client):
    sign_in(client, CLAIRE)
    read_english(client)
    return client


@pytest.fixture
def link(claire, app):
    return asked(claire, app, NEW)


@pytest.fixture
def phone(app):
    """A browser in which nobody is signed in."""
    browser = app.test_client()
    browser.set_cookie("language", "en")
    return browser


def asked(browser, app, email):
    """Ask for an address, and open the mail."""
    from app.extensions import db
    from app.models import Token
    from app.services.tokens import secret_of

    data = {"email": email, "csrf_token": form_token(browser, "/account/email")}
    assert browser.post("/account/email", data=data).status_code == 303
    with app.app_context():
        newest = select(Token).where(Token.email == email).order_by(Token.id.desc()).limit(1)
        token = db.session.scalars(newest).one()
        return f"/account/email/{secret_of(token, secret_key=str(app.secret_key))}"


def confirm(browser, link):
    return browser.post(link, data={"csrf_token": form_token(browser, link)})


def test_looking_says_whose_account_gets_which_address_and_changes_nothing(link, phone, app):
    for _ in range(3):
        page = phone.get(link)
        assert page.status_code == 200
    assert "Claire Dubois" in page.text
    assert NEW in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert phone.head(link).status_code == 200
    assert cast.user(app, CLAIRE)


def test_another_device_confirms_without_being_signed_in_by_it(link, phone, claire, app):
    answer = confirm(phone, link)

    assert (answer.status_code, answer.location) == (303, "/login")
    assert f"From now on you sign in with {NEW}" in phone.get("/login").text
    assert phone.get("/account").status_code == 302
    assert cast.user(app, NEW).first_name == "Claire"
    assert sign_in(app.test_client(), NEW).status_code == 303
    assert sign_in(app.test_client(), CLAIRE).status_code == 422


def test_confirming_ends_the_sessions_elsewhere(link, phone, claire):
    confirm(phone, link)

    assert claire.get("/account").status_code == 302


def test_who_confirms_where_they_are_signed_in_stays_signed_in(link, claire, app):
    other = app.test_client()
    sign_in(other, CLAIRE)
    answer = confirm(claire, link)

    assert answer.location == "/account"
    assert NEW in claire.get("/account").text
    assert other.get("/account").status_code == 302


def test_in_the_browser_of_somebody_else_it_concerns_its_owner_alone(link, app, claire):
    pieter = app.test_client()
    sign_in(pieter, PIETER)

    assert confirm(pieter, link).location == "/login"
    assert PIETER in pieter.get("/account").text
    assert claire.get("/account").status_code == 302


def test_a_link_that_was_used_says_so(link, phone, app):
    confirm(phone, link)
    again = phone.get(link)

    assert again.status_code == 410
    assert "This link no longer works" in again.text
    data = {"csrf_token": form_token(phone)}
    assert phone.post(link, data=data).status_code == 410


@pytest.mark.parametrize("secret", ["x", "x" * 43, "..%2f..", "%00", "é" * 60, "x" * 4000])
def test_a_link_that_never_existed_answers_like_a_used_one(phone, secret):
    assert phone.get(f"/account/email/{secret}").status_code in {404, 410}


def test_an_address_taken_meanwhile_is_said_to_its_reader_only(claire, phone, app):
    link = asked(claire, app, PIETER)
    answer = confirm(phone, link)

    assert answer.status_code == 409
    assert "Somebody already signs in with this e-mail address" in answer.text
    assert cast.user(app, CLAIRE).first_name == "Claire"


def test_a_form_of_another_site_confirms_nothing(link, phone, app):
    assert phone.post(link).status_code == 400
    headers = {"Sec-Fetch-Site": "cross-site"}
    data = {"csrf_token": form_token(phone, link)}
    assert phone.post(link, data=data, headers=headers).status_code == 400
    assert cast.user(app, CLAIRE)


def test_the_secret_is_not_in_the_log(link, phone, caplog):
    caplog.set_level("INFO")
    confirm(phone, link)

    assert link.rsplit("/", 1)[1] not in masked(caplog.text)

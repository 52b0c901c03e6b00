"""A fresh sign-in before sensitive acts: asked again when it is old, with what was typed kept."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.cast import CLAIRE, PASSWORD
from tests.web.signing_in import form_token, sign_in

ACT = "/account/confirm"


@pytest.fixture
def stale(client, app):
    """Claire's browser, in which she signed in a quarter of an hour ago."""
    sign_in(client, CLAIRE)
    client.set_cookie("language", "en")
    grow_old(app)
    return client


def grow_old(app, minutes=15):
    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession

    with app.app_context():
        db.session.execute(
            update(LoginSession).values(authenticated_at=now() - timedelta(minutes=minutes))
        )
        db.session.commit()


def carried(page):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


def test_a_page_that_asks_leads_through_the_confirmation_and_back(stale):
    page = stale.get("/account/confirm?next=/account")
    assert page.status_code == 200
    assert 'autocomplete="current-password"' in page.text

    answer = stale.post("/account/confirm", data=carried(page) | {"confirm_password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account")


def test_who_is_fresh_is_led_on_without_being_asked(client):
    sign_in(client, CLAIRE)

    assert client.get("/account/confirm?next=/account").location == "/account"


def test_the_confirmation_leads_to_pages_of_ours_only(stale):
    page = stale.get("/account/confirm?next=//elsewhere.example")

    data = carried(page) | {"confirm_password": PASSWORD, "next": "//elsewhere.example"}
    assert stale.post("/account/confirm", data=data).location == "/account"


def test_the_session_has_another_token_afterwards(stale, app):
    before = stale.get_cookie("sid").value
    data = {"confirm_password": PASSWORD, "csrf_token": form_token(stale, ACT)}
    stale.post("/account/confirm", data=data)

    assert stale.get_cookie("sid").value != before
    assert stale.get("/account").status_code == 200
    copy = app.test_client()
    copy.set_cookie("sid", before)
    assert copy.get("/account").status_code == 302

"""The second step in one's own account: set up, codes shown once, new codes, switched off; each act asks again."""

import re
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from app.services.throttle_rules import Throttled, Together, most
from tests.authenticator import code_of, give_recovery_codes, give_second_step
from tests.cast import ANA, CLAIRE, PASSWORD, SOFIA
from tests.web.signing_in import form_token, sign_in
from tests.web.test_confirm import grow_old
from tests.web.test_second_step import finish_set_up, give

pytestmark = pytest.mark.usefixtures("held_period")

HOME = "/account/second-step"


@pytest.fixture
def claire(client):
    sign_in(client, CLAIRE)
    client.set_cookie("language", "en")
    read_english(client)
    return client


@pytest.fixture
def with_step(app, client):
    """Claire's browser and her app; she signed in with both."""
    seed = give_second_step(app, CLAIRE)
    sign_in(client, CLAIRE)
    give(client, code_of(seed, -1))
    read_english(client)
    return client, seed


def read_english(client):
    data = {"language": "en", "next": "/account", "csrf_token": form_token(client, "/account")}
    client.post("/language", data=data)


def post(client, path, **data):
    return client.post(path, data={"csrf_token": form_token(client, "/account"), **data})


def codes_on(page):
    return re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", page.text)


def test_it_is_off_until_it_is_set_up(claire):
    page = claire.get(HOME).text

    assert "Set up a second step" in page
    assert "In this demo" not in page  # which is about staff


def test_setting_it_up_shows_a_code_to_scan_and_a_key_to_type(claire):
    assert post(claire, f"{HOME}/start").location == f"{HOME}/set-up"
    page = claire.get(f"{HOME}/set-up").text

    assert '<svg role="img" aria-label="QR code for your app"' in page
    assert re.search(r'<p class="mono">(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}</p>', page)
    assert "style=" not in page


def test_a_first_code_switches_it_on_and_the_codes_are_shown_once(claire, app):
    page = finish_set_up(claire)

    codes = codes_on(page)
    assert len(codes) == 10
    assert page.headers["Cache-Control"] == "no-store"
    saved = unquote(re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', page.text)[1])
    assert [line for line in saved.splitlines() if line in codes] == codes
    assert not codes_on(claire.get(HOME))
    assert claire.get(f"{HOME}/set-up").location == HOME


def test_the_codes_that_were_shown_open(claire, app):
    codes = codes_on(finish_set_up(claire))
    other = app.test_client()
    sign_in(other, CLAIRE)

    assert give(other, codes[9]).status_code == 303


def test_a_wrong_first_code_changes_nothing(claire):
    post(claire, f"{HOME}/start")
    key = re.search(r'<p class="mono">([^<]+)</p>', claire.get(f"{HOME}/set-up").text)[1]
    answer = post(claire, f"{HOME}/set-up", code="000000")

    assert answer.status_code == 422
    assert key in answer.text  # the same key: the app need not be told again
    assert "Set up a second step" in claire.get(HOME).text


def test_setting_it_up_ends_the_other_sessions_and_renews_this_one(claire, app):
    other = app.test_client()
    sign_in(other, CLAIRE)
    before = claire.get_cookie("sid").value
    finish_set_up(claire)

    assert other.get("/account").status_code == 302
    assert claire.get("/account").status_code == 200
    copy = app.test_client()
    copy.set_cookie("sid", before)
    assert copy.get("/account").status_code == 302


def test_new_codes_void_the_former(with_step, app):
    client, _seed = with_step
    former = give_recovery_codes(app, CLAIRE)
    page = post(client, f"{HOME}/recovery-codes")

    assert len(codes_on(page)) == 10
    assert not set(codes_on(page)) & set(former)
    other = app.test_client()
    sign_in(other, CLAIRE)
    assert give(other, former[0]).status_code == 422


def test_new_codes_are_for_who_has_a_second_step(claire):
    assert post(claire, f"{HOME}/recovery-codes").location == HOME
    assert not codes_on(claire.get(HOME))


def test_switching_off_takes_a_code(with_step, app):
    client, seed = with_step
    refused = post(client, f"{HOME}/off", code="000000")
    assert refused.status_code == 422

    assert post(client, f"{HOME}/off", code=code_of(seed)).location == HOME
    assert "Set up a second step" in client.get(HOME).text
    assert sign_in(app.test_client(), CLAIRE).location == "/"


def test_a_code_that_opened_the_session_does_not_switch_off(with_step):
    client, seed = with_step

    assert post(client, f"{HOME}/off", code=code_of(seed, -1)).status_code == 422


def test_switching_off_ends_the_other_sessions(with_step, app):
    client, seed = with_step
    other = app.test_client()
    sign_in(other, CLAIRE)
    give(other, code_of(seed))
    post(client, f"{HOME}/off", code=code_of(seed, 1))

    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_there_is_nothing_to_switch_off_without_one(claire):
    assert claire.get(f"{HOME}/off").location == HOME


def test_it_cannot_be_replaced_while_it_is_on(with_step):
    client, _seed = with_step

    assert post(client, f"{HOME}/start").location == HOME
    assert "Recovery codes left" in client.get(HOME).text


@pytest.mark.parametrize("path", ["/start", "/set-up", "/recovery-codes", "/off"])
def test_each_act_asks_for_a_fresh_sign_in(with_step, app, path):
    client, _seed = with_step
    grow_old(app)

    answer = post(client, f"{HOME}{path}", code="123456")
    assert answer.status_code == 403
    assert 'name="confirm_password"' in answer.text
    assert 'name="confirm_code"' in answer.text


@pytest.mark.parametrize("email", [ANA, SOFIA])
def test_staff_have_the_pages_too(client, email):
    sign_in(client, email)
    page = finish_set_up(client)

    assert len(codes_on(page)) == 10
    assert client.get(HOME).status_code == 200


@pytest.mark.parametrize("path", ["", "/set-up", "/off"])
def test_a_visitor_is_sent_to_the_form(client, path):
    assert client.get(f"{HOME}{path}").location.startswith("/login")


def test_a_confirmation_takes_a_code_where_there_is_a_second_step(with_step, app):
    client, seed = with_step
    grow_old(app)
    page = client.get("/account/confirm?next=/account")
    data = {"confirm_password": PASSWORD, "csrf_token": form_token(client, "/account/confirm")}
    assert 'name="confirm_code"' in page.text

    without = client.post("/account/confirm", data=data)
    assert without.status_code == 422
    wrong = client.post("/account/confirm", data=data | {"confirm_code": "000000"})
    assert "not right, or was used already" in wrong.text
    right = client.post("/account/confirm", data=data | {"confirm_code": code_of(seed)})
    assert right.status_code == 303


def test_no_act_makes_the_sign_in_fresh_for_the_next(claire, app):
    grow_old(app, minutes=8)
    began = authenticated_at(app)
    finish_set_up(claire)
    post(claire, f"{HOME}/recovery-codes")

    assert authenticated_at(app) == began


def test_switching_it_off_makes_no_sign_in_fresh_either(with_step, app):
    client, seed = with_step
    grow_old(app, minutes=8)
    began = authenticated_at(app)
    answer = post(client, f"{HOME}/off", code=code_of(seed))

    assert (answer.status_code, authenticated_at(app)) == (303, began)


def test_new_codes_are_counted_for_their_hashes_take_long(with_step):
    client, _seed = with_step
    most_codes = most(Throttled.SECOND_STEP, Together.ACCOUNT_AND_NETWORK)
    answers = [post(client, f"{HOME}/recovery-codes").status_code for _ in range(most_codes + 1)]

    assert answers == [200] * most_codes + [429]


def authenticated_at(app):
    """When the one person who is signed in proved who they are."""
    from app.extensions import db
    from app.models import LoginSession

    with app.app_context():
        is_open = LoginSession.ended_at.is_(None)
        return db.session.scalars(select(LoginSession.authenticated_at).where(is_open)).one()

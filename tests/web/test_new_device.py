"""A browser is recognised by a cookie that outlives the session; a sign-in from another one is told by mail."""

import re

import pytest
from sqlalchemy import select

from tests.cast import CLAIRE, INES
from tests.web.signing_in import sign_in, sign_out

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}


def told(app):
    from app.models import OutgoingMail
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test reads what was written") as session:
        wanted = select(OutgoingMail).where(OutgoingMail.kind == "NEW_DEVICE")
        return [(mail.to_email, mail.context["device"]) for mail in session.scalars(wanted)]


def device_of(answer):
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("device=")]
    return cookie


def test_a_browser_keeps_what_it_is_recognised_by(client):
    cookie = device_of(sign_in(client, CLAIRE))

    assert re.match(r"device=[\w-]{43}; ", cookie)
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Max-Age=34560000" in cookie


def test_signing_in_again_in_the_same_browser_is_told_to_nobody(client, app):
    for _ in range(3):
        sign_in(client, CLAIRE)
        sign_out(client)

    assert client.get_cookie("device") is not None
    assert told(app) == []


def test_a_sign_in_from_another_browser_is_told(client, app):
    sign_in(client, CLAIRE)
    phone = app.test_client()
    sign_in(phone, CLAIRE, headers=PHONE)
    sign_out(phone)
    sign_in(phone, CLAIRE, headers=PHONE)

    assert told(app) == [(CLAIRE, "Safari · iPhone")]


def test_colleagues_who_share_a_browser_are_told_of_it_once_at_most(client, app):
    """Neither makes it unknown for the other again."""
    for _ in range(2):
        for email in (CLAIRE, INES):
            sign_in(client, email)
            sign_out(client)

    assert told(app) == []


def test_a_try_that_failed_makes_no_browser_known(client, app):
    sign_in(client, CLAIRE, "not the password")

    assert client.get_cookie("device") is None


@pytest.mark.parametrize("planted", ["", "short", "x" * 3000, "<script>", "é" * 43])
def test_what_is_not_ours_is_replaced(client, planted):
    client.set_cookie("device", planted)
    cookie = device_of(sign_in(client, CLAIRE))

    assert re.match(r"device=[\w-]{43}; ", cookie)


def test_the_cookie_opens_nothing(client, app):
    sign_in(client, CLAIRE)
    copy = app.test_client()
    copy.set_cookie("device", client.get_cookie("device").value)

    assert copy.get("/account").status_code == 302


def test_in_production_the_cookie_is_bound_to_the_host(app, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_NAME", "__Host-sid")
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    answer = sign_in(app.test_client(), CLAIRE, base_url="https://localhost")

    names = [one.partition("=")[0] for one in answer.headers.getlist("Set-Cookie")]
    assert answer.status_code in {303, 400}
    if answer.status_code == 303:
        assert "__Host-device" in names

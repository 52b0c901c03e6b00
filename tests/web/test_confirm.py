"""A fresh sign-in before sensitive acts: asked again when it is old, with what was typed kept."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from tests.cast import CLAIRE, PASSWORD
from tests.web.signing_in import form_token, sign_in

CONFIRM = "/account/confirm"
ACT = "/account/second-step/start"
"""Any act that asks for a fresh sign-in would do."""


@pytest.fixture
def stale(client, app):
    """Claire's browser, in which she signed in a quarter of an hour ago."""
    sign_in(client, CLAIRE)
    data = {"language": "en", "next": "/account", "csrf_token": form_token(client, "/account")}
    client.post("/language", data=data)
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
    """The hidden fields of the form that asks again."""
    form = page.text.split('class="card stack"')[1]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return MultiDict((name, unescape(value)) for name, value in found)


def post(client, path, **data):
    return client.post(path, data={"csrf_token": form_token(client, "/account"), **data})


def is_begun(app):
    """Whether the act was done."""
    from app.extensions import db
    from app.models import SecondStep

    with app.app_context():
        return db.session.scalar(select(SecondStep.user_id)) is not None


def test_a_page_leads_through_the_confirmation_and_back(stale, app):
    wanted = "/account/second-step/off"
    turned = stale.get(f"{wanted}?a=1&b=2")
    assert turned.location == f"{CONFIRM}?next=/account/second-step/off%3Fa%3D1%26b%3D2"

    page = stale.get(turned.location)
    assert page.status_code == 200
    assert 'autocomplete="current-password"' in page.text
    data = _with(carried(page), confirm_password=PASSWORD)
    answer = stale.post(CONFIRM, data=data)
    assert (answer.status_code, answer.location) == (303, f"{wanted}?a=1&b=2")


def test_who_is_fresh_is_led_on_without_being_asked(client):
    sign_in(client, CLAIRE)

    assert client.get(f"{CONFIRM}?next=/account").location == "/account"


@pytest.mark.parametrize("wanted", ["//elsewhere.example", "https://elsewhere.example", ""])
def test_the_confirmation_leads_to_pages_of_ours_only(stale, wanted):
    stale.get(CONFIRM, query_string={"next": wanted})
    answer = post(stale, CONFIRM, confirm_password=PASSWORD, next=wanted)

    assert answer.location == "/account"


def test_an_act_goes_on_in_the_same_request_once_the_password_is_right(stale, app):
    asked = post(stale, ACT)
    assert asked.status_code == 403
    assert not is_begun(app)

    answer = stale.post(ACT, data=_with(carried(asked), confirm_password=PASSWORD))
    assert (answer.status_code, answer.location) == (303, "/account/second-step/set-up")
    assert is_begun(app)


def test_what_was_typed_is_kept_also_after_a_wrong_password(stale):
    typed = {"names": ["Ünï & <b>", 'two "quotes"'], "empty": "", "long": "line\r\nline"}
    asked = post(stale, ACT, **typed)
    wrong = stale.post(ACT, data=_with(carried(asked), confirm_password="not the password"))

    assert wrong.status_code == 422
    assert "The password is not right" in wrong.text
    assert "not the password" not in wrong.text
    for page in (asked, wrong):
        values = carried(page)
        assert values.getlist("names") == typed["names"]
        assert (values["empty"], values["long"]) == ("", "line\r\nline")


def test_what_is_named_after_a_password_is_not_sent_back(stale):
    page = post(stale, ACT, new_password="a-canary-of-a-password", Password2="another-canary")

    assert "canary" not in page.text


def test_the_act_is_not_done_by_a_wrong_password(stale, app):
    answer = post(stale, ACT, confirm_password="wrong")

    assert answer.status_code == 422
    assert not is_begun(app)


def test_one_confirmation_lasts_for_ten_minutes(stale, app):
    post(stale, CONFIRM, confirm_password=PASSWORD)
    grow_old(app, minutes=9)
    assert post(stale, ACT).status_code == 303
    grow_old(app, minutes=11)
    assert post(stale, ACT).status_code == 403


def test_the_session_has_another_token_afterwards(stale, app):
    before = stale.get_cookie("sid").value
    post(stale, CONFIRM, confirm_password=PASSWORD)

    assert stale.get_cookie("sid").value != before
    assert stale.get("/account").status_code == 200
    copy = app.test_client()
    copy.set_cookie("sid", before)
    assert copy.get("/account").status_code == 302


def test_forms_of_other_tabs_stay_good(stale):
    other_tab = form_token(stale, "/account")
    post(stale, CONFIRM, confirm_password=PASSWORD)

    assert (
        stale.post("/account/second-step/start", data={"csrf_token": other_tab}).status_code == 303
    )


def test_another_session_of_the_same_person_is_not_fresh_by_it(stale, app):
    other = app.test_client()
    sign_in(other, CLAIRE)
    grow_old(app)
    post(stale, CONFIRM, confirm_password=PASSWORD)

    assert post(other, ACT).status_code == 403


def test_it_is_in_the_trail_right_and_wrong(stale, app):
    from app.models import AuditEvent
    from app.security.cross_company import cross_company

    post(stale, CONFIRM, confirm_password="wrong")
    post(stale, CONFIRM, confirm_password=PASSWORD)
    with app.app_context(), cross_company("a test looks at the trail") as session:
        wanted = AuditEvent.action.in_(("SIGN_IN_FAILED", "SIGN_IN_CONFIRMED"))
        rows = list(session.scalars(select(AuditEvent).where(wanted).order_by(AuditEvent.id)))
        assert [(one.action, one.actor_name) for one in rows] == [
            ("SIGN_IN_FAILED", "Claire Dubois"),
            ("SIGN_IN_CONFIRMED", "Claire Dubois"),
        ]


def test_passwords_cannot_be_tried_for_long(stale, monkeypatch):
    from app.services import throttle
    from app.services.throttle_rules import Throttled, Together, most

    begun = throttle.now()
    monkeypatch.setattr(throttle, "now", lambda: begun)
    let_through = most(Throttled.CONFIRM, Together.ACCOUNT_AND_NETWORK)
    data = {"csrf_token": form_token(stale, "/account"), "confirm_password": "wrong"}
    answers = [stale.post(ACT, data=data).status_code for _ in range(let_through + 1)]

    assert answers == [422] * let_through + [429]


def test_a_form_of_another_site_confirms_nothing(stale):
    answer = stale.post(CONFIRM, data={"confirm_password": PASSWORD})

    assert answer.status_code == 400
    assert stale.get(f"{CONFIRM}?next=/account").status_code == 200


def test_a_session_that_has_ended_is_not_revived(stale, app):
    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession

    token = form_token(stale, "/account")
    with app.app_context():
        db.session.execute(update(LoginSession).values(ended_at=now()))
        db.session.commit()
    stale.post(CONFIRM, data={"csrf_token": token, "confirm_password": PASSWORD})

    assert stale.get("/account").status_code == 302


def test_who_has_no_password_is_sent_to_the_provider(stale, app, monkeypatch):
    from app.extensions import db
    from app.models import ExternalIdentity, PortalUser
    from tests import cast

    claire = cast.user(app, CLAIRE).id
    with app.app_context():
        db.session.execute(update(PortalUser).where(PortalUser.id == claire).values(password=None))
        db.session.add(
            ExternalIdentity(
                user_id=claire, provider="acme", issuer="https://i.example", subject="1"
            )
        )
        db.session.commit()
    assert (
        "Ask for a password by mail" in stale.get(CONFIRM).text
    )  # it was taken out of the settings
    acme = SimpleNamespace(name="acme", label="Acme", origins=())
    known = replace(app.extensions["ports"], providers={"acme": acme})
    monkeypatch.setitem(app.extensions, "ports", known)
    page = stale.get(f"{CONFIRM}?next=/account").text

    assert 'action="/login/with/acme"' in page
    assert '<input type="hidden" name="confirm" value="1">' in page
    assert 'name="confirm_password"' not in page
    assert post(stale, CONFIRM, confirm_password="").status_code == 422


def _with(fields, **more):
    fields.update(more)
    return fields

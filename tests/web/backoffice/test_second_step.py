"""Somebody who lost phone and recovery codes: an administrator switches their second step off, and they are told."""

import re

import pytest

from app.domain.audit import AuditAction
from tests import cast
from tests.authenticator import give_recovery_codes, give_second_step
from tests.mails import last_mail
from tests.web.backoffice.trail import events
from tests.web.signing_in import sign_in
from tests.web.test_confirm import grow_old


def act_on(app, email):
    return f"/backoffice/users/action/switch_off_second_step/{cast.user(app, email).public_id}"


@pytest.fixture
def lost(app):
    """Claire, whose phone is at the bottom of a lake."""
    give_second_step(app, cast.CLAIRE)
    give_recovery_codes(app, cast.CLAIRE)
    return cast.CLAIRE


def test_an_administrator_switches_it_off_and_the_person_is_told(app, sofia, lost, run_jobs):
    claires = app.test_client()
    cast.sign_in(claires, lost)
    assert sofia.post(act_on(app, lost)).status_code == 200, "it asks first"
    assert sofia.post(act_on(app, lost), {"confirmed": "1"}).status_code == 303
    run_jobs()

    assert claires.get("/account").status_code == 302
    assert sign_in(app.test_client(), lost).location == "/"
    (event,) = events(app, AuditAction.SECOND_STEP_DISABLED)
    assert (event.actor_name, event.target_label) == ("Sofia Admin", "Claire Dubois")
    assert "Sofia Admin" in last_mail(app, lost).text


def test_it_is_offered_where_there_is_one(app, sofia, lost):
    def shown(email):
        return sofia.get(f"/backoffice/users/show/{cast.user(app, email).public_id}").text

    assert act_on(app, lost) in shown(lost)
    assert act_on(app, cast.PIETER) not in shown(cast.PIETER)


@pytest.mark.parametrize("who", [cast.SOFIA, cast.ANA])
def test_the_page_of_a_user_says_whether_there_is_one(app, browser, lost, who):
    def shown(email):
        page = browser(who).get(f"/backoffice/users/show/{cast.user(app, email).public_id}").text
        return " ".join(page.split())

    assert re.search(r"<dd>On since \w", shown(lost))
    assert "<dd>Off</dd>" in shown(cast.PIETER)


def test_nobody_does_it_to_themself_without_a_code(app, sofia):
    give_second_step(app, cast.SOFIA)
    sofia.post(act_on(app, cast.SOFIA), {"confirmed": "1"})

    assert events(app, AuditAction.SECOND_STEP_DISABLED) == []
    assert sign_in(app.test_client(), cast.SOFIA).location == "/login/second-step"


def test_it_asks_for_a_fresh_sign_in(app, sofia, lost):
    grow_old(app)
    asked = sofia.post(act_on(app, lost), {"confirmed": "1"})
    assert asked.status_code == 403
    assert '<input type="hidden" name="confirmed" value="1">' in asked.text

    done = sofia.post(act_on(app, lost), {"confirmed": "1", "confirm_password": cast.PASSWORD})
    assert done.status_code == 303
    assert len(events(app, AuditAction.SECOND_STEP_DISABLED)) == 1


@pytest.mark.parametrize("who", [cast.MARC, cast.ANA, cast.CLAIRE])
def test_nobody_else_does_it(app, browser, lost, who):
    answer = browser(who).post(act_on(app, lost), {"confirmed": "1"})

    assert answer.status_code in {403, 404}
    assert events(app, AuditAction.SECOND_STEP_DISABLED) == []

"""The screen of change requests: read by staff, decided by the account manager, never by whoever asked."""

import re

import pytest
from sqlalchemy import select, update

from app.models import ChangeRequest, Company
from app.security.cross_company import cross_company
from tests import cast
from tests.mails import last_mail

LIST = "/backoffice/change-requests/list/"


def request_of(app):
    return cast._all(app, select(ChangeRequest))[0]


def show(app):
    return f"/backoffice/change-requests/show/{request_of(app).public_id}"


def decide(app):
    return f"/backoffice/change-requests/decide/{request_of(app).public_id}"


def seen_on(page):
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    return found and found[1]


def test_the_manager_finds_it_by_its_state_and_reads_both_values(app, marc):
    page = marc.get(f"{LIST}?_flt_0_state=OPEN").text
    assert cast.MARTIN in page
    assert "Boulangerie Martin et Filles SRL" in page
    assert "Boulangerie Martin et Filles SRL" not in marc.get(f"{LIST}?_flt_0_state=REFUSED").text

    page = marc.get(show(app))
    assert seen_on(page) == cast.MARTIN
    assert "Nouvelle dénomination" in page.text


def test_accepting_changes_the_company_and_tells_who_asked(app, marc, run_jobs):
    seen = seen_on(marc.get(show(app)))
    answer = marc.post(decide(app), {"decision": "accept", "seen": seen, "reply": "Félicitations."})

    assert answer.status_code in {302, 303}
    assert request_of(app).state == "ACCEPTED"
    new = "Boulangerie Martin et Filles SRL"
    assert cast.company(app, new).name == new
    page = marc.get(show(app)).text
    assert 'name="decision"' not in page
    run_jobs()
    mail = last_mail(app, cast.CLAIRE)
    assert "Félicitations." in mail.text
    assert f"{cast.MARTIN} → {new}" in mail.text
    timeline = marc.get(f"/backoffice/timeline/{cast.company_id(app, new)}").text
    assert "The change was accepted: Legal name" in timeline


def test_refusing_needs_an_answer(app, marc):
    refused = marc.post(decide(app), {"decision": "refuse", "reply": " ", "seen": cast.MARTIN})
    assert refused.status_code == 422
    assert "reply-error" in refused.text

    marc.post(decide(app), {"decision": "refuse", "reply": "Not in the register."})
    assert (request_of(app).state, request_of(app).reply) == ("REFUSED", "Not in the register.")
    assert cast.company(app, cast.MARTIN)


def test_a_value_changed_meanwhile_is_said_and_shown(app, marc):
    seen = seen_on(marc.get(show(app)))
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(Company).where(Company.name == cast.MARTIN).values(name="By hand"))
        session.commit()
    answer = marc.post(decide(app), {"decision": "accept", "seen": seen})

    assert answer.status_code == 422
    assert "has another value by now" in answer.text
    assert "By hand" in answer.text
    assert cast.company(app, "By hand")
    assert seen_on(answer) == "By hand"
    marc.post(decide(app), {"decision": "accept", "seen": "By hand"})
    assert cast.company(app, "Boulangerie Martin et Filles SRL")


def test_a_second_decision_is_told_that_there_is_one(app, marc):
    marc.post(decide(app), {"decision": "refuse", "reply": "No."})
    answer = marc.post(decide(app), {"decision": "accept", "seen": cast.MARTIN})

    assert answer.status_code == 422
    assert "decided or withdrawn meanwhile" in answer.text
    assert request_of(app).state == "REFUSED"


def test_nobody_decides_what_they_asked_for(app, marc):
    number = cast.user(app, cast.MARC).id
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(ChangeRequest).values(asked_by_id=number))
        session.commit()

    assert 'name="decision"' not in marc.get(show(app)).text
    answer = marc.post(decide(app), {"decision": "accept", "seen": cast.MARTIN})
    assert answer.status_code == 422
    assert request_of(app).state == "OPEN"


def test_an_auditor_reads_and_decides_nothing(app, ana):
    assert "Boulangerie Martin et Filles SRL" in ana.get(LIST).text
    page = ana.get(show(app)).text
    assert "Nouvelle dénomination" in page
    assert 'name="decision"' not in page
    assert ana.post(decide(app), {"decision": "accept", "seen": cast.MARTIN}).status_code == 403
    assert request_of(app).state == "OPEN"


def test_the_other_manager_finds_nothing(app, browser):
    nora = browser(cast.NORA)

    assert "Filles" not in nora.get(LIST).text
    assert nora.get(show(app)).status_code == 404
    assert nora.post(decide(app), {"decision": "accept", "seen": cast.MARTIN}).status_code == 404


@pytest.mark.parametrize("decision", ["", "maybe"])
def test_what_is_no_decision_is_refused(app, marc, decision):
    assert marc.post(decide(app), {"decision": decision}).status_code == 400


def test_an_administrator_has_no_such_screen(app, sofia):
    assert sofia.get(LIST).status_code == 403
    assert sofia.get(show(app)).status_code == 403

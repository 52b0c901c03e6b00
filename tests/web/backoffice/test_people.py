"""Users and portfolios as an administrator keeps them."""

import pytest

from app.domain.audit import AuditAction
from app.domain.roles import StaffRole
from app.services.throttle_rules import Throttled, Together, most
from tests import cast
from tests.mails import last_mail, link_in, mails
from tests.web.backoffice.trail import events
from tests.web.signing_in import form_token, sign_in
from tests.web.test_confirm import grow_old

PERSON = {
    "email": "Olga.Office@issuer.example",
    "first_name": "Olga",
    "last_name": "Office",
    "language": "nl",
    "staff_role": "ACCOUNT_MANAGER",
}


def edited(browser, app, who, **change):
    user = cast.user(app, who)
    values = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
        "staff_role": user.staff_role.value if user.staff_role else "",
    }
    return browser.post(f"/backoffice/users/edit/{user.public_id}", {**values, **change})


def test_a_new_user_gets_a_link_to_choose_the_first_password(app, sofia, run_jobs):
    sofia.post("/backoffice/users/add", PERSON)
    run_jobs()
    mail = last_mail(app, "olga.office@issuer.example")
    link, browser = link_in(mail), app.test_client()

    assert mail.language == "nl"
    assert "Sofia Admin" in mail.text
    data = {"password": "correct horse battery", "csrf_token": form_token(browser, link)}
    assert browser.post(link, data=data).status_code == 303
    assert browser.get("/backoffice/").status_code == 200
    run_jobs()
    assert len(mails(app, "olga.office@issuer.example")) == 1, (
        "nothing was changed: it is the first"
    )


def test_an_administrator_starts_a_reset_and_chooses_nothing(app, sofia, run_jobs):
    nora = cast.user(app, cast.NORA)
    path = f"/backoffice/users/action/send_link/{nora.public_id}"

    assert sofia.post(path).status_code == 200, "it asks first"
    assert sofia.post(path, {"confirmed": "1"}).status_code == 303
    run_jobs()

    assert "Sofia Admin" in last_mail(app, cast.NORA).text
    assert app.test_client().get(link_in(last_mail(app, cast.NORA))).status_code == 200
    assert events(app, AuditAction.PASSWORD_RESET_STARTED)[0].target_label == "Nora Manager"
    assert (
        sign_in(app.test_client(), cast.NORA).status_code == 303
    )  # the present password stays until the link is used


def test_a_disabled_person_is_sent_no_link(app, sofia, run_jobs):
    key = cast.user(app, cast.NORA).public_id
    sofia.post(f"/backoffice/users/action/disable/{key}", {"confirmed": "1"})
    assert f"action/send_link/{key}" not in sofia.get(f"/backoffice/users/show/{key}").text

    sofia.post(f"/backoffice/users/action/send_link/{key}", {"confirmed": "1"})
    run_jobs()
    assert mails(app, cast.NORA) == []
    assert "Enable them first" in sofia.get(f"/backoffice/users/show/{key}").text


def test_nobody_is_flooded_by_an_administrator_either(app, sofia, run_jobs):
    path = f"/backoffice/users/action/send_link/{cast.user(app, cast.NORA).public_id}"
    for _ in range(8):
        sofia.post(path, {"confirmed": "1"})
    run_jobs()

    assert len(events(app, AuditAction.PASSWORD_RESET_STARTED)) == most(
        Throttled.RESET_MAIL, Together.ACCOUNT
    )


@pytest.mark.parametrize("who", [cast.MARC, cast.ANA, cast.CLAIRE])
def test_nobody_else_starts_a_reset(app, browser, run_jobs, who):
    path = f"/backoffice/users/action/send_link/{cast.user(app, cast.NORA).public_id}"

    assert browser(who).post(path, {"confirmed": "1"}).status_code in {302, 303, 403, 404}
    run_jobs()
    assert mails(app, cast.NORA) == []


def test_a_user_is_added_without_a_password(app, sofia):
    assert sofia.post("/backoffice/users/add", PERSON).status_code == 303

    user = cast.user(app, "olga.office@issuer.example")
    assert (user.language, user.staff_role) == ("nl", StaffRole.ACCOUNT_MANAGER)
    assert user.password_set_at is None
    assert events(app, AuditAction.USER_CREATED)[0].target_label == "Olga Office"


def test_no_form_has_a_field_for_a_password(app, sofia):
    edit = f"/backoffice/users/edit/{cast.user(app, cast.MARC).public_id}"

    for path in ("/backoffice/users/add", edit):
        assert 'name="password"' not in sofia.get(path).text
        assert 'type="password"' not in sofia.get(path).text


def test_the_same_e_mail_address_is_not_taken_twice(sofia):
    answer = sofia.post("/backoffice/users/add", {**PERSON, "email": cast.CLAIRE.upper()})

    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_a_changed_address_is_the_new_name_to_sign_in_with(app, sofia):
    assert edited(sofia, app, cast.NORA, email="nora.new@issuer.example").status_code == 303

    assert cast.user(app, "nora.new@issuer.example").email == "nora.new@issuer.example"
    changes = events(app, AuditAction.USER_CHANGED)[0].changes
    assert changes == {"email": [cast.NORA, "nora.new@issuer.example"]}


def test_a_disabled_person_is_out_at_once_and_can_be_let_in_again(app, sofia, browser):
    nora, user = browser(cast.NORA), cast.user(app, cast.NORA)
    assert nora.get("/backoffice/").status_code == 200
    path = f"/backoffice/users/action/disable/{user.public_id}"

    assert sofia.post(path).status_code == 200, "it asks first"
    assert nora.get("/backoffice/").status_code == 200
    assert sofia.post(path, {"confirmed": "1"}).status_code == 303
    assert nora.get("/backoffice/").status_code in {302, 303}
    assert events(app, AuditAction.USER_DISABLED)[0].changes == {"active": [True, False]}

    sofia.post(f"/backoffice/users/action/enable/{user.public_id}")
    assert cast.user(app, cast.NORA).active


def end_sessions_of(app, email):
    return f"/backoffice/users/action/end_sessions/{cast.user(app, email).public_id}"


def test_an_administrator_ends_somebodys_sessions_and_nothing_else(app, sofia, browser):
    computer, phone, others = browser(cast.CLAIRE), browser(cast.CLAIRE), browser(cast.NORA)
    path = end_sessions_of(app, cast.CLAIRE)
    show = f"/backoffice/users/show/{cast.user(app, cast.CLAIRE).public_id}"
    assert path in sofia.get(show).text

    assert sofia.post(path).status_code == 200, "it asks first"
    assert computer.get("/account").status_code == 200
    assert sofia.post(path, {"confirmed": "1"}).status_code == 303

    assert [one.get("/account").status_code for one in (computer, phone)] == [302, 302]
    assert others.get("/account").status_code == 200
    assert sign_in(app.test_client(), cast.CLAIRE).status_code == 303
    (event,) = events(app, AuditAction.SESSION_ENDED)
    assert (event.actor_name, event.target_label) == ("Sofia Admin", "Claire Dubois")


def test_it_is_offered_where_somebody_is_signed_in(app, sofia):
    show = f"/backoffice/users/show/{cast.user(app, cast.CLAIRE).public_id}"

    assert end_sessions_of(app, cast.CLAIRE) not in sofia.get(show).text


def test_an_administrator_who_ends_their_own_keeps_the_one_they_are_in(app, sofia, browser):
    elsewhere = browser(cast.SOFIA)
    sofia.post(end_sessions_of(app, cast.SOFIA), {"confirmed": "1"})

    assert elsewhere.get("/account").status_code == 302
    assert sofia.get("/account").status_code == 200


@pytest.mark.parametrize("who", [cast.MARC, cast.ANA, cast.CLAIRE])
def test_nobody_else_ends_somebodys_sessions(app, browser, who):
    pieter = browser(cast.PIETER)
    answer = browser(who).post(end_sessions_of(app, cast.PIETER), {"confirmed": "1"})

    assert answer.status_code in {403, 404}
    assert pieter.get("/account").status_code == 200
    assert events(app, AuditAction.SESSION_ENDED) == []


def test_another_address_ends_the_sessions_that_the_old_one_opened(app, sofia, browser):
    nora = browser(cast.NORA)
    edited(sofia, app, cast.NORA, first_name="Eleonora")
    assert nora.get("/account").status_code == 200

    edited(sofia, app, cast.NORA, email="nora.new@issuer.example")
    assert nora.get("/account").status_code == 302


def test_an_administrator_with_another_address_goes_on(app, sofia, browser):
    elsewhere = browser(cast.SOFIA)
    edited(sofia, app, cast.SOFIA, email="sofia.new@issuer.example")

    assert sofia.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


@pytest.mark.parametrize("name", ["https://evil.example", "evil.example", "<b>Nora</b>", "12"])
def test_what_is_no_name_is_refused_beside_its_field(app, sofia, name):
    answer = edited(sofia, app, cast.NORA, first_name=name)

    assert answer.status_code == 422
    assert 'id="first_name-error"' in answer.text
    assert cast.user(app, cast.NORA).first_name == "Nora"


@pytest.mark.parametrize("role", ["AUDITOR", ""])
def test_the_last_administrator_stays_one(app, sofia, role):
    answer = edited(sofia, app, cast.SOFIA, staff_role=role)

    assert answer.status_code == 422
    assert "last administrator" in answer.text
    assert cast.user(app, cast.SOFIA).staff_role is StaffRole.PLATFORM_ADMIN


def test_the_last_administrator_is_not_disabled(app, sofia):
    key = cast.user(app, cast.SOFIA).public_id
    sofia.post(f"/backoffice/users/action/disable/{key}", {"confirmed": "1"})

    assert cast.user(app, cast.SOFIA).active
    assert "last administrator" in sofia.get(f"/backoffice/users/show/{key}").text


def test_one_of_two_administrators_may_step_down_but_not_disable_themself(app, sofia):
    assert edited(sofia, app, cast.NORA, staff_role="PLATFORM_ADMIN").status_code == 303
    key = cast.user(app, cast.SOFIA).public_id
    sofia.post(f"/backoffice/users/action/disable/{key}", {"confirmed": "1"})
    assert cast.user(app, cast.SOFIA).active

    assert edited(sofia, app, cast.SOFIA, staff_role="AUDITOR").status_code == 303
    assert sofia.get("/backoffice/users/add").status_code == 403


def test_a_manager_names_no_administrator(app, marc):
    answer = edited(marc, app, cast.MARC, staff_role="PLATFORM_ADMIN")

    assert answer.status_code == 403
    assert cast.user(app, cast.MARC).staff_role is StaffRole.ACCOUNT_MANAGER


def test_a_company_is_given_to_a_manager_and_taken_back(app, sofia, browser):
    marc, lambert = browser(cast.MARC), cast.company_id(app, cast.LAMBERT)
    manager = str(cast.user(app, cast.MARC).public_id)
    show = f"/backoffice/companies/show/{lambert}"
    assert marc.get(show).status_code == 404

    given = sofia.post("/backoffice/portfolios/add", {"company": str(lambert), "manager": manager})
    assert given.status_code == 303, given.text
    assert marc.get(show).status_code == 200
    event = events(app, AuditAction.PORTFOLIO_ASSIGNED)[0]
    assert event.target_label == "Marc Manager"
    assert event.company_id == cast.company(app, cast.LAMBERT).id

    newest = sofia.get("/backoffice/portfolios/list/").text.split("/backoffice/portfolios/delete/")[
        1
    ]
    key = newest.split('"')[0].split("?")[0]
    assert sofia.post(f"/backoffice/portfolios/delete/{key}").status_code == 303
    assert marc.get(show).status_code == 404


def test_a_company_is_not_given_to_the_same_manager_twice(app, sofia):
    manager = str(cast.user(app, cast.MARC).public_id)
    martin = str(cast.company_id(app, cast.MARTIN))

    again = sofia.post("/backoffice/portfolios/add", {"company": martin, "manager": manager})

    assert again.status_code == 422


@pytest.mark.parametrize("email", [cast.ANA, cast.SOFIA, cast.CLAIRE])
def test_only_an_account_manager_has_a_portfolio(app, sofia, email):
    manager = str(cast.user(app, email).public_id)
    lambert = str(cast.company_id(app, cast.LAMBERT))
    answer = sofia.post("/backoffice/portfolios/add", {"company": lambert, "manager": manager})

    assert answer.status_code == 422
    assert f'value="{manager}"' not in sofia.get("/backoffice/portfolios/add").text


def test_a_company_that_nobody_serves_is_on_the_first_page(sofia):
    page = sofia.get("/backoffice/").text

    assert cast.LAMBERT in page
    assert cast.SIMON in page
    assert cast.MARTIN not in page


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("users/add", PERSON),
        ("users/edit/{key}", PERSON | {"staff_role": "PLATFORM_ADMIN"}),
        ("users/action/send_link/{key}", {"confirmed": "1"}),
        ("users/action/disable/{key}", {"confirmed": "1"}),
    ],
)
def test_who_may_sign_in_is_changed_by_a_fresh_sign_in_only(app, sofia, path, values):
    nora = cast.user(app, cast.NORA)
    grow_old(app)
    answer = sofia.post(f"/backoffice/{path.format(key=nora.public_id)}", values)

    assert answer.status_code == 403
    assert 'name="confirm_password"' in answer.text
    found = cast.user(app, cast.NORA)
    assert (found.email, found.active, found.staff_role) == (cast.NORA, True, nora.staff_role)

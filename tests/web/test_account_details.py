"""Name and e-mail address under My profile: one's own, shown to nobody else, changed as the pages say."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.services.throttle_rules import Throttled, Together, most
from tests import cast
from tests.cast import ANA, CLAIRE, MARC, PASSWORD, PIETER
from tests.web.signing_in import form_token, read_english, sign_in

NEW = "claire.dubois@elsewhere.example"
TRIES = most(Throttled.EMAIL_CHANGE, Together.ACCOUNT_AND_NETWORK)


@pytest.fixture
def claire(client):
    sign_in(client, CLAIRE)
    read_english(client)
    return client


def post(client, path, form="/account/email", **data):
    return client.post(path, data=data | {"csrf_token": form_token(client, form)})


def ask(client, email=NEW):
    return post(client, "/account/email", email=email)


def name_of(app, email):
    person = cast.user(app, email)
    return person.first_name, person.last_name


def waiting(app):
    """The addresses that wait to be confirmed."""
    from app.domain.clock import now
    from app.extensions import db
    from app.models import Token

    with app.app_context():
        wanted = select(Token.email).where(
            Token.purpose == "CONFIRM_EMAIL",
            Token.revoked_at.is_(None),
            Token.expires_at > now(),
        )
        return list(db.session.scalars(wanted))


def test_the_profile_leads_to_every_change(claire):
    page = claire.get("/account").text

    for path in ("/account/name", "/account/email", "/account/password"):
        assert f'href="{path}"' in page
    assert "Our experts change your name" not in page


@pytest.mark.parametrize("path", ["/account/name", "/account/email", "/account/password"])
def test_a_visitor_is_sent_to_the_sign_in_form_and_back(client, path):
    answer = client.get(path)

    assert answer.location == f"/login?next={path}"


@pytest.mark.parametrize(
    "path",
    [
        "/account/name",
        "/account/email",
        "/account/email/send-again",
        "/account/email/cancel",
        "/account/password",
        "/account/sessions/end-all",
    ],
)
def test_a_visitor_changes_nothing(client, path):
    answer = client.post(path, data={"csrf_token": form_token(client)})

    assert (answer.status_code, answer.location) == (302, "/login")


@pytest.mark.parametrize("email", [CLAIRE, MARC, ANA])
def test_everybody_changes_their_own_name_and_nobody_elses(client, app, email):
    sign_in(client, email)
    before = name_of(app, PIETER)
    answer = post(
        client, "/account/name", "/account/name", first_name="  Jean ", last_name="D'Hondt"
    )

    assert (answer.status_code, answer.location) == (303, "/account")
    assert name_of(app, email) == ("Jean", "D'Hondt")
    assert name_of(app, PIETER) == before


def test_a_new_name_is_in_the_trail(claire, app):
    from app.models import AuditEvent
    from app.security.cross_company import cross_company

    post(claire, "/account/name", "/account/name", first_name="Clara", last_name="Dubois")
    with app.app_context(), cross_company("a test looks at the trail") as session:
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "USER_CHANGED"))
        assert event.changes == {"first_name": ["Claire", "Clara"]}
        assert event.target_label == "Clara Dubois"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("", "Dubois"),
        ("Claire\r\nBcc: everybody@evil.example", "Dubois"),
        ("Win at evil.example", "Dubois"),
        ("<script>alert(1)</script>", "Dubois"),
        ("x" * 65, "Dubois"),
        ("Claire", "\N{ZERO WIDTH SPACE}"),
    ],
)
def test_what_is_no_name_is_refused_and_kept_in_the_form(claire, app, first, last):
    answer = post(claire, "/account/name", "/account/name", first_name=first, last_name=last)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    assert name_of(app, CLAIRE) == ("Claire", "Dubois")


def test_fields_that_the_form_does_not_have_change_nothing(claire, app):
    names = {"first_name": "Clara", "last_name": "Dubois"}
    more = {"email": NEW, "username": NEW, "staff_role": "PLATFORM_ADMIN", "active": "", "id": "1"}
    post(claire, "/account/name", "/account/name", **names, **more)

    person = cast.user(app, CLAIRE)
    assert (person.first_name, person.staff_role, person.active) == ("Clara", None, True)


def test_asking_for_another_address_says_where_the_link_went(claire, app):
    answer = ask(claire)
    assert (answer.status_code, answer.location) == (303, "/account/email")

    page = claire.get("/account/email").text
    assert f"We have sent a link to {NEW}" in page
    assert f"You sign in with {CLAIRE}" in page
    assert NEW in claire.get("/account").text
    assert waiting(app) == [NEW]


def test_an_address_of_somebody_else_gets_the_same_answer(claire, app):
    shown = []
    for email in (NEW, PIETER):
        answer = ask(claire, email)
        page = claire.get("/account/email").text.replace(email, "…")
        kept = re.sub(r'csrf_token" value="[^"]+"|[0-9]+:[0-9]+', "", page)
        shown.append((answer.status_code, answer.location, kept))

    assert shown[0] == shown[1]


def test_the_link_is_sent_again_and_the_first_one_is_replaced(claire, app):
    ask(claire)
    answer = post(claire, "/account/email/send-again")

    assert (answer.status_code, answer.location) == (303, "/account/email")
    assert waiting(app) == [NEW]


def test_cancelling_leaves_the_address_as_it_is(claire, app):
    ask(claire)
    post(claire, "/account/email/cancel")

    assert waiting(app) == []
    assert NEW not in claire.get("/account").text
    answer = post(claire, "/account/email/send-again")
    assert answer.location == "/account/email"
    assert "No new e-mail address waits" in claire.get("/account/email").text


def test_nobody_else_sees_or_cancels_what_waits(claire, app):
    ask(claire)
    pieter = app.test_client()
    sign_in(pieter, PIETER)

    assert NEW not in pieter.get("/account/email").text
    post(pieter, "/account/email/cancel")
    assert waiting(app) == [NEW]


@pytest.mark.parametrize("typed", ["", "claire", CLAIRE, "a@b.example\r\nBcc: x@evil.example"])
def test_what_is_no_other_address_is_refused(claire, app, typed):
    answer = ask(claire, typed)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert waiting(app) == []


def test_another_address_asks_for_a_fresh_sign_in_and_keeps_what_was_typed(claire, app):
    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession

    token = form_token(claire, "/account/email")
    with app.app_context():
        long_ago = now() - timedelta(minutes=11)
        db.session.execute(update(LoginSession).values(authenticated_at=long_ago))
        db.session.commit()
    asked = claire.post("/account/email", data={"email": NEW, "csrf_token": token})

    assert asked.status_code == 403
    assert f'value="{NEW}"' in asked.text
    assert waiting(app) == []
    data = {"email": NEW, "csrf_token": token, "confirm_password": PASSWORD}
    assert claire.post("/account/email", data=data).status_code == 303
    assert waiting(app) == [NEW]


def test_mails_to_addresses_of_others_are_not_sent_at_will(claire, app):
    answers = [ask(claire, f"{number}@victim.example").status_code for number in range(TRIES + 1)]

    assert answers == [303] * TRIES + [429]
    again = post(claire, "/account/email/send-again", "/account/name")
    assert again.status_code == 429
    assert again.headers["Retry-After"]

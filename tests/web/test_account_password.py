"""Changing one's own password: the current one asked, everything that the old one opened closed."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from app.services.throttle_rules import Throttled, Together, most
from tests import cast
from tests.cast import ANA, CLAIRE, PASSWORD, SOFIA
from tests.web.signing_in import form_token, read_english, sign_in

PATH = "/account/password"
NEW = "four words of one's own"
TRIES = most(Throttled.CONFIRM, Together.ACCOUNT_AND_NETWORK)


@pytest.fixture
def claire(client):
    sign_in(client, CLAIRE)
    read_english(client)
    return client


def change(client, new=NEW, *, current=PASSWORD):
    data = {"current_password": current, "password": new}
    return client.post(PATH, data=data | {"csrf_token": form_token(client, PATH)})


def is_signed_in(client):
    return client.get("/account").status_code == 200


def signs_in(app, email, password):
    return sign_in(app.test_client(), email, password).status_code == 303


@pytest.mark.parametrize("email", [CLAIRE, ANA, SOFIA])
def test_the_new_password_opens_and_the_old_one_does_not(client, app, email):
    sign_in(client, email)
    answer = change(client)

    assert (answer.status_code, answer.location) == (303, "/account")
    assert signs_in(app, email, NEW)
    assert not signs_in(app, email, PASSWORD)


def test_it_ends_all_other_sessions_and_gives_this_one_another_token(claire, app):
    phone = app.test_client()
    sign_in(phone, CLAIRE)
    before = claire.get_cookie("sid").value
    change(claire)

    assert is_signed_in(claire)
    assert not is_signed_in(phone)
    copy = app.test_client()
    copy.set_cookie("sid", before)
    assert not is_signed_in(copy)


def test_it_is_told_by_mail_and_in_the_trail(claire, app):
    from app.models import AuditEvent, OutgoingMail
    from app.security.cross_company import cross_company

    change(claire)
    with app.app_context(), cross_company("a test reads what was written") as session:
        told = select(OutgoingMail).where(OutgoingMail.kind == "PASSWORD_CHANGED")
        assert session.scalars(told).one().to_email == CLAIRE
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "PASSWORD_SET"))
        assert event.actor_name == event.target_label == "Claire Dubois"


def test_every_link_of_the_account_dies_with_the_old_password(claire, app):
    from app.domain.tokens import TokenPurpose
    from app.extensions import db
    from app.models import Token
    from app.services.tokens import issue_token

    user = cast.user(app, CLAIRE)
    with app.app_context():
        for purpose in (TokenPurpose.RESET_PASSWORD, TokenPurpose.CONFIRM_EMAIL):
            issue_token(db.session(), purpose, email=CLAIRE, user_id=user.id, secret_key="k" * 32)
        db.session.commit()
    change(claire)

    with app.app_context():
        of_claire = select(Token).where(Token.user_id == user.id, Token.revoked_at.is_(None))
        assert db.session.scalars(of_claire).all() == []


def test_a_wrong_current_password_is_said_beside_its_field(claire, app):
    answer = change(claire, current="not the one")

    assert answer.status_code == 422
    assert 'id="current_password-error"' in answer.text
    assert NEW not in answer.text
    assert signs_in(app, CLAIRE, PASSWORD)


@pytest.mark.parametrize(
    "new", ["", "short", "x" * 129, "password123456", CLAIRE, "claire dubois", "passwordpassword"]
)
def test_a_password_that_breaks_the_rule_is_refused_beside_its_field(claire, app, new):
    answer = change(claire, new)

    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert signs_in(app, CLAIRE, PASSWORD)


@pytest.mark.parametrize("new", ["x" * 100 + "y" * 28, "äöü 漢字 and so on", "no digits at all"])
def test_any_composition_and_length_that_the_rule_allows(claire, app, new):
    assert change(claire, new).status_code == 303
    assert signs_in(app, CLAIRE, new)


def test_the_fields_are_masked_and_leave_password_managers_in_peace(claire):
    page = claire.get(PATH).text

    assert page.count('type="password"') == 2
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="new-password"' in page
    assert f'value="{CLAIRE}" autocomplete="username"' in page
    assert "onpaste" not in page


def test_guessing_the_current_password_is_slowed_down(claire, app):
    answers = [change(claire, current=f"guess {number}").status_code for number in range(TRIES + 1)]

    assert answers == [422] * TRIES + [429]
    assert signs_in(app, CLAIRE, PASSWORD)


def test_right_ones_are_not_counted_as_guesses(claire):
    passwords = [PASSWORD, *(f"{NEW} {number}" for number in range(TRIES + 2))]
    answers = [
        change(claire, new, current=current).status_code for current, new in pairwise(passwords)
    ]

    assert set(answers) == {303}


def test_who_signs_in_through_a_provider_only_sets_one_after_a_fresh_sign_in(claire, app):
    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession, PortalUser

    with app.app_context():
        nobodys = update(PortalUser).where(PortalUser.username == CLAIRE)
        db.session.execute(nobodys.values(password=None, password_set_at=None))
        db.session.commit()
    assert "Set a password" in claire.get(PATH).text
    assert "current_password" not in claire.get(PATH).text
    token = form_token(claire, PATH)
    with app.app_context():
        long_ago = now() - timedelta(minutes=11)
        db.session.execute(update(LoginSession).values(authenticated_at=long_ago))
        db.session.commit()

    data = {"password": NEW, "csrf_token": token}
    assert claire.post(PATH, data=data).status_code == 403
    assert claire.get(PATH).location.startswith("/account/confirm")
    with app.app_context():
        db.session.execute(update(LoginSession).values(authenticated_at=now()))
        db.session.commit()
    assert claire.post(PATH, data=data).status_code == 303
    assert signs_in(app, CLAIRE, NEW)


def test_with_a_second_step_the_current_password_alone_is_not_enough(claire, app):
    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession, SecondStep

    token = form_token(claire, PATH)
    with app.app_context():
        user = cast.user(app, CLAIRE)
        db.session.add(SecondStep(user_id=user.id, sealed_seed="x", confirmed_at=now()))
        long_ago = now() - timedelta(minutes=11)
        db.session.execute(update(LoginSession).values(authenticated_at=long_ago))
        db.session.commit()

    data = {"current_password": PASSWORD, "password": NEW, "csrf_token": token}
    assert claire.post(PATH, data=data).status_code == 403
    assert signs_in(app, CLAIRE, PASSWORD)

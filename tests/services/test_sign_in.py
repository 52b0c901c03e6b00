"""Checking credentials, without a browser: who gets in, and what one failure leaves behind."""

import pytest

from app.domain.actors import Actor
from tests.cast import CLAIRE, PASSWORD
from tests.services.trail import follow_trail

STRANGER = Actor(None, "visitor", None, "192.0.2.7", "request-1")


def check(session, email, password):
    from app.services.sign_in import check_credentials

    return check_credentials(
        session, email=email, password=password, stranger="0a1b2c", actor=STRANGER
    )


@pytest.fixture
def trail(session):
    return follow_trail(session)


def test_the_right_password_gives_the_person(session, trail):
    claire = check(session, f" {CLAIRE.upper()}", PASSWORD)

    assert claire.email == CLAIRE
    session.flush()
    assert trail == []  # there may be a second step: who is let in writes it


@pytest.mark.parametrize(
    ("email", "label"), [(CLAIRE, "Claire Dubois"), ("nobody@x.example", "0a1b2c")]
)
def test_a_failure_leaves_one_event(session, trail, email, label):
    from app.services.sign_in import SignInRefused

    with pytest.raises(SignInRefused) as refused:
        check(session, email, "wrong password")

    assert refused.value.params == {}
    session.flush()
    (event,) = trail
    assert (event.action, event.actor_name, event.target_label) == (
        "SIGN_IN_FAILED",
        "visitor",
        label,
    )


def test_somebody_without_a_password_cannot_get_in(session):
    from app.services.sign_in import SignInRefused
    from app.services.users import create_user

    create_user(session, email="invited@x.example", first_name="I", last_name="N")
    for password in ("", "None", PASSWORD):
        with pytest.raises(SignInRefused):
            check(session, "invited@x.example", password)


def test_a_disabled_person_cannot_get_in(session):
    from app.services.sign_in import SignInRefused
    from app.services.users import disable_user, find_user

    disable_user(session, find_user(session, CLAIRE))
    with pytest.raises(SignInRefused):
        check(session, CLAIRE, PASSWORD)

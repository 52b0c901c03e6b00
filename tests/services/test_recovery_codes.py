"""Recovery codes: ten, each once, however they are typed; only hashes kept; new ones void the others."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from tests.authenticator import give_recovery_codes, give_second_step
from tests.cast import CLAIRE, PIETER
from tests.services.trail import follow_mails, follow_trail


@pytest.fixture
def codes(app):
    give_second_step(app, CLAIRE)
    return give_recovery_codes(app, CLAIRE)


@pytest.fixture
def claire(session, codes):
    from app.services.users import find_user

    return find_user(session, CLAIRE)


def use(session, user, typed, **by):
    from app.services.recovery_codes import use_recovery_code

    return use_recovery_code(session, user, typed, **by)


def test_each_works_once_and_tells_how_many_are_left(session, claire, codes):
    from app.services.recovery_codes import recovery_codes_left

    mails = follow_mails(session)
    assert use(session, claire, codes[3])
    assert not use(session, claire, codes[3])
    assert use(session, claire, codes[7])

    assert recovery_codes_left(session, claire.id) == 8
    assert [one.context["left"] for one in mails] == [9, 8]
    assert not any(code in str(one.context) for one in mails for code in codes)


def test_the_trail_says_whose_it_was_also_before_they_are_in(session, claire, codes):
    trail = follow_trail(session)

    assert use(session, claire, codes[0], actor=Actor(None, "visitor", None, "192.0.2.1"))

    session.flush()
    used = next(one for one in trail if one.action == AuditAction.RECOVERY_CODE_USED)
    assert (used.actor_id, used.actor_name, used.ip) == (claire.id, claire.name, "192.0.2.1")


@pytest.mark.parametrize(
    "spelled", [str.upper, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")]
)
def test_they_are_taken_as_people_write_them(session, claire, codes, spelled):
    assert use(session, claire, f" {spelled(codes[0])} ")


@pytest.mark.parametrize("typed", ["", "-", "aaaaa-aaaaa", "x" * 100_000, "nul\0nul\0nu"])
def test_what_is_none_is_refused(session, claire, typed):
    assert not use(session, claire, typed)


def test_those_of_somebody_else_are_refused(app, session, codes):
    from app.services.users import find_user

    give_recovery_codes(app, PIETER)

    assert not use(session, find_user(session, PIETER), codes[0])


def test_new_ones_void_the_former(session, claire, codes):
    from app.services.second_step import renew_recovery_codes

    newer = renew_recovery_codes(session, claire)

    assert not use(session, claire, codes[0])
    assert use(session, claire, newer[0])


def test_only_stretched_hashes_are_kept(session, claire, codes):
    from app.models import RecoveryCode
    from app.services.passwords import method

    hashes = list(session.scalars(select(RecoveryCode.code_hash)))
    assert len(hashes) == 10
    assert all(one.startswith(f"{method()}$") for one in hashes)
    assert not any(code.replace("-", "") in one for code in codes for one in hashes)


def test_of_ten_who_try_one_at_once_one_wins(app, codes):
    from app.extensions import db
    from app.services.users import find_user

    def attempt(_number):
        with app.app_context():
            used = use(db.session(), find_user(db.session(), CLAIRE), codes[0])
            db.session.commit()
            return used

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(attempt, range(10))) == 1

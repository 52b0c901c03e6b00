"""Codes of the app: of now and a period either side, once each, one winner of ten; their seeds sealed and resealed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domain.jobs import Task
from tests import cast
from tests.authenticator import code_of, give_second_step
from tests.cast import CLAIRE, PIETER
from tests.services.trail import follow_mails, follow_trail

pytestmark = pytest.mark.usefixtures("held_period")


@pytest.fixture
def seed(app):
    return give_second_step(app, CLAIRE)


@pytest.fixture
def vault(app):
    return app.extensions["ports"].vault


@pytest.fixture
def claire(session, seed):
    from app.services.users import find_user

    return find_user(session, CLAIRE)


def is_taken(session, user, code, vault):
    from app.services.second_step import CodeRefused, check_second_step

    try:
        check_second_step(session, user, code, vault=vault)
    except CodeRefused:
        return False
    return True


@pytest.mark.parametrize(("periods", "is_right"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_a_clock_may_be_off_by_one_period(session, claire, seed, vault, periods, is_right):
    assert is_taken(session, claire, code_of(seed, periods), vault) is bool(is_right)


def test_a_code_works_once(session, claire, seed, vault):
    assert is_taken(session, claire, code_of(seed), vault)
    assert not is_taken(session, claire, code_of(seed), vault)


def test_a_code_older_than_one_that_was_used_is_dead_too(session, claire, seed, vault):
    assert is_taken(session, claire, code_of(seed, 1), vault)
    assert not is_taken(session, claire, code_of(seed), vault)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "\u0661" * 6, "0" * 5000])
def test_what_is_no_code_is_refused(session, claire, vault, typed):
    assert not is_taken(session, claire, typed, vault)


def test_spaces_make_no_difference(session, claire, seed, vault):
    code = code_of(seed)

    assert is_taken(session, claire, f" {code[:3]} {code[3:]} ", vault)


def test_a_code_of_somebody_else_is_refused(app, session, claire, seed, vault):
    from app.services.users import find_user

    give_second_step(app, PIETER)

    assert not is_taken(session, find_user(session, PIETER), code_of(seed), vault)


def test_a_seed_copied_to_somebody_elses_row_does_not_open(app, session, seed, vault):
    from app.domain.ports import SealBroken
    from app.models import SecondStep
    from app.services.users import find_user

    give_second_step(app, PIETER)
    pieter = find_user(session, PIETER)
    mine = session.get_one(SecondStep, cast.user(app, CLAIRE).id)
    session.get_one(SecondStep, pieter.id).sealed_seed = mine.sealed_seed
    session.flush()

    with pytest.raises(SealBroken):
        is_taken(session, pieter, code_of(seed), vault)


def test_a_wrong_code_is_in_the_trail(session, claire, vault):
    trail = follow_trail(session)
    assert not is_taken(session, claire, "000000", vault)

    session.flush()
    assert [(one.action, one.target_label) for one in trail] == [
        ("SECOND_STEP_FAILED", "Claire Dubois")
    ]


def test_of_ten_who_try_one_code_at_once_one_wins(app, claire, seed, vault):
    from app.extensions import db
    from app.services.users import find_user

    code = code_of(seed)

    def attempt(_number):
        with app.app_context():
            taken = is_taken(db.session(), find_user(db.session(), CLAIRE), code, vault)
            db.session.commit()
            return taken

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(attempt, range(10))) == 1


class TestSetUp:
    @pytest.fixture
    def claire(self, session):
        from app.services.users import find_user

        return find_user(session, CLAIRE)

    def begin(self, session, user, vault):
        from app.services.second_step_set_up import begin_set_up, set_up_of

        begin_set_up(session, user, vault=vault)
        return set_up_of(session, user, vault=vault, issuer="Titres Demo SA")

    def finish(self, session, user, code, vault):
        from app.services.second_step_set_up import finish_set_up

        return finish_set_up(session, user, code, vault=vault, session_id=0)

    def test_the_app_is_told_whose_and_where(self, session, claire, vault):
        about = self.begin(session, claire, vault)

        assert about.uri.startswith("otpauth://totp/Titres%20Demo%20SA:claire%40boulangerie-martin")
        assert f"secret={about.key}" in about.uri
        assert len(about.key) == 32  # 160 bits (RFC 4226, 4)

    def test_nothing_is_asked_for_before_a_first_code(self, session, claire, vault):
        from app.services.second_step import CodeRefused, has_second_step

        about = self.begin(session, claire, vault)
        with pytest.raises(CodeRefused):
            self.finish(session, claire, "000000", vault)
        assert not has_second_step(session, claire.id)
        assert not is_taken(session, claire, code_of(about.key), vault)

    def test_a_first_code_switches_it_on_and_is_used_up(self, session, claire, vault):
        from app.services.second_step import has_second_step, status_of

        about = self.begin(session, claire, vault)
        codes = self.finish(session, claire, code_of(about.key), vault)

        assert has_second_step(session, claire.id)
        assert len(set(codes)) == status_of(session, claire.id).codes_left == 10
        assert not is_taken(session, claire, code_of(about.key), vault)

    def test_beginning_again_voids_the_seed_before(self, session, claire, vault):
        from app.services.second_step import CodeRefused

        former = self.begin(session, claire, vault)
        self.begin(session, claire, vault)
        with pytest.raises(CodeRefused):
            self.finish(session, claire, code_of(former.key), vault)

    def test_one_that_was_begun_and_left_is_void(self, session, claire, vault, monkeypatch):
        from app.services import second_step_set_up
        from app.services.second_step import SecondStepMissing

        about = self.begin(session, claire, vault)
        later = second_step_set_up.now() + second_step_set_up.UNFINISHED_FOR + timedelta(seconds=1)
        monkeypatch.setattr(second_step_set_up, "now", lambda: later)
        with pytest.raises(SecondStepMissing):
            self.finish(session, claire, code_of(about.key), vault)

    def test_it_cannot_be_set_up_over_one_that_is_on(self, session, claire, seed, vault):
        from app.services.second_step import SecondStepMissing
        from app.services.second_step_set_up import SecondStepThere, begin_set_up, set_up_of

        with pytest.raises(SecondStepThere):
            begin_set_up(session, claire, vault=vault)
        with pytest.raises(SecondStepMissing):
            set_up_of(session, claire, vault=vault, issuer="x")  # it is never shown again

    def test_each_change_is_in_the_trail_and_in_a_mail(self, session, claire, vault):
        from app.services.second_step import renew_recovery_codes, switch_off

        mails, trail = follow_mails(session), follow_trail(session)
        about = self.begin(session, claire, vault)
        self.finish(session, claire, code_of(about.key), vault)
        renew_recovery_codes(session, claire)
        switch_off(session, claire, by="Sofia Admin")
        session.flush()

        assert [one.action for one in trail] == [
            "RECOVERY_CODES_MADE",
            "SECOND_STEP_ENABLED",
            "RECOVERY_CODES_MADE",
            "SECOND_STEP_DISABLED",
        ]
        assert [(one.kind, one.to_email) for one in mails] == [
            ("SECOND_STEP_ENABLED", CLAIRE),
            ("RECOVERY_CODES_MADE", CLAIRE),
            ("SECOND_STEP_DISABLED", CLAIRE),
        ]
        assert mails[-1].context["by"] == "Sofia Admin"
        assert self.to_tell(session) == [one.kind for one in mails], "the other administrators"

    def to_tell(self, session):
        from app.models import Job
        from app.security.tenancy import CHECKED

        wanted = select(Job.arguments).where(Job.task == Task.TELL_ADMINISTRATORS)
        found = session.scalars(wanted.order_by(Job.id), execution_options=CHECKED)
        return [arguments["change"] for arguments in found]

    def test_switching_off_takes_codes_and_sessions_along(self, session, claire, seed, vault):
        from app.models import LoginSession, RecoveryCode
        from app.services.second_step import SecondStepMissing, renew_recovery_codes, switch_off
        from app.services.sessions import start_session

        renew_recovery_codes(session, claire)
        kept, _token = start_session(session, claire.id, ip=None, user_agent=None)
        other, _token = start_session(session, claire.id, ip=None, user_agent=None)
        switch_off(session, claire, keep_session_id=kept.id)

        session.expire_all()
        assert session.get_one(LoginSession, kept.id).ended_at is None
        assert session.get_one(LoginSession, other.id).ended_at is not None
        assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
        with pytest.raises(SecondStepMissing):
            switch_off(session, claire)


def test_seeds_are_sealed_again_by_the_first_key(app, session, claire, seed):
    from app.models import SecondStep
    from app.security.vault import AesGcmVault
    from app.services.second_step import reseal_seeds
    from settings.keys import DataKey

    new = DataKey("new", bytes(range(32)))
    old = app.extensions["settings"].sealing_keys[0]

    assert reseal_seeds(session, vault=AesGcmVault([new, old])) == 1
    assert reseal_seeds(session, vault=AesGcmVault([new, old])) == 0
    session.expire_all()
    assert session.get_one(SecondStep, claire.id).sealed_seed.startswith("new.")
    assert is_taken(session, claire, code_of(seed), AesGcmVault([new]))


def test_the_table_holds_no_seed(session, claire, seed):
    from app.models import SecondStep

    row = session.get_one(SecondStep, claire.id)
    assert seed not in row.sealed_seed
    assert row.created_at <= row.confirmed_at + timedelta(seconds=1)

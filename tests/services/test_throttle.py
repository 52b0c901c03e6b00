"""The throttle: counts that hold under a race, networks, keys that name nobody, windows that end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.services import throttle
from app.services.throttle import (
    Limit,
    TooManyAttempts,
    confirm_limits,
    count_attempt,
    email_change_limits,
    forgive_attempt,
    invitation_limits,
    invitation_mail_limits,
    keyed_hash,
    network_of,
    provider_limits,
    purge_windows,
    reset_limits,
    reset_mail_limits,
    second_step_limits,
    sign_in_limits,
    signed_in_limits,
)
from app.services.throttle_rules import RULES, Throttled, Together, most

DAY = timedelta(days=1)


def tries(session, limits, times):
    """How many of `times` tries are let through."""
    done = 0
    for _ in range(times):
        try:
            count_attempt(session, limits)
        except TooManyAttempts:
            continue
        done += 1
    return done


def test_it_lets_through_as_many_as_the_limit_says(session):
    assert tries(session, [Limit("a", 3, DAY)], 5) == 3


def test_a_refusal_says_until_when_and_is_first_only_once(session):
    refusals = []
    for _ in range(3):
        try:
            count_attempt(session, [Limit("a", 1, DAY)])
        except TooManyAttempts as error:
            refusals.append(error)

    assert [one.is_first for one in refusals] == [True, False]
    assert refusals[0].retry_at > throttle.now()


def test_each_key_has_its_own_count(session):
    assert tries(session, [Limit("a", 1, DAY)], 2) == 1
    assert tries(session, [Limit("b", 1, DAY)], 2) == 1


def test_what_is_refused_weighs_on_no_wider_limit(session):
    from app.models import ThrottleWindow

    narrow, wide = Limit("narrow", 2, DAY), Limit("wide", 100, DAY)
    tries(session, [narrow, wide], 50)

    counted = session.scalar(select(ThrottleWindow.count).where(ThrottleWindow.key == "wide"))
    assert counted == 2


def test_a_try_that_was_right_is_taken_back(session):
    limits = [Limit("a", 1, DAY), Limit("b", 1, DAY)]
    for _ in range(4):
        count_attempt(session, limits)
        forgive_attempt(session, limits)

    assert tries(session, limits, 2) == 1


def test_taking_back_what_was_never_counted_gives_nobody_credit(session):
    limits = [Limit("a", 1, DAY)]
    forgive_attempt(session, limits)
    count_attempt(session, limits)
    forgive_attempt(session, limits)
    forgive_attempt(session, limits)

    assert tries(session, limits, 3) == 1


def test_a_hundred_tries_at_once_are_a_hundred(app):
    from app.extensions import db

    limit = Limit("race", 7, DAY)

    def one_try(_number):
        with app.app_context():
            session = db.session()
            try:
                count_attempt(session, [limit])
            except TooManyAttempts:
                return False
            finally:
                session.commit()
            return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one_try, range(100)))

    assert outcomes.count(True) == 7
    with app.app_context():
        from app.models import ThrottleWindow

        assert db.session.scalar(select(ThrottleWindow.count)) == 100


def test_ended_windows_are_purged_and_others_stay(session):
    from app.models import ThrottleWindow

    session.add(
        ThrottleWindow(
            key="old", starts_at=throttle.now() - 2 * DAY, ends_at=throttle.now() - DAY, count=9
        )
    )
    count_attempt(session, [Limit("new", 9, DAY)])

    assert purge_windows(session) == 1
    assert session.scalars(select(ThrottleWindow.key)).all() == ["new"]


def test_a_new_window_starts_from_nothing(session, monkeypatch):
    limit = Limit("a", 1, timedelta(minutes=5))
    assert tries(session, [limit], 2) == 1

    later = throttle.now() + timedelta(minutes=5)
    monkeypatch.setattr(throttle, "now", lambda: later)
    assert tries(session, [limit], 2) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff:abcd::1", "2001:db8:1:200::/56"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/56"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_network_is_what_one_customer_of_a_provider_holds(address, network):
    assert network_of(address) == network


def test_nobody_is_named_by_a_key():
    limits = sign_in_limits("secret", email="claire@x.example", ip="192.0.2.77")

    text = " ".join(limit.key for limit in limits)
    assert "claire" not in text
    assert "192" not in text.replace(limits[0].key, "").replace(limits[1].key, "").replace(
        limits[2].key, ""
    )
    assert len({limit.key for limit in limits}) == 3


def test_a_key_depends_on_the_secret_and_on_where_its_parts_end():
    assert keyed_hash("one", "a", "b") != keyed_hash("two", "a", "b")
    assert keyed_hash("one", "ab", "c") != keyed_hash("one", "a", "bc")


def test_limits_of_another_network_share_only_the_widest():
    mine = sign_in_limits("secret", email="claire@x.example", ip="192.0.2.77")
    yours = sign_in_limits("secret", email="claire@x.example", ip="203.0.113.9")

    assert [a.key == b.key for a, b in zip(mine, yours, strict=True)] == [False, False, True]


def test_the_owner_of_a_wide_ipv6_network_does_not_use_up_what_is_for_everybody(session):
    let_through = 0
    for number in range(256):
        ip = f"2001:db8:1:{number:02x}00::1"
        limits = sign_in_limits("secret", email=f"{number}@x.example", ip=ip)
        let_through += tries(session, limits, 1)

    per_site = most(Throttled.SIGN_IN, Together.SITE)
    assert let_through == per_site < most(Throttled.SIGN_IN, Together.EVERYBODY)
    elsewhere = sign_in_limits("secret", email="claire@x.example", ip="2001:db8:2::1")
    assert tries(session, elsewhere, 1) == 1


def test_the_table_holds_one_row_for_each_key_and_window(session):
    from app.models import ThrottleWindow

    tries(session, [Limit("a", 3, DAY), Limit("b", 3, DAY)], 5)
    assert session.scalar(select(func.count()).select_from(ThrottleWindow)) == 2


def test_several_tries_at_once_are_let_through_together_or_not_at_all(session):
    limit = Limit("a", 10, DAY)
    count_attempt(session, [limit], times=6)

    with pytest.raises(TooManyAttempts) as refused:
        count_attempt(session, [limit], times=6)
    assert refused.value.is_first


def every_kind_of_limits(*, email, ip):
    return {
        Throttled.SIGN_IN: sign_in_limits("secret", email=email, ip=ip),
        Throttled.SIGNED_IN: signed_in_limits("secret", email=email, ip=ip),
        Throttled.RESET: reset_limits("secret", email=email, ip=ip),
        Throttled.RESET_MAIL: reset_mail_limits("secret", email=email),
        Throttled.INVITATION: invitation_limits("secret", account=email, ip=ip),
        Throttled.INVITATION_MAIL: invitation_mail_limits("secret", account=email, email=email),
        Throttled.SECOND_STEP: second_step_limits("secret", account=email, ip=ip),
        Throttled.CONFIRM: confirm_limits("secret", account=email, ip=ip),
        Throttled.EMAIL_CHANGE: email_change_limits("secret", account=email, ip=ip),
        Throttled.PROVIDER: provider_limits("secret", ip=ip),
    }


def test_no_two_things_share_a_counter():
    kinds = every_kind_of_limits(email="claire@x.example", ip="2001:db8::1")

    keys = [limit.key for limits in kinds.values() for limit in limits]
    assert kinds.keys() == RULES.keys()
    assert len(keys) == len(set(keys)) == sum(len(rules) for rules in RULES.values())


def test_nobody_locks_out_somebody_else_from_where_a_visitor_may_try():
    """An account alone is counted only behind a right password or a session, or where nobody is refused."""
    alone = {
        throttled
        for throttled, rules in RULES.items()
        if any(rule.together is Together.ACCOUNT for rule in rules)
    }

    assert alone == {
        Throttled.RESET_MAIL,
        Throttled.INVITATION_MAIL,
        Throttled.SECOND_STEP,
        Throttled.CONFIRM,
        Throttled.EMAIL_CHANGE,
    }

"""People who can sign in: added with one spelling of their address, disabled with their sessions."""

from contextlib import suppress

import pytest
from sqlalchemy import select

from tests.cast import CLAIRE
from tests.services.trail import follow_trail

GOOD = "correct horse battery"


def add(session, email="new.person@company.example", **values):
    from app.services.users import create_user

    return create_user(
        session, **{"email": email, "first_name": "New", "last_name": "Person", **values}
    )


def test_an_address_is_kept_in_one_spelling(session):
    user = add(session, "  New.Person@COMPANY.example ")

    assert (user.email, user.username) == ("new.person@company.example",) * 2
    assert user.active
    assert user.password is None


def test_a_taken_address_is_refused_in_whatever_spelling(session):
    from app.services.users import EmailTaken

    with pytest.raises(EmailTaken):
        add(session, CLAIRE.title())


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "no-at.example",
        "two@@x.example",
        "a b@x.example",
        "x@nodot",
        "a@b.c\nBcc: d@e.f",
        "a\0b@company.example",
        "a" * 120 + "@company.example",
        '"x"@y.example',
        "x@y.example,z@y.example",
    ],
)
def test_what_is_no_address_is_refused(session, typed):
    from app.services.users import EmailMalformed

    with pytest.raises(EmailMalformed):
        add(session, typed)


def test_a_weak_password_adds_nobody(session):
    from app.models import PortalUser
    from app.services.passwords import PasswordTooPersonal

    with pytest.raises(PasswordTooPersonal):
        add(session, password="new.person 2026")

    session.rollback()
    assert (
        session.scalar(select(PortalUser.id).where(PortalUser.email.startswith("new.person")))
        is None
    )


def test_the_trail_tells_of_a_new_person_and_their_role(session):
    from app.domain.audit import AuditAction
    from app.domain.roles import StaffRole

    events = follow_trail(session)
    add(session, staff_role=StaffRole.AUDITOR, password=GOOD)
    session.flush()

    created = next(one for one in events if one.action == AuditAction.USER_CREATED)
    assert created.changes == {"staff_role": [None, "AUDITOR"]}
    assert GOOD not in str([one.changes for one in events])


def test_disabling_somebody_ends_their_sessions(session):
    from app.models import LoginSession
    from app.services.sessions import start_session
    from app.services.users import disable_user, enable_user, find_user

    claire = find_user(session, CLAIRE)
    for _ in range(2):
        start_session(session, claire.id, ip=None, user_agent=None)

    assert disable_user(session, claire) == 2
    assert not claire.active
    ends = session.scalars(
        select(LoginSession.ended_at).where(LoginSession.user_id == claire.id)
    ).all()
    assert all(ends)

    enable_user(session, claire)
    assert claire.active


def test_a_new_password_ends_the_sessions_of_the_old_one(session):
    from app.models import LoginSession
    from app.services.sessions import start_session
    from app.services.users import find_user, set_password

    claire = find_user(session, CLAIRE)
    login, _token = start_session(session, claire.id, ip=None, user_agent=None)
    set_password(session, claire, GOOD)

    assert session.scalar(select(LoginSession.ended_at).where(LoginSession.id == login.id))


def test_somebody_unknown_is_said_to_be(session):
    from app.services.users import UserUnknown, find_user

    with pytest.raises(UserUnknown):
        find_user(session, "nobody@nowhere.example")


@pytest.mark.parametrize(
    ("email", "names"),
    [
        ("sofia.de-wit@x.example", ("Sofia", "De Wit")),
        ("info@x.example", ("Info", "")),
        ("a.b.c@x.example", ("A", "B C")),
    ],
)
def test_a_name_to_begin_with_is_made_from_the_address(email, names):
    from app.services.users import person_of_email

    assert person_of_email(email) == names


def test_two_administrators_who_disable_each_other_at_once_do_not_both_succeed(app, monkeypatch):
    from threading import Barrier, BrokenBarrierError, Thread

    from app.domain.roles import StaffRole
    from app.extensions import db
    from app.models import PortalUser
    from app.services import users_admin

    with app.app_context():
        first = add(db.session(), "first@issuer.example", staff_role=StaffRole.PLATFORM_ADMIN).id
        others = select(PortalUser).where(PortalUser.staff_role == StaffRole.PLATFORM_ADMIN)
        second = db.session.scalars(others.where(PortalUser.id != first)).one().id
        db.session.commit()
    both_asked, disable_user, outcomes = Barrier(2), users_admin.disable_user, []

    def wait_for_the_other(session, user):
        with suppress(BrokenBarrierError):
            both_asked.wait(0.5)
        return disable_user(session, user)

    def disable(who, by_id):
        with app.app_context():
            try:
                users_admin.disable(db.session(), db.session.get_one(PortalUser, who), by_id=by_id)
                db.session.commit()
                outcomes.append("disabled")
            except users_admin.LastAdministrator:
                db.session.rollback()
                outcomes.append("refused")

    monkeypatch.setattr(users_admin, "disable_user", wait_for_the_other)
    threads = [Thread(target=disable, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["disabled", "refused"]

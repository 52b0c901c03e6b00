"""Access to companies: given, changed, limited, withdrawn; a company keeps an administrator."""

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from sqlalchemy import select

from app.domain.actors import Actor
from app.domain.clock import today
from app.domain.mail import MailKind
from app.domain.roles import EmployerRole
from app.models import Membership, OutgoingMail, PortalUser
from app.security.scope import of_company, of_portfolio
from app.security.tenancy import open_scope
from app.security.writes import NotYours
from app.services import membership_limits
from app.services.administrators import LastAdministratorStays
from app.services.membership_limits import NoAddressChosen, address_choices
from app.services.memberships import (
    Access,
    AccessValues,
    AlreadyMember,
    EndsBeforeItStarts,
    access_version,
    change_access,
    give_access,
    limit_to_addresses,
    set_access,
    take_access_back,
)
from app.services.users import create_user, disable_user
from app.services.versions import EditedMeanwhile
from tests import cast

ADMIN = AccessValues(EmployerRole.EMPLOYER_ADMIN)
VIEWER = AccessValues(EmployerRole.EMPLOYER_VIEWER)
TOMORROW = today() + timedelta(days=1)
YESTERDAY = today() - timedelta(days=1)


@pytest.fixture
def martin(app, session):
    """The company, in a session of its account manager."""
    company = cast.company(app, cast.MARTIN)
    open_scope(session, of_portfolio((company.id,), user_id=cast.user(app, cast.MARC).id))
    return session.merge(company, load=False)


def somebody(session, email="neu@martin.example"):
    return create_user(session, email=email, first_name="Neu", last_name="Person")


def given(session, company, values=VIEWER, email="neu@martin.example"):
    return give_access(session, company, somebody(session, email), Access(values), by_id=None)


def of(session, email):
    key = session.scalar(select(PortalUser.id).where(PortalUser.username == email))
    return session.scalars(select(Membership).where(Membership.user_id == key)).one()


def told(session):
    statement = select(OutgoingMail.to_email).where(
        OutgoingMail.kind == MailKind.ADMINISTRATOR_ADDED
    )
    return sorted(session.scalars(statement))


def test_access_is_given_once(session, martin):
    membership = given(session, martin)

    with pytest.raises(AlreadyMember):
        give_access(session, martin, membership.user, Access(VIEWER), by_id=None)


def test_access_does_not_end_before_it_starts(session, martin):
    membership = given(session, martin)

    with pytest.raises(EndsBeforeItStarts):
        change_access(session, membership, AccessValues(VIEWER.role, TOMORROW, today()))


def test_addresses_of_another_company_are_not_chosen(app, session, martin):
    membership = given(session, martin)
    own = cast.address(app, "Eupen").public_id

    with pytest.raises(NoAddressChosen):
        limit_to_addresses(session, membership, [cast.company_id(app, cast.PEETERS)])
    assert limit_to_addresses(session, membership, [own, cast.company_id(app, cast.PEETERS)])
    assert [one.name for one in address_choices(session, membership) if one.is_chosen] == ["Eupen"]
    assert not limit_to_addresses(session, membership, [own]), "nothing differs"


def test_all_of_somebodys_access_changes_at_once_with_one_event(app, session, martin):
    from app.models import AuditEvent

    membership = of(session, cast.VERA)
    eupen, version = cast.address(app, "Eupen").public_id, access_version(session, membership)
    values = AccessValues(EmployerRole.EMPLOYER_BILLING, None, TOMORROW)

    assert set_access(session, membership, values, addresses=[eupen], version=version)
    session.commit()

    newest = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)
    assert session.scalars(newest).one().changes == {
        "role": ["EMPLOYER_VIEWER", "EMPLOYER_BILLING"],
        "expires_on": [None, TOMORROW.isoformat()],
        "limited_to_addresses": [False, True],
        "addresses": [[], ["Eupen"]],
    }
    with pytest.raises(EditedMeanwhile):
        set_access(session, membership, VIEWER, addresses=None, version=version)


def test_a_new_last_day_is_watched_anew(session, martin):
    from app.domain.clock import now

    membership = of(session, cast.VERA)
    membership.expires_on, membership.expiry_recorded_at = YESTERDAY, now()
    session.flush()

    change_access(session, membership, AccessValues(VIEWER.role, None, TOMORROW))

    assert membership.expiry_recorded_at is None


def test_withdrawn_access_takes_its_limits_along(app, session, martin):
    membership = given(session, martin)
    user = membership.user
    limit_to_addresses(session, membership, [cast.address(app, "Eupen").public_id])

    take_access_back(session, membership)
    session.commit()

    again = give_access(session, martin, user, Access(VIEWER), by_id=None)
    assert not any(one.is_chosen for one in address_choices(session, again))


@pytest.mark.parametrize(
    "act",
    [
        lambda session, membership, _eupen: take_access_back(session, membership),
        lambda session, membership, _eupen: change_access(session, membership, VIEWER),
        lambda session, membership, _eupen: change_access(
            session, membership, AccessValues(ADMIN.role, None, TOMORROW)
        ),
        lambda session, membership, _eupen: change_access(
            session, membership, AccessValues(ADMIN.role, TOMORROW, None)
        ),
        lambda session, membership, eupen: limit_to_addresses(session, membership, [eupen]),
    ],
    ids=["removed", "demoted", "given an end", "not yet", "limited"],
)
def test_the_last_administrator_stays_what_they_are(app, session, martin, act):
    claire, eupen = of(session, cast.CLAIRE), cast.address(app, "Eupen").public_id

    with pytest.raises(LastAdministratorStays):
        act(session, claire, eupen)
    session.rollback()

    given(session, martin, ADMIN)
    act(session, of(session, cast.CLAIRE), eupen)


@pytest.mark.parametrize(
    "other",
    ["a viewer", "limited", "over", "not yet", "with a last day", "disabled"],
)
def test_whoever_cannot_answer_for_the_company_for_good_is_no_other_administrator(
    app, session, martin, other
):
    days = {"over": (None, YESTERDAY), "not yet": (TOMORROW, None)}
    days |= {"with a last day": (None, TOMORROW)}
    starts_on, expires_on = days.get(other, (None, None))
    values = AccessValues(ADMIN.role, starts_on, expires_on)
    membership = given(session, martin, VIEWER if other == "a viewer" else values)
    if other == "limited":
        limit_to_addresses(session, membership, [cast.address(app, "Eupen").public_id])
    if other == "disabled":
        disable_user(session, membership.user)

    with pytest.raises(LastAdministratorStays):
        take_access_back(session, of(session, cast.CLAIRE))


def test_a_company_whose_administrator_has_a_last_day_keeps_at_least_them(session, martin):
    first = given(session, martin, AccessValues(ADMIN.role, None, TOMORROW), "first@x.example")
    claire = of(session, cast.CLAIRE)
    claire.role = EmployerRole.EMPLOYER_VIEWER
    session.flush()

    with pytest.raises(LastAdministratorStays):
        take_access_back(session, first)
    given(session, martin, AccessValues(ADMIN.role, None, TOMORROW), "second@x.example")
    take_access_back(session, first)


def test_a_disabled_administrator_can_be_removed(session, martin):
    claire = of(session, cast.CLAIRE)
    disable_user(session, claire.user)

    take_access_back(session, claire)


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (lambda session, one, _: take_access_back(session, one), "ACCESS_REMOVED"),
        (lambda session, one, _: change_access(session, one, VIEWER), "NO_LONGER_ADMINISTRATOR"),
        (
            lambda session, one, _: change_access(
                session, one, AccessValues(ADMIN.role, None, YESTERDAY)
            ),
            "NO_LONGER_ADMINISTRATOR",
        ),
        (
            lambda session, one, _: change_access(
                session, one, AccessValues(ADMIN.role, None, TOMORROW)
            ),
            "ACCESS_CHANGED",
        ),
        (
            lambda session, one, eupen: limit_to_addresses(session, one, [eupen]),
            "ACCESS_CHANGED",
        ),
    ],
    ids=["removed", "demoted", "ended", "given a last day", "limited"],
)
def test_the_other_administrators_are_told_what_became_of_one(app, session, martin, act, what):
    session.info["actor"] = Actor(None, "Marc Manager")
    bruno = of(session, cast.BRUNO)
    for one in (cast.VERA, cast.BRUNO):
        change_access(session, of(session, one), ADMIN)
    disable_user(session, bruno.user)
    act(session, of(session, cast.VERA), cast.address(app, "Eupen").public_id)

    statement = select(OutgoingMail).where(OutgoingMail.kind == MailKind.ADMINISTRATOR_CHANGED)
    (mail,) = session.scalars(statement)
    assert mail.to_email == cast.CLAIRE, "neither who it is about, nor who is disabled"
    assert (mail.company_id, mail.context["what"]) == (martin.id, what)
    assert (mail.context["company"], mail.context["name"]) == (cast.MARTIN, "Vera Viewer")
    assert mail.context["by"] == "Marc Manager"


@pytest.mark.parametrize("values", [AccessValues(VIEWER.role, None, TOMORROW), None])
def test_of_the_access_of_others_administrators_are_told_nothing(session, martin, values):
    vera = of(session, cast.VERA)
    if values is None:
        take_access_back(session, vera)
    else:
        change_access(session, vera, values)

    statement = select(OutgoingMail).where(OutgoingMail.kind == MailKind.ADMINISTRATOR_CHANGED)
    assert session.scalars(statement).all() == []


def test_the_other_administrators_are_told_of_a_new_one_and_of_nothing_less(app, session, martin):
    vera = of(session, cast.VERA)
    change_access(session, vera, AccessValues(EmployerRole.EMPLOYER_BILLING))
    assert told(session) == []

    change_access(session, vera, ADMIN)
    assert told(session) == [cast.CLAIRE]
    mail = session.scalars(
        select(OutgoingMail).where(OutgoingMail.kind == MailKind.ADMINISTRATOR_ADDED)
    ).one()
    assert mail.context["company"] == cast.MARTIN
    assert mail.context["email"] == cast.VERA

    limit_to_addresses(session, vera, [cast.address(app, "Eupen").public_id])
    assert told(session) == [cast.CLAIRE], "nobody was added"


@pytest.mark.parametrize("second", ["limit", "take back"])
def test_of_two_who_change_access_at_once_the_slower_is_told(app, monkeypatch, second):
    from app.extensions import db

    company, marc = cast.company(app, cast.MARTIN), cast.user(app, cast.MARC)
    key, eupen = (
        cast.membership(app, cast.VERA, cast.MARTIN).id,
        cast.address(app, "Eupen").public_id,
    )
    both_looked, rows, outcomes = Barrier(2), membership_limits._rows, []

    def wait_for_the_other(membership):
        with suppress(BrokenBarrierError):
            both_looked.wait(0.5)
        return rows(membership)

    def change(version):
        with app.app_context():
            session = db.session()
            open_scope(session, of_portfolio((company.id,), user_id=marc.id))
            try:
                membership = session.get_one(Membership, key)
                if second == "limit":
                    limit_to_addresses(session, membership, [eupen], version=version)
                else:
                    take_access_back(session, membership)
                session.commit()
                outcomes.append("done")
            except EditedMeanwhile:
                session.rollback()
                outcomes.append("told")

    with app.app_context():
        open_scope(db.session(), of_portfolio((company.id,), user_id=marc.id))
        version = access_version(db.session(), db.session.get_one(Membership, key))
        db.session.remove()
    monkeypatch.setattr(membership_limits, "_rows", wait_for_the_other)
    run_at_once([lambda: change(version)] * 2)

    assert sorted(outcomes) == ["done", "told"]


@pytest.mark.parametrize("act", ["remove", "demote"])
def test_of_two_administrators_who_remove_each_other_at_once_one_stays(app, act):
    from app.extensions import db

    company = cast.company(app, cast.MARTIN)
    with app.app_context():
        open_scope(db.session(), of_company(company.id))
        change_access(db.session(), of(db.session(), cast.VERA), ADMIN)
        db.session.commit()
        db.session.remove()
    keys = [cast.membership(app, one, cast.MARTIN).id for one in (cast.CLAIRE, cast.VERA)]
    both_looked, outcomes = Barrier(2), []

    def remove(key):
        with app.app_context():
            session = db.session()
            open_scope(session, of_company(company.id))
            membership = session.get_one(Membership, key)
            both_looked.wait(5)
            try:
                if act == "remove":
                    take_access_back(session, membership)
                else:
                    change_access(session, membership, VIEWER)
                session.commit()
                outcomes.append("done")
            except LastAdministratorStays:
                session.rollback()
                outcomes.append("refused")

    run_at_once([lambda key=key: remove(key) for key in keys])

    assert sorted(outcomes) == ["done", "refused"]


def run_at_once(tasks):
    threads = [Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_company_outside_the_scope_gives_no_access(app, session, martin):
    user = somebody(session)
    with pytest.raises(NotYours):
        give_access(session, cast.company(app, cast.PEETERS), user, Access(VIEWER), by_id=None)

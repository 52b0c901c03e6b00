"""Access to companies: given, limited, withdrawn."""

import pytest

from app.domain.roles import EmployerRole
from app.security.scope import of_portfolio
from app.security.tenancy import open_scope
from app.security.writes import NotYours
from app.services.memberships import (
    AccessValues,
    AlreadyMember,
    NoAddressChosen,
    address_choices,
    give_access,
    limit_to_addresses,
    take_access_back,
)
from tests import cast

VIEWER = AccessValues(EmployerRole.EMPLOYER_VIEWER)


@pytest.fixture
def martin(app, session):
    """The company, in a session of its account manager."""
    company = cast.company(app, cast.MARTIN)
    open_scope(session, of_portfolio((company.id,), user_id=cast.user(app, cast.MARC).id))
    return session.merge(company, load=False)


def test_a_person_is_known_by_any_spelling_of_the_address(session, martin):
    first = give_access(session, martin, " Neu@Martin.example ", VIEWER, by_id=None)

    assert first.user.email == "neu@martin.example"
    with pytest.raises(AlreadyMember):
        give_access(session, martin, "NEU@martin.example", VIEWER, by_id=None)


def test_addresses_of_another_company_are_not_chosen(app, session, martin):
    membership = give_access(session, martin, "neu@martin.example", VIEWER, by_id=None)
    own = cast.address(app, "Eupen").public_id

    with pytest.raises(NoAddressChosen):
        limit_to_addresses(session, membership, [cast.company_id(app, cast.PEETERS)])
    assert limit_to_addresses(session, membership, [own, cast.company_id(app, cast.PEETERS)])
    assert [one.name for one in address_choices(session, membership) if one.is_chosen] == ["Eupen"]
    assert not limit_to_addresses(session, membership, [own]), "nothing differs"


def test_withdrawn_access_takes_its_limits_along(app, session, martin):
    membership = give_access(session, martin, "neu@martin.example", VIEWER, by_id=None)
    limit_to_addresses(session, membership, [cast.address(app, "Eupen").public_id])

    take_access_back(session, membership)
    session.commit()

    again = give_access(session, martin, "neu@martin.example", VIEWER, by_id=None)
    assert not any(one.is_chosen for one in address_choices(session, again))


@pytest.mark.parametrize("second", ["limit", "take back"])
def test_of_two_who_change_access_at_once_the_slower_is_told(app, monkeypatch, second):
    from contextlib import suppress
    from threading import Barrier, BrokenBarrierError, Thread

    from app.extensions import db
    from app.models import Membership
    from app.services import memberships
    from app.services.versions import EditedMeanwhile

    company, marc = cast.company(app, cast.MARTIN), cast.user(app, cast.MARC)
    key, eupen = (
        cast.membership(app, cast.VERA, cast.MARTIN).id,
        cast.address(app, "Eupen").public_id,
    )
    both_looked, rows, outcomes = Barrier(2), memberships._rows, []

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
        version = memberships.limits_version(db.session(), db.session.get_one(Membership, key))
        db.session.remove()
    monkeypatch.setattr(memberships, "_rows", wait_for_the_other)
    threads = [Thread(target=change, args=(version,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "told"]


def test_a_company_outside_the_scope_gives_no_access(app, session, martin):
    with pytest.raises(NotYours):
        give_access(session, cast.company(app, cast.PEETERS), "a@b.example", VIEWER, by_id=None)

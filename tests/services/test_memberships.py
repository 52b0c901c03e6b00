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


def test_a_company_outside_the_scope_gives_no_access(app, session, martin):
    with pytest.raises(NotYours):
        give_access(session, cast.company(app, cast.PEETERS), "a@b.example", VIEWER, by_id=None)

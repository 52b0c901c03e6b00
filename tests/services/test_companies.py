"""Companies: opened with an address and a manager, found again by one form of their identifiers."""

import pytest
from sqlalchemy import select

from tests import cast
from tests.services.trail import follow_trail


@pytest.fixture
def marc(session):
    """A session of an account manager, as the back-office has it."""
    from app.security import scope
    from app.security.tenancy import open_scope

    manager = cast.user(session, cast.MARC)
    owned = [cast.company(session, name).id for name in (cast.MARTIN, cast.DUBOIS)]
    open_scope(session, scope.of_portfolio(tuple(owned), user_id=manager.id))
    return manager


def new_company(**values):
    from app.domain.identifiers import Identifier
    from app.services.companies import NewCompany, PostalLines

    known = {
        "name": " Fleurs Colette SRL ",
        "enterprise_number": Identifier("BE 990.700.790"),
        "vat_number": "be0990.700.790",
        "postal": PostalLines(street="Quai 1", postcode="5500", city="Dinant"),
    }
    return NewCompany(**{**known, **values})


def test_a_company_opens_with_its_address_in_the_portfolio_of_its_manager(session, marc):
    from app.models import Portfolio
    from app.services.companies import open_company

    events = follow_trail(session)
    opened = open_company(session, new_company(), manager_id=marc.id)
    session.flush()

    company, address = opened.company, opened.address
    assert (company.name, company.enterprise_key, company.vat_key) == (
        "Fleurs Colette SRL",
        "0990700790",
        "BE0990700790",
    )
    assert (address.name, address.is_default, address.street) == ("Dinant", True, "Quai 1")
    assert session.scalars(
        select(Portfolio.manager_id).where(Portfolio.company_id == company.id)
    ).all() == [marc.id]
    assert [event.action for event in sorted(events, key=lambda event: event.id)] == [
        "COMPANY_CREATED",
        "ADDRESS_CREATED",
        "PORTFOLIO_ASSIGNED",
    ]


def test_a_company_opens_with_what_is_known_of_its_first_address(session, marc):
    from app.services.companies import open_company

    known = new_company(
        address_name="Siège",
        buyer_reference=" COLETTE ",
        billing_emails=("facture@colette.example", "compta@colette.example"),
    )
    address = open_company(session, known, manager_id=marc.id).address
    session.expire_all()

    assert (address.name, address.buyer_reference) == ("Siège", "COLETTE")
    assert [one.email for one in address.billing_emails] == [
        "compta@colette.example",
        "facture@colette.example",
    ]


def test_a_company_needs_a_name(session, marc):
    from app.services.companies import NameMissing, open_company

    with pytest.raises(NameMissing):
        open_company(session, new_company(name=" "), manager_id=marc.id)


def test_a_foreign_number_is_never_taken_for_a_belgian_one(session, marc):
    from app.domain.identifiers import Identifier
    from app.services.companies import PostalLines, derive_keys, open_company

    french = new_company(
        enterprise_number=Identifier("0990700790"),
        vat_number=None,
        postal=PostalLines(country="FR"),
    )
    company = open_company(session, french, manager_id=marc.id).company
    assert company.enterprise_key == "FR:0990700790"

    registered = new_company(enterprise_number=Identifier("0990700790", "0002"), vat_number=None)
    other = open_company(session, registered, manager_id=marc.id).company
    other.enterprise_number = "0990 700 888"
    derive_keys(other)
    assert other.enterprise_key == "0002:0990700888"


def test_an_employer_cannot_open_a_company(session, martin):
    from app.security.writes import NotYours
    from app.services.companies import open_company

    with pytest.raises(NotYours):
        open_company(session, new_company(), manager_id=None)


def test_a_change_of_details_tells_what_differs(session, martin):
    from dataclasses import replace

    from app.services.companies import details_of, get_company, update_company
    from app.services.versions import EditedMeanwhile, version_of

    company = get_company(session, martin.id)
    seen, events = version_of(company), follow_trail(session)
    wanted = replace(details_of(company), website="martin.example", country="fr", phone=None)
    assert update_company(session, company, wanted, version=seen)
    session.flush()

    assert [event.changes for event in events] == [
        {
            "phone": ["+32 4 000 10 01", None],
            "website": [None, "https://martin.example"],
            "country": ["BE", "FR"],
        }
    ]
    with pytest.raises(EditedMeanwhile):
        update_company(session, company, replace(wanted, city="Lille"), version=seen)


def test_the_account_manager_is_known_to_the_company_and_nobody_to_an_unassigned_one(session):
    from app.security import scope
    from app.security.tenancy import open_scope
    from app.services.companies import get_served_company

    for name, managers in ((cast.MARTIN, ["Marc Manager"]), (cast.SIMON, [])):
        owner = cast.company(session, name).id
        session.rollback()
        session.expunge_all()
        open_scope(session, scope.of_company(owner))
        company, found = get_served_company(session, owner)
        assert (company.name, [one.name for one in found]) == (name, managers)

"""Addresses: one default, never none, one spelling of e-mails, and no change lost between two people."""

import pytest

from tests import cast
from tests.services.trail import follow_trail


def find(session, company, name):
    from app.services.addresses import list_addresses

    return next(one for one in list_addresses(session, company.id) if one.name == name)


def change(session, address, **values):
    from dataclasses import replace

    from app.services.addresses import update_address, values_of
    from app.services.versions import version_of

    wanted = replace(values_of(address), **values)
    return update_address(session, address, wanted, version=version_of(address))


def test_the_default_address_comes_first_and_archived_ones_last(session, martin):
    from app.services.addresses import archive_address, list_addresses

    archive_address(session, find(session, martin, "Eupen"))
    session.flush()

    assert [one.name for one in list_addresses(session, martin.id)] == ["Liège", "Namur", "Eupen"]


def test_a_change_tells_what_differs_and_nothing_else(session, martin):
    from app.domain.delivery import DeliveryMode

    events = follow_trail(session)
    namur = find(session, martin, "Namur")
    emails = (" Anna@Martin.example", "anna@martin.example")
    assert change(
        session, namur, delivery_mode=DeliveryMode.PEPPOL, billing_emails=emails, city=" Namur "
    )
    session.flush()

    assert [event.changes for event in events] == [
        {
            "delivery_mode": ["EMAIL", "PEPPOL"],
            "billing_emails": [["namur@boulangerie-martin.example"], ["anna@martin.example"]],
        }
    ]
    assert events[0].address_id == namur.id


def test_saving_without_a_difference_leaves_no_trace(session, martin):
    events = follow_trail(session)
    namur = find(session, martin, "Namur")
    before = namur.updated_at

    assert not change(session, namur)
    session.flush()
    assert events == []
    assert namur.updated_at == before


def test_an_old_version_is_refused_also_when_only_the_emails_changed(session, martin):
    from app.services.addresses import update_address, values_of
    from app.services.versions import EditedMeanwhile, version_of

    namur = find(session, martin, "Namur")
    seen, values = version_of(namur), values_of(namur)
    change(session, namur, billing_emails=("anna@martin.example",))
    session.commit()

    namur = find(session, martin, "Namur")
    with pytest.raises(EditedMeanwhile):
        update_address(session, namur, values, version=seen)


@pytest.mark.parametrize(
    "version", ["", "yesterday", "2026-01-01T00:00:00", "0001-01-01T00:00:00+23:59"]
)
def test_a_version_that_is_none_is_an_old_one(session, martin, version):
    from app.services.addresses import AddressValues, update_address
    from app.services.versions import EditedMeanwhile

    with pytest.raises(EditedMeanwhile):
        update_address(
            session, find(session, martin, "Namur"), AddressValues("Other"), version=version
        )


def test_undo_brings_everything_back_and_a_second_undo_the_change(session, martin):
    from app.domain.delivery import DeliveryMode
    from app.services.addresses import undo_last_change, values_of
    from app.services.versions import version_of

    namur = find(session, martin, "Namur")
    first = values_of(namur)
    change(session, namur, delivery_mode=DeliveryMode.PEPPOL, billing_emails=(), name="Salzinnes")
    second = values_of(namur)
    session.commit()

    undo_last_change(session, namur, version=version_of(namur))
    assert values_of(namur) == first
    session.commit()
    undo_last_change(session, namur, version=version_of(namur))
    assert values_of(namur) == second


def test_what_is_no_change_of_details_cannot_be_undone(session, martin):
    from app.services.addresses import NothingToUndo, make_default, undo_last_change
    from app.services.versions import version_of

    namur = find(session, martin, "Namur")
    with pytest.raises(NothingToUndo):
        undo_last_change(session, namur, version=version_of(namur))
    make_default(session, namur)
    session.flush()
    with pytest.raises(NothingToUndo):
        undo_last_change(session, namur, version=version_of(namur))


def test_one_address_is_the_default_at_any_moment(session, martin):
    from app.services.addresses import DefaultAddressStays, archive_address, make_default

    namur = find(session, martin, "Namur")
    assert make_default(session, namur)
    assert not make_default(session, namur)
    session.flush()

    assert not find(session, martin, "Liège").is_default
    with pytest.raises(DefaultAddressStays):
        archive_address(session, namur)


def test_the_last_address_in_use_stays(session, martin):
    from app.services.addresses import LastAddressStays, archive_address

    for name in ("Eupen", "Namur"):
        assert archive_address(session, find(session, martin, name))
        session.flush()
    with pytest.raises(LastAddressStays):
        archive_address(session, find(session, martin, "Liège"))


def test_an_archived_address_is_not_edited_and_keeps_its_name_from_nobody(session, martin):
    from app.services.addresses import (
        AddressArchived,
        AddressNameTaken,
        AddressValues,
        add_address,
        archive_address,
        make_default,
        restore_address,
    )

    eupen = find(session, martin, "Eupen")
    archive_address(session, eupen)
    session.flush()
    with pytest.raises(AddressArchived):
        change(session, eupen, city="Kelmis")
    session.refresh(eupen)
    with pytest.raises(AddressArchived):
        make_default(session, eupen)

    add_address(session, martin.id, AddressValues("EUPEN"))
    with pytest.raises(AddressNameTaken):
        restore_address(session, eupen)


def test_somebody_limited_to_an_address_can_add_none(session):
    from app.security import scope
    from app.security.tenancy import open_scope
    from app.security.writes import NotYours
    from app.services.addresses import AddressValues, add_address

    namur = cast.address(session, "Namur")
    open_scope(session, scope.of_company(namur.company_id, addresses=(namur.id,)))

    with pytest.raises(NotYours):
        add_address(session, namur.company_id, AddressValues("Dinant"))

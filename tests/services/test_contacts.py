"""Contacts: reachable, of addresses in use, forgotten with a way back."""

import pytest

from tests import cast
from tests.services.trail import follow_trail


def find(session, company, name):
    from app.services.contacts import list_contacts

    return next(one for one in list_contacts(session, company.id) if one.name == name)


def test_a_change_names_the_address_rather_than_its_number(session, martin):
    from dataclasses import replace

    from app.services.contacts import update_contact, values_of
    from app.services.versions import version_of

    events = follow_trail(session)
    lea = find(session, martin, "Léa Namur")
    elsewhere = replace(values_of(lea), address_id=cast.address(session, "Liège").id, phone=None)
    assert update_contact(session, lea, elsewhere, version=version_of(lea))
    session.flush()

    assert [event.changes for event in events] == [
        {"phone": ["+32 81 00 10 04", None], "address": ["Namur", "Liège"]}
    ]


def test_an_archived_address_takes_no_contact_but_keeps_those_it_has(session, martin):
    from dataclasses import replace

    from app.services.addresses import AddressUnknown, archive_address, find_address
    from app.services.contacts import ContactValues, add_contact, update_contact, values_of
    from app.services.versions import version_of

    namur = find_address(session, martin.id, cast.address(session, "Namur").public_id)
    archive_address(session, namur)
    session.flush()
    lea = find(session, martin, "Léa Namur")
    wanted = replace(values_of(lea), position="Gérante")
    assert update_contact(session, lea, wanted, version=version_of(lea))
    with pytest.raises(AddressUnknown):
        add_contact(
            session, martin.id, ContactValues("Paul", email="p@m.example", address_id=namur.id)
        )


def test_a_contact_comes_back_without_an_address_that_is_no_longer_used(session, martin):
    from app.services.addresses import archive_address, find_address
    from app.services.contacts import remove_contact, restore_contact

    lea = find(session, martin, "Léa Namur")
    public_id, email = lea.public_id, lea.email
    remove_contact(session, lea)
    archive_address(
        session, find_address(session, martin.id, cast.address(session, "Namur").public_id)
    )
    session.commit()

    back = restore_contact(session, martin.id, public_id)
    assert (back.email, back.address_id) == (email, None)


def test_who_was_never_removed_cannot_come_back(session, martin):
    from uuid import uuid4

    from app.services.contacts import ContactThere, ContactUnknown, restore_contact

    with pytest.raises(ContactUnknown):
        restore_contact(session, martin.id, uuid4())
    with pytest.raises(ContactThere):
        restore_contact(session, martin.id, find(session, martin, "Bruno Billing").public_id)


def test_a_removed_contact_of_others_does_not_come_back(session, martin):
    from app.services.contacts import ContactUnknown, remove_contact, restore_contact

    bruno = find(session, martin, "Bruno Billing")
    public_id = bruno.public_id
    remove_contact(session, bruno)
    session.flush()

    with pytest.raises(ContactUnknown):
        restore_contact(session, cast.company(session, cast.PEETERS).id, public_id)


def test_who_is_brought_back_by_two_people_at_once_comes_back_once(app, monkeypatch):
    from contextlib import suppress
    from threading import Barrier, BrokenBarrierError, Thread

    from app.extensions import db
    from app.services import contacts
    from tests.services.ledger import in_company

    with app.app_context(), in_company(db.session(), cast.MARTIN) as company_id:
        lea = find(db.session(), cast.company(db.session(), cast.MARTIN), "Léa Namur")
        public_id = lea.public_id
        contacts.remove_contact(db.session(), lea)
        db.session.commit()
    both_looked, values, outcomes = Barrier(2), contacts.ContactValues, []

    def wait_for_the_other(**said):
        with suppress(BrokenBarrierError):
            both_looked.wait(0.5)
        return values(**said)

    def restore():
        with app.app_context(), in_company(db.session(), cast.MARTIN):
            try:
                contacts.restore_contact(db.session(), company_id, public_id)
                db.session.commit()
                outcomes.append("back")
            except contacts.ContactThere:
                db.session.rollback()
                outcomes.append("there")

    monkeypatch.setattr(contacts, "ContactValues", wait_for_the_other)
    threads = [Thread(target=restore) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["back", "there"]

"""Wall 1 alone: what a scoped session writes, and what it refuses to."""

import pytest
from sqlalchemy import select

from app.models import (
    Address,
    AuditEvent,
    BillingEmail,
    Company,
    Contact,
    ImportBatch,
    Membership,
    Portfolio,
)
from app.security.scope import (
    EVERYTHING,
    of_audit,
    of_company,
    of_directory,
    of_portfolio,
)
from app.security.writes import NotYours


def contact(**values):
    return Contact(name="Nadia Neuf", **values)


def first(session, kind):
    return session.scalars(select(kind).order_by(kind.id)).first()


def refused(session, *items):
    session.add_all(items)
    with pytest.raises(NotYours):
        session.flush()
    session.rollback()
    return True


def test_a_new_row_gets_the_only_company_there_is(wall_1, ground):
    session = wall_1(of_company(ground.martin))
    added = contact()
    session.add(added)
    session.commit()

    assert added.company_id == ground.martin


def test_a_new_row_of_a_portfolio_must_say_whose_it_is(wall_1, ground):
    session = wall_1(of_portfolio((ground.martin, ground.dubois), user_id=ground.marc))

    assert refused(session, contact())
    session.add(contact(company_id=ground.dubois))
    session.flush()


def test_a_row_below_an_address_gets_the_company_of_the_address(wall_1, ground):
    session = wall_1(of_portfolio((ground.martin, ground.dubois), user_id=ground.marc))
    address = first(session, Address)
    address.billing_emails.append(BillingEmail(email="new@boulangerie-martin.example"))
    session.commit()

    assert {one.company_id for one in address.billing_emails} == {address.company_id}


@pytest.mark.parametrize("how", ["number", "relation"])
def test_no_row_is_added_to_another_company(how, wall_1, ground):
    session = wall_1(of_company(ground.martin))
    theirs = Company(id=ground.peeters, name="not loaded")

    assert refused(
        session,
        contact(company_id=ground.peeters) if how == "number" else contact(company=theirs),
    )


def test_no_row_moves_to_another_company(wall_1, ground):
    session = wall_1(of_company(ground.martin))
    first(session, Contact).company_id = ground.peeters

    with pytest.raises(NotYours):
        session.flush()


def test_no_row_moves_out_of_another_company(wall_1, ground):
    """A row that was read across companies and then taken: its company before counts too."""
    session = wall_1(of_portfolio((ground.martin, ground.peeters), user_id=ground.marc))
    theirs = session.scalars(select(Contact).where(Contact.company_id == ground.peeters)).first()
    session.info["scope"] = of_company(ground.martin)
    theirs.company_id = ground.martin

    with pytest.raises(NotYours):
        session.flush()


def test_no_row_of_another_company_is_deleted(wall_1, ground):
    session = wall_1(of_portfolio((ground.martin, ground.peeters), user_id=ground.marc))
    theirs = session.scalars(select(Contact).where(Contact.company_id == ground.peeters)).first()
    session.info["scope"] = of_company(ground.martin)
    session.delete(theirs)

    with pytest.raises(NotYours):
        session.flush()


def test_nothing_is_written_before_a_scope_is_open(wall_1, ground):
    assert refused(wall_1(), contact(company_id=ground.martin))


def test_a_limited_membership_writes_at_its_address_alone(wall_1, ground):
    scope = of_company(ground.martin, addresses=(ground.namur,))
    session = wall_1(scope)
    here, there = ground.namur, ground.liege

    assert refused(session, BillingEmail(address_id=there, email="x@example.com"))
    assert refused(session, contact(address_id=there))
    assert refused(session, contact())
    assert refused(session, Address(name="A new one"))
    session.add(BillingEmail(address_id=here, email="x@example.com"))
    session.add(contact(address_id=here))
    session.get(Address, here).buyer_reference = "changed"
    session.flush()


def test_a_limited_membership_moves_nothing_to_or_from_another_address(wall_1, ground):
    session = wall_1(of_company(ground.martin, addresses=(ground.namur,)))
    added = contact(address_id=ground.namur)
    session.add(added)
    session.flush()
    added.address_id = ground.liege

    with pytest.raises(NotYours):
        session.flush()


def test_an_employer_opens_no_company(wall_1, ground):
    assert refused(wall_1(of_company(ground.martin)), Company(name="Another"))


def test_an_employer_changes_no_other_company(wall_1, ground):
    session = wall_1(of_portfolio((ground.martin, ground.peeters), user_id=ground.marc))
    session.get(Company, ground.peeters).name = "Taken over"
    session.info["scope"] = of_company(ground.martin)

    with pytest.raises(NotYours):
        session.flush()


def test_a_company_that_staff_open_is_theirs_at_once(wall_1, ground):
    session = wall_1(of_portfolio((ground.martin,), user_id=ground.marc))
    company = Company(name="Nouveau Client SRL")
    address = Address(name="Siège", company=company)
    session.add(address)
    session.add(Portfolio(company=company, manager_id=ground.marc))
    session.commit()

    assert session.get(Company, company.id) is company
    assert session.scalars(select(Address.company_id).where(Address.id == address.id)).all() == [
        company.id
    ]


def test_a_company_that_was_not_opened_after_all_is_nobodys(wall_1, ground):
    session = wall_1(of_portfolio((ground.martin,), user_id=ground.marc))
    session.add(Company(name="Presque"))
    session.flush()
    session.rollback()

    assert session.info["scope"].companies == (ground.martin,)


def test_companies_that_are_opened_at_the_same_instant_get_numbers_of_their_own(
    app, ground, monkeypatch
):
    from contextlib import suppress
    from threading import Barrier, BrokenBarrierError, Thread

    from app.extensions import db
    from app.security import writes
    from app.security.tenancy import open_scope

    both_counted, next_company_id, numbers = Barrier(2), writes._next_company_id, []

    def wait_for_the_other(session):
        number = next_company_id(session)
        with suppress(BrokenBarrierError):
            both_counted.wait(0.5)
        return number

    def open_one(name):
        with app.app_context():
            open_scope(db.session(), of_portfolio((ground.martin,), user_id=ground.marc))
            company = Company(name=name)
            db.session.add(company)
            db.session.commit()
            numbers.append(company.id)

    monkeypatch.setattr(writes, "_next_company_id", wait_for_the_other)
    threads = [Thread(target=open_one, args=(f"Ensemble {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(numbers)) == 2


def test_a_new_company_does_not_choose_its_number(wall_1, ground):
    session = wall_1(of_portfolio((ground.martin,), user_id=ground.marc))

    assert refused(session, Company(id=ground.peeters + 1000, name="Chosen"))


def test_an_auditor_writes_nothing_but_leaves_a_trace(wall_1, ground):
    session = wall_1(of_audit(user_id=1))
    session.add(AuditEvent(action="DOCUMENT_DOWNLOADED", actor_name="Ana", changes={}))
    session.commit()

    first(session, Contact).name = "changed"
    with pytest.raises(NotYours):
        session.flush()


def test_a_row_that_was_set_to_what_it_is_may_be_read_by_an_auditor(wall_1):
    session = wall_1(of_audit(user_id=1))
    row = first(session, Contact)
    row.name = str(row.name)

    assert session.scalars(select(Contact)).all()


def test_an_administrator_writes_portfolios_and_memberships_alone(wall_1, ground):
    session = wall_1(of_directory(user_id=1))
    first(session, Membership).limited_to_addresses = False
    session.add(Portfolio(company_id=ground.lambert, manager_id=ground.marc))
    session.commit()

    assert refused(session, contact(company_id=ground.martin))
    session.get(Company, ground.martin).name = "changed"
    with pytest.raises(NotYours):
        session.flush()


def test_an_import_is_written_by_who_started_it(wall_1, ground):
    from app.domain.clock import now
    from app.domain.imports import ImportSource, ImportState

    def batch(user_id):
        return ImportBatch(
            source=next(iter(ImportSource)),
            state=next(iter(ImportState)),
            started_at=now(),
            started_by_id=user_id,
        )

    session = wall_1(of_portfolio((ground.martin,), user_id=ground.marc))
    session.add(batch(ground.marc))
    session.commit()
    assert refused(session, batch(ground.claire))
    assert refused(wall_1(of_company(ground.martin, user_id=ground.claire)), batch(ground.claire))


@pytest.mark.parametrize("scope", [EVERYTHING, of_audit(user_id=1)], ids=["everything", "audit"])
def test_the_trail_is_never_rewritten(scope, wall_1):
    session = wall_1(scope)
    event = AuditEvent(action="SIGNED_IN", actor_name="somebody", changes={})
    session.add(event)
    session.commit()

    event.actor_name = "somebody else"
    with pytest.raises(NotYours):
        session.flush()
    session.rollback()
    session.delete(event)
    with pytest.raises(NotYours):
        session.flush()


def test_somebody_who_is_not_signed_in_leaves_a_trace(app):
    """On PostgreSQL as the run-time role, which may add this event and not read it back."""
    from app.domain.audit import AuditAction
    from app.extensions import db
    from app.services.audit import record

    with app.app_context():
        event = record(db.session(), AuditAction.SIGN_IN_FAILED, label="nobody@example.com")
        db.session.commit()
        assert event in db.session


def test_reading_along_costs_a_write_no_statement(wall_1, ground):
    """Who owns a row is read off it; asking the database for its company would cost a statement per row."""
    from sqlalchemy import event

    session = wall_1(of_company(ground.martin))
    rows = session.scalars(select(Contact)).all()
    statements = []
    engine = session.get_bind()

    def count(*arguments):
        statements.append(arguments[2])

    event.listen(engine, "before_cursor_execute", count)
    try:
        for row in rows:
            row.position = "changed"
        session.flush()
    finally:
        event.remove(engine, "before_cursor_execute", count)

    assert [one for one in statements if one.startswith("SELECT")] == []

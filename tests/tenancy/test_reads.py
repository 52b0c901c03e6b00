"""Wall 1 alone: what a scoped session reads, however it asks."""

import gc
import weakref

import pytest
from sqlalchemy import delete, exists, func, literal, select, text, union, union_all, update
from sqlalchemy.orm import aliased, joinedload, selectinload, subqueryload

from app.models import (
    Address,
    AuditEvent,
    BillingEmail,
    Company,
    Contact,
    Document,
    ImportBatch,
    Invoice,
    Membership,
    Payment,
    PortalUser,
    Portfolio,
)
from app.security.criteria import criteria_of
from app.security.narrowing import narrowed
from app.security.scope import (
    EVERYTHING,
    of_audit,
    of_company,
    of_directory,
    of_portfolio,
)
from app.security.tenancy import CHECKED, OutsideScope, ScopeMissing, open_scope

OWNED = (Address, BillingEmail, Contact, Document, Invoice, Membership)
A = aliased(Invoice)
# Each asks for the companies of rows, without naming one.
SHAPES = {
    "a class": select(Invoice.company_id),
    "an alias": select(A.company_id),
    "a join": select(Address.company_id).join(Invoice, Invoice.address_id == Address.id),
    "a join along a relation": select(Address.company_id).join(Invoice.address),
    "from the other end": select(Address.company_id).join(Address.billing_emails),
    "a sub-select": select(select(Invoice.company_id).subquery().c.company_id),
    "an alias of a sub-select": select(aliased(Invoice, select(Invoice).subquery()).company_id),
    "WITH": select(select(Invoice.company_id).cte().c.company_id),
    "UNION": union(select(Invoice.company_id), select(Address.company_id)),
    "UNION ALL in a sub-select": select(
        union_all(select(Invoice.company_id), select(Address.company_id)).subquery().c.company_id
    ),
    "IN (SELECT)": select(Company.id).where(Company.id.in_(select(Invoice.company_id))),
    "EXISTS": select(Company.id).where(exists().where(Invoice.company_id == Company.id)),
    "DISTINCT": select(Invoice.company_id).distinct(),
    "GROUP BY": select(Invoice.company_id).group_by(Invoice.company_id),
    "OR": select(Invoice.company_id).where((Invoice.id > 0) | (literal(1) == 1)),
    "an outer join": select(Invoice.company_id).outerjoin(
        Document, Document.invoice_id == Invoice.id
    ),
    "a maximum": select(func.max(Invoice.company_id)),
    "a scalar sub-select": select(
        select(func.max(Invoice.company_id)).scalar_subquery().label("company")
    ).select_from(Company),
    "LATERAL": select(
        select(Invoice.company_id)
        .where(Invoice.company_id == Company.id)
        .correlate(Company)
        .limit(1)
        .scalar_subquery()
    ).where(Company.id > 0),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_shape_of_statement_reaches_another_company(shape, wall_1, ground):
    for company in (ground.martin, ground.peeters):
        found = set(wall_1(of_company(company)).scalars(shape))

        assert found == {company}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_shape_of_statement_runs_without_a_scope(shape, wall_1):
    with pytest.raises(ScopeMissing):
        wall_1().execute(shape)


@pytest.mark.parametrize("kind", OWNED)
def test_a_portfolio_sees_its_companies_and_no_other(kind, wall_1, ground):
    session = wall_1(of_portfolio((ground.martin, ground.dubois), user_id=ground.marc))

    found = {row.company_id for row in session.scalars(select(kind))}

    assert ground.martin in found
    assert found <= {ground.martin, ground.dubois}


def test_an_empty_portfolio_sees_nothing(wall_1, ground):
    session = wall_1(of_portfolio((), user_id=ground.marc))

    assert [session.scalars(select(kind)).all() for kind in OWNED] == [[]] * len(OWNED)


def test_scopes_of_the_same_shape_never_mix(wall_1, ground):
    """SQLAlchemy remembers a statement by its shape; the numbers in it must not be remembered with it."""
    addresses_of = {}
    for row in wall_1(EVERYTHING).scalars(select(Address)):
        addresses_of[row.company_id] = (*addresses_of.get(row.company_id, ()), row.id)
    for _ in range(3):
        for company in (ground.martin, ground.peeters, ground.dubois):
            with wall_1(of_company(company, addresses=addresses_of[company])) as session:
                along = select(Invoice).options(joinedload(Invoice.address)).limit(3)
                later = select(Invoice).limit(3)
                for invoice in (*session.scalars(later), *session.scalars(along)):
                    assert invoice.company_id == invoice.address.company_id == company
                    assert {one.company_id for one in invoice.address.billing_emails} <= {company}
                assert session.scalars(select(Company.id)).all() == [company]
        for pair in ((ground.martin, ground.dubois), (ground.peeters, ground.lambert)):
            with wall_1(of_portfolio(pair, user_id=ground.marc)) as session:
                assert set(session.scalars(select(Company.id))) == set(pair)


def test_a_kept_statement_never_brings_what_it_brought_another_scope(wall_1, ground):
    kept = select(Invoice.company_id).distinct()

    for _ in range(2):
        for company in (ground.martin, ground.peeters):
            assert wall_1(of_company(company)).scalars(kept).all() == [company]
            assert wall_1(of_company(company, addresses=())).scalars(kept).all() == []
    assert len(wall_1(EVERYTHING).scalars(kept).all()) > 2
    with pytest.raises(ScopeMissing):
        wall_1().execute(kept)
    assert wall_1(of_company(ground.peeters)).scalars(kept.limit(1)).all() == [ground.peeters]


def test_a_statement_is_narrowed_once_for_a_scope_and_goes_with_what_is_kept_of_it():
    kept, scope = select(Invoice.id), of_company(7)
    before = weakref.ref(kept)

    assert narrowed(kept, scope) is narrowed(kept, of_company(7))
    assert narrowed(kept, scope) is not narrowed(kept, of_company(8))
    assert narrowed(kept, EVERYTHING) is kept
    for company in range(100):
        narrowed(kept, of_company(company))
    del kept
    gc.collect()
    assert before() is None


def test_criteria_are_made_once_for_a_scope(ground):
    assert criteria_of(of_company(ground.martin)) is criteria_of(of_company(ground.martin))


def test_a_row_of_another_company_cannot_be_had_by_its_key(wall_1, ground):
    foreign = wall_1(EVERYTHING).scalars(
        select(Invoice).where(Invoice.company_id == ground.peeters)
    )
    key = foreign.first().id
    session = wall_1(of_company(ground.martin))

    assert session.get(Invoice, key) is None
    assert session.scalars(select(Invoice).where(Invoice.id == key)).all() == []
    assert session.query(Invoice).filter_by(id=key).count() == 0


def test_a_refreshed_row_is_narrowed_too(wall_1, ground):
    session = wall_1(of_company(ground.martin))
    invoice = session.scalars(select(Invoice)).first()
    session.expire(invoice)

    assert invoice.company_id == ground.martin
    session.refresh(invoice)
    assert invoice.address.company_id == ground.martin


@pytest.mark.parametrize("load", [joinedload, selectinload, subqueryload])
def test_rows_loaded_along_are_narrowed_too(load, wall_1, ground):
    """A loader inherits the options of the statement it loads for: not the one that says it is done."""
    session = wall_1(of_company(ground.martin, addresses=(ground.namur,)))
    options = (load(Membership.addresses), load(Membership.company))

    members = session.scalars(select(Membership).options(*options)).unique().all()

    assert {address.id for one in members for address in one.addresses} == {ground.namur}


def test_rows_loaded_later_are_narrowed_too(wall_1, ground):
    session = wall_1(of_company(ground.martin, addresses=(ground.liege,)))
    members = session.scalars(select(Membership)).all()

    assert [address for one in members for address in one.addresses] == []


def test_rows_loaded_along_a_checked_statement_need_a_scope(wall_1):
    options = selectinload(Membership.addresses)

    with pytest.raises(ScopeMissing):
        wall_1().scalars(select(Membership).options(options), execution_options=CHECKED).all()


def test_pages_in_pieces_are_narrowed_too(wall_1, ground):
    session = wall_1(of_company(ground.martin))
    rows = session.scalars(select(Invoice).execution_options(yield_per=5))

    assert {row.company_id for row in rows} == {ground.martin}


def test_a_limited_membership_sees_its_address_alone(wall_1, ground):
    session = wall_1(of_company(ground.martin, addresses=(ground.namur,)))

    assert session.scalars(select(Address.id)).all() == [ground.namur]
    for kind in (Invoice, BillingEmail, Document):
        assert set(session.scalars(select(kind.address_id))) == {ground.namur}
    assert set(session.scalars(select(Contact.address_id))) <= {ground.namur, None}
    assert session.scalars(select(Payment)).all() == []
    assert set(session.scalars(select(AuditEvent.address_id))) <= {ground.namur}


def test_a_membership_limited_to_no_address_sees_none(wall_1, ground):
    session = wall_1(of_company(ground.martin, addresses=()))

    assert session.scalars(select(Invoice)).all() == []
    assert session.scalars(select(Address)).all() == []


def test_payments_of_nobody_are_for_staff(wall_1, ground):
    from datetime import date

    system = wall_1(EVERYTHING)
    system.add(
        Payment(
            received_on=date(2026, 1, 1),
            amount_cents=100,
            left_cents=100,
            currency="EUR",
            source="test",
        )
    )
    system.commit()

    def unknown(scope):
        found = select(Payment).where(Payment.company_id.is_(None), Payment.source == "test")
        return len(wall_1(scope).scalars(found).all())

    assert unknown(of_portfolio((ground.martin,), user_id=ground.marc)) == 1
    assert unknown(of_company(ground.martin)) == 0


def test_an_import_is_seen_by_who_started_it(wall_1, ground):
    nobodys = wall_1(of_portfolio((ground.martin,), user_id=ground.marc))

    assert nobodys.scalars(select(ImportBatch)).all() == []
    assert wall_1(of_company(ground.martin)).scalars(select(ImportBatch)).all() == []


def test_an_administrator_sees_who_belongs_where_and_nothing_of_theirs(wall_1, ground):
    session = wall_1(of_directory(user_id=1))

    assert len(session.scalars(select(Company)).all()) >= 5
    assert session.scalars(select(Portfolio)).all()
    assert session.scalars(select(AuditEvent).where(AuditEvent.company_id > 0)).all() == []
    for kind in (Invoice, Address, Contact, Document, Payment, ImportBatch, BillingEmail):
        with pytest.raises(OutsideScope):
            session.scalars(select(kind))


def test_an_administrator_sees_no_address_along_with_a_membership(wall_1):
    session = wall_1(of_directory(user_id=1))
    statement = select(Membership).options(joinedload(Membership.addresses))

    members = session.scalars(statement).unique().all()

    assert members
    assert [address for one in members for address in one.addresses] == []


def test_an_auditor_sees_every_company(wall_1, ground):
    found = set(wall_1(of_audit(user_id=1)).scalars(select(Invoice.company_id)))

    assert {ground.martin, ground.peeters} <= found


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT * FROM invoice"),
        select(Invoice.__table__),
        select(Company.id).select_from(Invoice.__table__),
        select(Invoice).from_statement(text("SELECT * FROM invoice")),
    ],
    ids=["text", "table", "table beside a class", "text for a class"],
)
def test_nothing_reaches_around_the_classes(statement, wall_1, ground):
    session = wall_1(of_company(ground.martin))

    with pytest.raises(OutsideScope):
        session.execute(statement)
    with pytest.raises(OutsideScope):
        session.connection().execute(statement)
    with pytest.raises(OutsideScope):
        session.connection().exec_driver_sql("SELECT * FROM invoice")


def test_a_statement_somebody_checked_runs(wall_1):
    found = wall_1().execute(select(func.count(Invoice.id)), execution_options=CHECKED)

    assert found.scalar_one() > 0


def test_users_are_nobodys(wall_1):
    assert wall_1().scalars(select(PortalUser)).first()


def test_a_statement_changes_the_own_rows_alone(wall_1, ground):
    session = wall_1(of_company(ground.martin))
    everybody = select(func.count(Contact.id)).where(Contact.position == "changed")

    changed = session.execute(update(Contact).values(position="changed")).rowcount
    session.commit()

    assert changed > 0
    assert wall_1(EVERYTHING).scalar(everybody) == changed
    session.execute(delete(Contact))
    session.commit()
    left = set(wall_1(EVERYTHING).scalars(select(Contact.company_id)))
    assert ground.martin not in left
    assert ground.peeters in left


@pytest.mark.parametrize("field", ["company_id", "address_id", "id"])
def test_no_statement_moves_a_row_to_another_owner(field, wall_1, ground):
    session = wall_1(of_company(ground.martin))

    for statement, values in (
        (update(Contact).values({field: 1}), None),
        (update(Contact), {field: 1}),
        (update(Contact), [{"id": 1, "name": "by key"}]),
    ):
        with pytest.raises(OutsideScope):
            session.execute(statement, values)


def test_rows_are_not_written_in_bulk(wall_1, ground):
    from sqlalchemy import insert

    session = wall_1(of_company(ground.martin))

    with pytest.raises(OutsideScope):
        session.execute(insert(Contact), [{"company_id": ground.peeters, "name": "x"}])
    for write in (
        lambda: session.bulk_insert_mappings(Contact, [{"company_id": ground.peeters}]),
        lambda: session.bulk_update_mappings(Contact, [{"id": 1, "name": "x"}]),
        lambda: session.bulk_save_objects([Contact(company_id=ground.peeters, name="x")]),
    ):
        with pytest.raises(OutsideScope):
            write()
        session.rollback()


def test_an_auditor_changes_nothing_by_statement(wall_1):
    session = wall_1(of_audit(user_id=1))

    for statement in (update(Contact).values(name="x"), delete(Contact)):
        with pytest.raises(OutsideScope):
            session.execute(statement)


def test_an_administrator_changes_no_company_by_statement(wall_1):
    with pytest.raises(OutsideScope):
        wall_1(of_directory(user_id=1)).execute(update(Company).values(name="x"))


def test_a_scope_does_not_open_over_rows_of_another(wall_1, ground):
    session = wall_1(of_company(ground.martin))
    held = session.scalars(select(Invoice)).first()

    with pytest.raises(OutsideScope):
        open_scope(session, of_company(ground.peeters))
    open_scope(session, of_company(ground.martin))
    assert held in session


def test_a_scope_opens_over_a_trace_written_before_sign_in(wall_1, ground):
    from app.domain.audit import AuditAction
    from app.services.audit import record

    session = wall_1()
    trace = record(session, AuditAction.SIGNED_IN)
    session.commit()

    open_scope(session, of_company(ground.martin))
    assert trace in session

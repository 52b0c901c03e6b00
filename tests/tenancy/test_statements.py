"""What counts as named by its class, and what as reaching around the session's criteria."""

from typing import Any

import pytest
from sqlalchemy import (
    case,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
    tuple_,
    union,
    update,
)
from sqlalchemy.orm import Bundle, aliased, join, joinedload, selectinload

from app.models import (
    Address,
    Allocation,
    BillingEmail,
    Company,
    Contact,
    Document,
    Invoice,
    Membership,
    MembershipAddress,
    PortalUser,
)
from app.security.statements import mentions_of

T: Any = Invoice.__table__
BY_CLASS = {
    "a class": select(Invoice),
    "columns": select(Invoice.id, Invoice.number),
    "a join along a relation": select(Invoice.id).join(Invoice.address),
    "a join by condition": select(Invoice).join(Address, Address.id == Invoice.address_id),
    "an outer join": select(Invoice).outerjoin(Document, Document.invoice_id == Invoice.id),
    "a join in FROM": select(func.count()).select_from(join(Invoice, Address, Invoice.address)),
    "an alias": select(aliased(Address)),
    "a join to an alias": select(Invoice.id).join(aliased(Address), Invoice.address),
    "an alias of a sub-select": select(aliased(Invoice, select(Invoice).subquery())),
    "EXISTS": select(Company.id).where(exists().where(Invoice.company_id == Company.id)),
    "a count": select(func.count()).select_from(Invoice),
    "any()": select(Address).where(Address.billing_emails.any(BillingEmail.email == "x")),
    "has()": select(Invoice).where(Invoice.address.has(Address.name == "x")),
    "a join over a table between": select(Membership).join(Membership.addresses),
    "any() over a table between": select(Membership).where(Membership.addresses.any()),
    "UNION": union(select(Invoice.id), select(Address.id)),
    "a sub-select": select(select(Invoice.id).subquery().c.id),
    "WITH": select(select(Invoice.id).cte().c.id),
    "IN (SELECT)": select(Invoice).where(Invoice.address_id.in_(select(Address.id))),
    "CASE": select(case((Invoice.id == 1, Invoice.number), else_="")),
    "a scalar sub-select": select(
        Company.id, select(func.count(Invoice.id)).scalar_subquery().label("n")
    ),
    "LATERAL": select(
        Company.id,
        select(Invoice.id).where(Invoice.company_id == Company.id).limit(1).lateral().c.id,
    ),
    "loader options": select(Invoice).options(
        joinedload(Invoice.address), selectinload(Invoice.company)
    ),
    "a bundle": select(Bundle("b", Invoice.id, Invoice.number)),
    "a tuple": select(Invoice).where(tuple_(Invoice.issued_on, Invoice.id) < (1, 2)),
    "GROUP BY": select(Invoice.kind, func.sum(Invoice.signed_cents)).group_by(Invoice.kind),
    "FOR UPDATE": select(Invoice).with_for_update(of=Invoice),
    "UPDATE": update(Invoice).where(Invoice.id == 1).values(number="x"),
    "UPDATE from a sub-select": update(Invoice).values(
        open_cents=select(func.sum(Allocation.amount_cents)).scalar_subquery()
    ),
    "DELETE": delete(Invoice).where(Invoice.id == 1),
    "INSERT": insert(Invoice).values(number="x"),
    "INSERT from SELECT": insert(Contact).from_select(["name"], select(Company.name)),
}
AROUND = {
    "a table": select(T),
    "a column": select(T.c.id),
    "a column in WHERE": select(Company.id).where(T.c.company_id == Company.id),
    "a table in FROM": select(Company.id).select_from(T),
    "a join to a table": select(Company.id).join(T, T.c.company_id == Company.id),
    "a join of tables": select(func.count()).select_from(T.join(Address.__table__)),
    "a join of class and table": select(Company.id).select_from(
        join(Company, T, T.c.company_id == Company.id)
    ),
    "an alias of a table": select(T.alias()),
    "a column of an alias": select(T.alias().c.id),
    "a table beside an alias of its class": select(aliased(Invoice), T.c.number),
    "a table beside a class": select(Company, T),
    "EXISTS": select(Company.id).where(exists(select(1).select_from(T))),
    "IN (SELECT)": select(Company.id).where(Company.id.in_(select(T.c.company_id))),
    "IN (SELECT) of the same table": select(Invoice.id).where(Invoice.id.in_(select(T.c.id))),
    "WITH": select(select(T.c.id).cte().c.id),
    "UNION": union(select(T.c.id), select(Company.id)),
    "UPDATE": update(T).values(number="x"),
    "DELETE": delete(T),
    "DELETE by a table": delete(Company).where(Company.id == T.c.company_id),
    "INSERT": insert(T),
    "a table between two classes": select(MembershipAddress.__table__),
    "a name": select(table("invoice", column("id"))),
    "a column of a name": select(Company.id, table("invoice", column("id")).c.id),
    "text": text("SELECT 1"),
    "text for a class": select(Invoice).from_statement(text("SELECT 1")),
    "text in WHERE": select(Invoice).where(text("1 = 1")),
    "text in FROM": select(literal_column("number")).select_from(text("invoice")),
    "a table for a class": select(Invoice).from_statement(select(T)),
    "a window only, to which SQLAlchemy adds no criteria": select(
        func.row_number().over(partition_by=Invoice.company_id)
    ),
}


@pytest.mark.parametrize("statement", BY_CLASS.values(), ids=BY_CLASS)
def test_a_statement_by_class_is_left_to_the_criteria(statement):
    found = mentions_of(statement)

    assert found.owned
    assert not found.bare
    assert not found.has_text


@pytest.mark.parametrize("statement", AROUND.values(), ids=AROUND)
def test_a_statement_around_the_classes_is_noticed(statement):
    found = mentions_of(statement)

    assert found.bare or found.has_text


@pytest.mark.parametrize("statement", [select(PortalUser), select(literal(1))])
def test_a_statement_on_nobodys_rows_is_nobodys_business(statement):
    assert not mentions_of(statement).owned


def test_the_same_shape_with_other_values_gives_the_same_answer():
    first, second = (select(Invoice).where(Invoice.number == number) for number in "ab")

    assert mentions_of(first) is mentions_of(second)

"""The database itself refuses a row that mixes two companies, on SQLite too."""

import pytest
from sqlalchemy import Table, delete, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.clock import now
from app.domain.mail import MailKind
from app.domain.roles import EmployerRole
from app.models import (
    Address,
    Base,
    CompanyOwned,
    Invitation,
    InvitationAddress,
    MaybeCompanyOwned,
    OutgoingMail,
)
from app.security.scope import EVERYTHING
from app.security.statements import is_owned
from app.security.tenancy import CHECKED, TenantSession, open_scope

KEYS = {
    f"{table.name} → {key.referred_table.name} by {', '.join(key.column_keys)}": (table, key)
    for table in Base.metadata.sorted_tables
    for key in table.foreign_key_constraints
    if "company_id" in key.column_keys and len(key.column_keys) > 1
}


@pytest.fixture
def system(app):
    """Every company at once, past walls 1 and 2: what is left is the tables' own keys."""
    from app.extensions import db

    with app.app_context(), TenantSession(db=db, info={"engine": "system"}) as session:
        open_scope(session, EVERYTHING)
        _add_what_the_cast_has_not(session)
        yield session


def test_there_are_such_keys():
    assert len(KEYS) >= 12


@pytest.mark.parametrize(("table", "key"), KEYS.values(), ids=KEYS)
def test_no_row_points_into_another_company(table: Table, key, system):
    parent = key.referred_table
    pointing = {one.parent.name: one.column.name for one in key.elements}
    pointing.pop("company_id")
    row = _row_that_points(system, table, pointing)
    foreign = system.execute(
        select(parent).where(parent.c.company_id != row.company_id), execution_options=CHECKED
    ).first()
    if table.primary_key.columns.keys() & pointing.keys():  # its own row must not be in the way
        others = delete(table).where(table.c.company_id != row.company_id)
        system.execute(others, execution_options=CHECKED)
    values = {ours: getattr(foreign, theirs) for ours, theirs in pointing.items()}
    identity = [column == getattr(row, column.name) for column in table.primary_key]

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        system.execute(update(table).where(*identity).values(values), execution_options=CHECKED)


def test_every_table_with_a_company_says_what_kind_of_owner_it_has():
    """By its mixin, which is what the session's criteria go by."""
    kinds = [mapper.class_ for mapper in Base.registry.mappers if is_owned(mapper.local_table)]
    without = [
        kind.__name__
        for kind in kinds
        if kind.__name__ != "Company" and not issubclass(kind, CompanyOwned | MaybeCompanyOwned)
    ]

    assert without == []


def test_every_owned_table_is_mapped():
    mapped = {mapper.local_table for mapper in Base.registry.mappers}

    assert [t.name for t in Base.metadata.sorted_tables if is_owned(t) and t not in mapped] == []


def _add_what_the_cast_has_not(session):
    """A mail and an invitation to one address, at every company."""
    for address in session.scalars(select(Address).where(Address.is_default)).all():
        company_id = address.company_id
        mail = OutgoingMail(
            kind=MailKind.TEST, to_email="a@b.example", language="fr", company_id=company_id
        )
        invitation = Invitation(
            company_id=company_id,
            email="a@b.example",
            role=EmployerRole.EMPLOYER_VIEWER,
            language="fr",
            expires_at=now(),
        )
        session.add_all((mail, invitation))
        session.flush()
        session.add(
            InvitationAddress(
                company_id=company_id, invitation_id=invitation.id, address_id=address.id
            )
        )
    session.flush()


def _row_that_points(session, table: Table, pointing):
    filled = [table.c[name].is_not(None) for name in pointing]
    rows = [select(table).where(*filled), select(table)]
    found = (session.execute(one, execution_options=CHECKED).first() for one in rows)
    row = next((one for one in found if one is not None), None)
    assert row is not None, f"the cast has no {table.name}"
    return row

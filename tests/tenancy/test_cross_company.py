"""The way out of a company's scope, and the trace it leaves."""

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Company, Contact, Invoice


@pytest.fixture
def traces(app):
    from app.security.cross_company import cross_company

    def count():
        with app.app_context(), cross_company("counting") as session:
            session.rollback()
            found = select(func.count(AuditEvent.id)).where(AuditEvent.target_label == "tests")
            return session.scalar(found)

    return count


@pytest.fixture
def opened(app):
    from app.security.cross_company import cross_company

    with app.app_context():
        yield lambda: cross_company("tests")


def test_it_sees_every_company(opened):
    with opened() as session:
        companies = session.scalar(select(func.count(Company.id)))
        assert companies >= 5
        assert len(set(session.scalars(select(Invoice.company_id)))) > 1


def test_it_leaves_one_trace_with_the_work(opened, traces, ground):
    with opened() as session:
        session.add(Contact(company_id=ground.martin, name="One"))
        session.commit()
        session.add(Contact(company_id=ground.peeters, name="Two"))
        session.commit()

    assert traces() == 1


def test_work_that_only_reads_leaves_a_trace(opened, traces):
    with opened() as session:
        session.scalars(select(Company)).all()

    assert traces() == 1


def test_work_that_fails_leaves_a_trace_and_nothing_else(opened, traces, ground):
    with pytest.raises(KeyError), opened() as session:  # noqa: PT012 - the work is what fails
        session.add(Contact(company_id=ground.martin, name="Never"))
        session.flush()
        raise KeyError

    assert traces() == 1
    with opened() as session:
        assert session.scalars(select(Contact).where(Contact.name == "Never")).all() == []


def test_the_session_of_the_request_stays_narrow(opened, app, ground):
    from app.extensions import db
    from app.security.scope import of_company
    from app.security.tenancy import open_scope

    open_scope(db.session(), of_company(ground.martin))
    with opened():
        assert set(db.session.scalars(select(Company.id))) == {ground.martin}

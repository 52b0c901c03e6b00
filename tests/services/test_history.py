"""The history of a company: by subject, by key, ties and all."""

from datetime import UTC, datetime
from types import SimpleNamespace as Namespace

import pytest

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def walk(session, company, *, about=None, limit):
    from app.services.history import history

    token, pages = None, []
    while True:
        page = history(session, company.id, about=about, before=token, limit=limit)
        pages.append(page.events)
        token = page.older
        if token is None:
            return pages


def test_pages_miss_and_repeat_nothing_also_where_instants_are_equal(session, martin):
    from app.domain.audit import AuditAction
    from app.services.audit import record
    from app.services.companies import get_company

    company = get_company(session, martin.id)
    for _number in range(7):
        record(session, AuditAction.COMPANY_CHANGED, target=company).at = AT
    session.commit()
    whole = [event.id for page in walk(session, martin, limit=100) for event in page]

    for limit in (1, 2, 3, 5):
        pages = walk(session, martin, limit=limit)
        assert [event.id for page in pages for event in page] == whole
        assert all(len(page) == limit for page in pages[:-1])


def test_each_subject_has_its_own_events(session, martin):
    from app.services.history import Subject

    kinds = {
        subject: {
            event.target_type
            for page in walk(session, martin, about=subject, limit=50)
            for event in page
        }
        for subject in Subject
    }

    assert kinds == {
        Subject.COMPANY: {"company", "change_request"},
        Subject.ADDRESSES: {"address"},
        Subject.CONTACTS: {"contact"},
        Subject.ACCESS: {"membership", "invitation", "portfolio"},
    }


def test_somebody_limited_to_an_address_has_full_pages_of_what_happened_there(session, martin):
    from sqlalchemy import select

    from app.domain.audit import AuditAction
    from app.models import Address
    from app.security import scope
    from app.security.tenancy import open_scope
    from app.services.audit import record

    places = {one.name: one for one in session.scalars(select(Address))}
    for name in ("Namur", *["Eupen"] * 30, "Namur", "Namur"):
        record(session, AuditAction.ADDRESS_CHANGED, target=places[name])
    session.flush()
    namur, company = places["Namur"].id, Namespace(id=martin.id)
    session.commit()
    session.expunge_all()
    open_scope(session, scope.of_company(company.id, addresses=(namur,)))

    events = [event for page in walk(session, company, limit=3) for event in page]

    assert {event.address_id for event in events} == {namur}
    assert [event.action for event in events].count("ADDRESS_CHANGED") == 3


@pytest.mark.parametrize(
    "token", ["x", "é", "MTIz", "LTEuLTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE", "MS45OTk5OTk5OTk5OTk"]
)
def test_a_token_that_is_none_is_refused(session, martin, token):
    from app.services.history import HistoryPageUnknown, history

    with pytest.raises(HistoryPageUnknown):
        history(session, martin.id, before=token)


def test_a_name_too_long_for_the_trail_is_cut_rather_than_stopping_what_happened(session):
    from app.domain.audit import AuditAction
    from app.services.audit import LONGEST_LABEL, record

    event = record(session, AuditAction.USER_CHANGED, label="x" * 1000)
    session.flush()

    assert len(event.target_label) == LONGEST_LABEL

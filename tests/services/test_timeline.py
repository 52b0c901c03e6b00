"""The time line of a company, page by page."""

import pytest

from app.security.scope import of_audit, of_portfolio
from app.security.tenancy import open_scope
from app.services.history import HistoryPageUnknown
from app.services.timeline import company_timeline
from tests import cast


def test_pages_follow_each_other_without_gap_or_repetition(app, session):
    martin = cast.company(app, cast.MARTIN)
    open_scope(session, of_audit(user_id=1))
    whole = company_timeline(session, martin.id, limit=1000).events

    seen, token = [], None
    while True:
        page = company_timeline(session, martin.id, before=token, limit=7)
        seen += [one.id for one in page.events]
        token = page.older
        if token is None:
            break

    assert seen == [one.id for one in whole]
    assert {one.company_id for one in whole} == {martin.id}
    assert seen == sorted(seen, reverse=True)


def test_a_company_outside_the_scope_has_no_time_line(app, session):
    martin, peeters = cast.company(app, cast.MARTIN), cast.company(app, cast.PEETERS)
    open_scope(session, of_portfolio((peeters.id,), user_id=1))

    assert company_timeline(session, martin.id).events == []


@pytest.mark.parametrize("token", ["x", "%%%", "MTIz", "é"])
def test_a_token_of_no_page_is_refused(app, session, token):
    open_scope(session, of_audit(user_id=1))

    with pytest.raises(HistoryPageUnknown):
        company_timeline(session, 1, before=token)

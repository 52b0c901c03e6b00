"""Changes that employers ask for: validated, one at a time for each field, decided by somebody else."""

import pytest
from sqlalchemy import select

from app.domain.change_requests import ChangeField, ChangeState
from app.domain.mail import MailKind
from app.domain.typed_text import TextMissing, TextTooLong
from app.models import ChangeRequest, Company
from app.security.scope import of_company, of_portfolio
from app.security.tenancy import open_scope
from app.services import change_requests as service
from app.services.change_requests import Person
from tests import cast
from tests.services.trail import follow_mails, follow_trail

VAT, NUMBER, NAME = ChangeField.VAT_NUMBER, ChangeField.ENTERPRISE_NUMBER, ChangeField.NAME
OTHER_NUMBER = "0990.700.788"


def person(where, email):
    user = cast.user(where, email)
    return Person(user.id, user.name)


@pytest.fixture
def claire(session):
    return person(session, cast.CLAIRE)


@pytest.fixture
def marc(session):
    return person(session, cast.MARC)


@pytest.fixture
def company(session, claire):
    """Boulangerie Martin in a session of Claire's."""
    found = cast.company(session, cast.MARTIN)
    open_scope(session, of_company(found.id, user_id=claire.user_id))
    return session.scalars(select(Company).where(Company.id == found.id)).one()


def ask(session, company, wanted, by, reason="A deed."):
    asked = service.ask_for_changes(session, company, wanted, reason=reason, by=by)
    session.commit()
    return asked


def as_marc(session, company, marc):
    """The same request in the account manager's session."""
    session.commit()
    number = company.id
    session.expunge_all()
    open_scope(session, of_portfolio((number,), user_id=marc.user_id))


def request_of(session, field):
    return session.scalars(
        select(ChangeRequest).where(ChangeRequest.field == field).order_by(ChangeRequest.id.desc())
    ).first()


def test_the_demo_has_an_open_request(session, company):
    one = request_of(session, NAME)

    assert (one.state, one.old_value) == (ChangeState.OPEN, cast.MARTIN)
    assert one.new_value == "Boulangerie Martin et Filles SRL"


def test_what_differs_is_asked_for_with_its_event_and_one_mail_to_each_manager(
    session, company, claire
):
    events, mails = follow_trail(session), follow_mails(session)
    wanted = {VAT: "BE 0990.700.788", NUMBER: OTHER_NUMBER}
    asked = ask(session, company, wanted, claire)

    assert {one.field for one in asked} == {VAT, NUMBER}
    assert [one.action for one in events] == ["CHANGE_REQUESTED"] * 2
    of_vat = next(one for one in events if one.target_label == "VAT_NUMBER")
    assert of_vat.changes == {
        "vat_number": ["BE 0990.200.249", "BE 0990.700.788"],
        "reason": [None, "A deed."],
    }
    assert [(one.kind, one.to_email, one.language) for one in mails] == [
        (MailKind.CHANGE_REQUESTED, cast.MARC, "fr")
    ]
    assert len(mails[0].context["changes"]) == 2


def test_another_spelling_is_no_change(session, company, claire):
    wanted = {VAT: "be0990200249", NUMBER: "0990200249"}

    with pytest.raises(service.NothingAsked):
        ask(session, company, wanted, claire)


def test_one_change_of_a_field_waits_at_a_time(session, company, claire):
    with pytest.raises(service.ChangeAskedAlready):
        ask(session, company, {NAME: "Another name"}, claire)


def test_the_database_too_refuses_a_second_one(session, company):
    from sqlalchemy.exc import IntegrityError

    values = {"field": NAME, "reason": "x", "state": ChangeState.OPEN}
    session.add(ChangeRequest(company_id=company.id, **values))

    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    ("wanted", "reason", "error", "field"),
    [
        ({VAT: "BE 0990.700.788"}, "  ", TextMissing, "reason"),
        ({VAT: "BE 0990.700.788"}, "x" * 501, TextTooLong, "reason"),
        ({NUMBER: " "}, "why", TextMissing, "enterprise_number"),
        ({NUMBER: "1" * 41}, "why", TextTooLong, "enterprise_number"),
        ({NAME: ""}, "why", TextMissing, "name"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    session, company, claire, wanted, reason, error, field
):
    with pytest.raises(error) as refused:
        ask(session, company, wanted, claire, reason)

    assert refused.value.params["field"] == field


def test_a_vat_number_can_be_asked_away(session, company, claire, marc):
    ask(session, company, {VAT: ""}, claire)
    as_marc(session, company, marc)
    service.accept_change(
        session, request_of(session, VAT), seen="BE 0990.200.249", reply=None, by=marc
    )
    session.commit()

    after = cast.company(session, cast.MARTIN)
    assert (after.vat_number, after.vat_key) == (None, None)


def test_wrong_check_digits_are_doubtful_and_no_more(session, company, claire):
    wanted = {VAT: "BE 0990.700.792", NUMBER: "0990.700.792", NAME: "Any"}
    assert service.doubtful(company, wanted) == [VAT, NUMBER]
    assert service.doubtful(company, {VAT: "BE 0990.200.249", NUMBER: OTHER_NUMBER}) == []
    company.country = "FR"
    assert service.doubtful(company, {NUMBER: "123"}) == []
    company.country = "BE"

    assert ask(session, company, {NUMBER: "0990.700.792"}, claire)


def test_accepting_changes_the_company_in_the_same_transaction(session, company, claire, marc):
    ask(session, company, {NUMBER: OTHER_NUMBER}, claire)
    as_marc(session, company, marc)
    events, mails = follow_trail(session), follow_mails(session)
    request = request_of(session, NUMBER)
    service.accept_change(session, request, seen="0990.200.249", reply="Checked.", by=marc)
    session.commit()

    after = cast.company(session, cast.MARTIN)
    assert (after.enterprise_number, after.enterprise_key) == (OTHER_NUMBER, "0990700788")
    assert (request.state, request.decided_by_id) == (ChangeState.ACCEPTED, marc.user_id)
    assert [one.action for one in events] == ["COMPANY_CHANGED", "CHANGE_ACCEPTED"]
    assert events[1].changes == {
        "enterprise_number": ["0990.200.249", OTHER_NUMBER],
        "reply": [None, "Checked."],
    }
    assert [(one.kind, one.to_email) for one in mails] == [(MailKind.CHANGE_ACCEPTED, cast.CLAIRE)]


def test_a_value_that_was_changed_meanwhile_is_not_overwritten_unseen(session, company, marc):
    as_marc(session, company, marc)
    request = request_of(session, NAME)
    request.company.name = "By hand"
    session.commit()

    with pytest.raises(service.ValueChangedMeanwhile):
        service.accept_change(session, request, seen=cast.MARTIN, reply=None, by=marc)
    session.rollback()
    service.accept_change(session, request, seen="By hand", reply=None, by=marc)
    session.commit()
    assert request.company.name == "Boulangerie Martin et Filles SRL"


def test_a_number_of_another_company_is_refused_and_nothing_is_changed(
    session, company, claire, marc
):
    from app.services.companies import EnterpriseNumberTaken

    ask(session, company, {NUMBER: "0990.400.484"}, claire)  # of Brouwerij Peeters
    as_marc(session, company, marc)
    request = request_of(session, NUMBER)
    with pytest.raises(EnterpriseNumberTaken):
        service.accept_change(session, request, seen="0990.200.249", reply=None, by=marc)
    session.rollback()

    assert request.is_open
    assert request.company.enterprise_number == "0990.200.249"


def test_refusing_needs_a_reply_and_changes_nothing(session, company, marc):
    as_marc(session, company, marc)
    request, mails = request_of(session, NAME), follow_mails(session)
    with pytest.raises(service.ReplyMissing):
        service.refuse_change(session, request, reply=" ", by=marc)
    service.refuse_change(session, request, reply="Not in the register.", by=marc)
    session.commit()

    assert (request.state, request.reply) == (ChangeState.REFUSED, "Not in the register.")
    assert request.company.name == cast.MARTIN
    assert [one.kind for one in mails] == [MailKind.CHANGE_REFUSED]
    with pytest.raises(service.ChangeSettled):
        service.accept_change(session, request, seen=cast.MARTIN, reply=None, by=marc)


def test_nobody_decides_what_they_asked_for(session, company, claire):
    request = request_of(session, NAME)

    with pytest.raises(service.OwnChange):
        service.accept_change(session, request, seen=cast.MARTIN, reply=None, by=claire)
    with pytest.raises(service.OwnChange):
        service.refuse_change(session, request, reply="No.", by=claire)


def test_who_asked_withdraws_it_and_may_ask_again(session, company, claire):
    bruno = cast.user(session, cast.BRUNO)
    request = request_of(session, NAME)
    with pytest.raises(service.ChangeOfSomebodyElse):
        service.withdraw_change(session, request, by_id=bruno.id)
    service.withdraw_change(session, request, by_id=claire.user_id)
    session.commit()

    assert request.state is ChangeState.WITHDRAWN
    with pytest.raises(service.ChangeSettled):
        service.withdraw_change(session, request, by_id=claire.user_id)
    assert ask(session, company, {NAME: "Another name"}, claire)


def test_a_company_that_nobody_serves_may_ask_too(session):
    lambert = cast.company(session, cast.LAMBERT)
    claire = person(session, cast.CLAIRE)
    open_scope(session, of_company(lambert.id, user_id=claire.user_id))
    mine = session.scalars(select(Company).where(Company.id == lambert.id)).one()
    mails = follow_mails(session)

    assert ask(session, mine, {NAME: "Garage Lambert et Fils SA"}, claire)
    assert mails == []


def test_somebody_who_left_gets_no_mail(app, claire, marc):
    from app.security.cross_company import cross_company

    membership = cast.membership(app, cast.CLAIRE, cast.MARTIN)
    with app.app_context(), cross_company("a test") as session:
        session.delete(session.merge(membership))
        session.flush()
        mails = follow_mails(session)
        service.refuse_change(session, request_of(session, NAME), reply="No.", by=marc)
        session.flush()

    assert mails == []

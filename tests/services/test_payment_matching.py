"""Which invoice a payment means; never a guess, never another company's, never another currency's."""

import pytest

from app.domain.communications import numbers_in, structured_in
from tests import cast
from tests.payments import pay
from tests.services.ledger import add_invoice, in_company

OGM, OTHER_OGM = "090933755493", "000000101010"


def match(session, text, *, currency="EUR", company_id=None):
    from app.services.payments.matching import Wanted, match_one

    return match_one(session, Wanted(text, currency, company_id))


@pytest.mark.parametrize(
    "text",
    ["+++090/9337/55493+++", "***090/9337/55493***", OGM, "facture 090/9337/55493 merci"],
)
def test_a_structured_communication_is_found_however_it_is_written(text):
    assert structured_in(text) == (OGM,)


@pytest.mark.parametrize("text", ["090933755494", "0909337554930", "a090933755493", "1234", ""])
def test_what_only_looks_like_one_is_none(text):
    assert structured_in(text) == ()


def test_numbers_are_whole_words_that_hold_a_digit():
    found = numbers_in("Paiement F-2026-0012, (VF 2026 7) merci 12")

    assert {"F-2026-0012", "VF 2026 7", "2026"} <= set(found)
    assert "12" not in found
    assert "2026-0012" not in found
    assert numbers_in("12") == ("12",)


def test_the_structured_communication_counts_before_a_number(session):
    with in_company(session) as company_id:
        meant = add_invoice(session, company_id, structured_communication=OGM)
        add_invoice(session, company_id, number="X-0001")

        assert match(session, f"X-0001 {OGM}").invoice_id == meant.id


def test_a_number_is_found_in_any_letters(session):
    with in_company(session) as company_id:
        invoice = add_invoice(session, company_id, number="XQ-0001")

        assert match(session, "facture xq-0001.").invoice_id == invoice.id
        assert match(session, "facture xq-00011") is None
        assert match(session, "facture axq-0001") is None


def test_nothing_is_guessed_when_two_match(session):
    with in_company(session) as company_id:
        first = add_invoice(session, company_id, number="X-0001")
        add_invoice(session, company_id, number="X-0002")

        found = match(session, "X-0001 X-0002")

        assert (found.company_id, found.invoice_id) == (first.company_id, None)


def test_an_open_invoice_is_meant_rather_than_a_paid_one(session):
    from app.services.allocations import allocate

    with in_company(session) as company_id:
        paid, still_open = (
            add_invoice(session, company_id, cents=100, structured_communication=OGM)
            for _ in range(2)
        )
        allocate(session, pay(session, company_id, 100), paid)

        assert match(session, OGM).invoice_id == still_open.id


def test_what_means_a_paid_invoice_is_credit_of_its_company(session):
    from app.services.allocations import allocate

    with in_company(session) as company_id:
        paid = add_invoice(session, company_id, cents=100, structured_communication=OGM)
        allocate(session, pay(session, company_id, 100), paid)

        found = match(session, OGM)

        assert (found.company_id, found.invoice_id) == (company_id, None)


def test_currencies_and_credit_notes_do_not_match(session):
    with in_company(session) as company_id:
        add_invoice(session, company_id, number="X-0001", currency="USD")
        add_invoice(session, company_id, number="X-0002", credit=True)

        assert match(session, "X-0001") is None
        assert match(session, "X-0002") is None
        assert match(session, "X-0001", currency="USD").invoice_id


def test_two_companies_with_one_number_are_no_answer(app):
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        ids = [cast.company(session, name).id for name in (cast.MARTIN, cast.PEETERS)]
        for company_id in ids:
            add_invoice(session, company_id, number="X-0001", seller_key=str(company_id))

        assert match(session, "X-0001") is None
        assert match(session, "X-0001", company_id=ids[0]).company_id == ids[0]
        session.rollback()


def test_an_invoice_out_of_scope_is_not_there(session):
    theirs = cast.overdue_invoice(session)
    with in_company(session, cast.PEETERS):
        assert match(session, f"{theirs.structured_communication} {theirs.number}") is None

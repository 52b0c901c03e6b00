"""Payments at the back-office: recorded, looked through, allocated, moved, given, undone; by whom, and whose."""

import re

import pytest
from sqlalchemy import select

from app.domain.clock import today
from app.models import AuditEvent, Invoice, Payment
from tests import cast
from tests.payments import pay

BASE = "/backoffice/payments"
LIST, ADD = f"{BASE}/list/", f"{BASE}/add"
ACTS = ("allocate", "move", "take_back", "give", "take_from", "undo")


def rows(app, statement):
    return cast._all(app, statement)


def payment_of(app, **values):
    (found,) = rows(app, select(Payment).filter_by(**values))
    return found


def unknown(app):
    """The payment of the demo of which nobody knows whose it is."""
    return payment_of(app, payer_name="Fiduciaire Lejeune")


def overpaid(app):
    (found,) = rows(app, select(Payment).where(Payment.left_cents == 2_500))
    return found


def record(marc, **answers):
    data = {
        "amount": "10,00",
        "currency": "EUR",
        "received_on": "2026-01-02",
        "communication": "",
        "payer_name": "Somebody",
        "once": "once-1",
    }
    return marc.post(ADD, data | answers)


def followed(marc, answer):
    assert answer.status_code == 303, answer.text
    return marc.get(answer.location).text


# --- recording ---------------------------------------------------------------------------------


def test_a_recorded_payment_pays_at_once_and_the_page_says_what(app, marc):
    invoice = cast.overdue_invoice(app)

    page = followed(
        marc, record(marc, amount="1.000,50", communication=invoice.structured_communication)
    )

    assert "It pays" in page
    assert invoice.number in page
    assert cast.overdue_invoice(app).open_cents == invoice.open_cents - 100_050


def test_a_payment_of_nobody_waits_and_the_page_says_so(app, marc):
    page = followed(marc, record(marc, communication="no such thing"))

    assert "pays nothing yet" in page
    assert "Unknown payer" in page
    assert payment_of(app, payer_name="Somebody").company_id is None


def test_a_form_that_is_sent_twice_records_one_payment(app, marc):
    followed(marc, record(marc))
    again = record(marc)

    assert again.status_code == 422
    assert "already been recorded" in again.text
    assert payment_of(app, payer_name="Somebody")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"amount": "much"}, "is not an amount"),
        ({"amount": "1.234"}, "can be read in two ways"),
        ({"amount": "-1"}, "must be more than zero"),
        ({"amount": "1,2345"}, "more decimals"),
        ({"currency": "XXX"}, "is not known"),
        ({"received_on": f"{today().year + 1}-01-01"}, "still to come"),
        ({"amount": ""}, "Fill in this field."),
    ],
)
def test_what_cannot_be_a_payment_is_refused(app, marc, answers, sentence):
    answer = record(marc, **answers)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows(app, select(Payment).where(Payment.payer_name == "Somebody")) == []


def test_a_payment_is_recorded_for_companies_of_the_own_portfolio_only(app, marc):
    theirs = cast.company_id(app, cast.PEETERS)
    foreign = cast.invoice(app, cast.PEETERS)

    refused = record(marc, company=str(theirs))
    page = followed(marc, record(marc, communication=foreign.number, once="once-2"))

    assert refused.status_code == 422
    assert "Unknown payer" in page
    assert cast.PEETERS not in page
    assert cast.invoice(app, cast.PEETERS).open_cents == foreign.open_cents


def test_account_numbers_that_are_typed_are_not_kept(app, marc):
    number = "BE68 5390 0754 7034"
    followed(marc, record(marc, communication=f"of {number}", payer_name=f"Somebody {number}"))
    payment = payment_of(app, communication="of BE…7034")
    invoice = cast.overdue_invoice(app)
    answer = acted(
        marc, "allocate", payment, invoice=invoice.public_id, amount="1", reason=f"see {number}"
    )

    assert "see BE…7034" in followed(marc, answer)
    assert payment.payer_name == "Somebody BE…7034"
    assert number not in marc.get(f"{BASE}/show/{payment.public_id}").text


# --- looking -----------------------------------------------------------------------------------


def test_the_list_is_filtered_by_what_is_left(marc):
    everything = marc.get(LIST).text
    left = marc.get(f"{LIST}?_flt_0_left_cents=LEFT").text

    assert "Fiduciaire Lejeune" in everything
    assert "Unknown payer" in left
    assert cast.DUBOIS in left
    assert cast.MARTIN not in left
    assert cast.DUBOIS not in marc.get(f"{LIST}?_flt_0_left_cents=UNUSED").text
    assert cast.DUBOIS not in marc.get(f"{LIST}?_flt_0_left_cents=UNKNOWN").text
    assert marc.get(f"{LIST}?_flt_0_left_cents=abc").status_code == 400


def test_a_list_of_payments_takes_few_statements(app, marc, ana):
    from tests.web.backoffice.test_statements import MOST, taken

    for reader in (marc, ana):
        assert taken(app, reader, f"{LIST}?_flt_0_left_cents=LEFT") <= MOST


def test_a_payment_of_another_portfolio_does_not_exist(app, browser):
    martin = cast.company(app, cast.MARTIN).id
    theirs = rows(app, select(Payment).where(Payment.company_id == martin))[0]
    nora = browser(cast.NORA)

    assert nora.get(f"{BASE}/show/{theirs.public_id}").status_code == 404
    for act in ACTS:
        assert nora.post(f"{BASE}/{act}/{theirs.public_id}", {"reason": "x"}).status_code == 404
    assert cast.MARTIN not in nora.get(LIST).text
    assert nora.get(f"{BASE}/show/{unknown(app).public_id}").status_code == 200


def test_an_auditor_reads_payments_and_changes_none(app, ana):
    payment = overpaid(app)
    page = ana.get(f"{BASE}/show/{payment.public_id}").text

    assert cast.DUBOIS in page
    assert all(f"{BASE}/{act}/" not in page for act in ACTS)
    for act in ACTS:
        assert ana.post(f"{BASE}/{act}/{payment.public_id}", {"reason": "x"}).status_code == 403
    assert ana.get(ADD).status_code == 403
    assert ana.post(f"{BASE}/match").status_code == 403


@pytest.mark.parametrize("email", [cast.SOFIA, cast.CLAIRE])
def test_administrators_and_employers_have_no_such_screen(browser, email):
    assert browser(email).get(LIST).status_code == 403


def test_the_first_page_counts_what_is_unallocated(marc, sofia):
    page = marc.get("/backoffice/").text

    assert "Unallocated payments" in page
    assert "2 payments have something left." in page
    assert "_flt_0_left_cents=LEFT" in page
    assert "Unallocated payments" not in sofia.get("/backoffice/").text


# --- acting ------------------------------------------------------------------------------------


def acted(marc, act, payment, **answers):
    return marc.post(f"{BASE}/{act}/{payment.public_id}", {"reason": "So they said", **answers})


def events(app, payment):
    found = select(AuditEvent).where(
        AuditEvent.target_type == "payment", AuditEvent.target_id == payment.id
    )
    return [
        (one.action, one.changes.get("reason")) for one in rows(app, found.order_by(AuditEvent.id))
    ]


def test_what_is_nobodys_is_allocated_for_a_reason_and_undone(app, marc):
    payment, invoice = unknown(app), cast.overdue_invoice(app)
    path = f"{BASE}/allocate/{payment.public_id}"

    empty, found = marc.get(path).text, marc.get(f"{path}?q={invoice.number[:6]}").text
    form = marc.get(f"{path}?invoice={invoice.public_id}").text
    page = followed(marc, acted(marc, "allocate", payment, invoice=invoice.public_id, amount="25"))

    assert "Look for the invoice" in empty
    assert f"invoice={invoice.public_id}" in found
    assert 'value="125,00"' in form
    assert f"The payment is allocated to {invoice.number}." in page
    assert "So they said" in page
    assert unknown(app).left_cents == 10_000
    assert cast.overdue_invoice(app).open_cents == invoice.open_cents - 2_500

    undone = followed(marc, acted(marc, "undo", payment))
    assert "Undone." in undone
    assert (unknown(app).left_cents, unknown(app).company_id) == (12_500, None)
    assert cast.overdue_invoice(app).open_cents == invoice.open_cents


def test_only_open_invoices_of_its_company_are_offered(app, marc):
    payment = overpaid(app)
    page = marc.get(f"{BASE}/allocate/{payment.public_id}").text

    assert cast.overdue_invoice(app).number not in page
    still_open = [one.number for one in cast.invoices(app, cast.DUBOIS) if one.open_cents > 0]
    assert [number for number in still_open if number not in page] == []


def test_a_payment_is_moved_and_taken_back_for_a_reason(app, marc):
    payment = overpaid(app)
    dubois = cast.invoices(app, cast.DUBOIS)
    paid, to = dubois[-1], next(one for one in dubois if one.open_cents > 0)

    choice = marc.get(f"{BASE}/move/{payment.public_id}?former={paid.public_id}").text
    page = followed(marc, acted(marc, "move", payment, former=paid.public_id, invoice=to.public_id))
    assert f"invoice={to.public_id}" in choice
    assert f"The payment is moved to {to.number}." in page
    page = followed(marc, acted(marc, "take_back", payment, invoice=to.public_id))
    assert f"The payment is taken back from {to.number}." in page

    assert payment_of(app, id=payment.id).left_cents == payment.amount_cents
    assert events(app, payment)[-2:] == [
        ("PAYMENT_MOVED", [None, "So they said"]),
        ("PAYMENT_TAKEN_BACK", [None, "So they said"]),
    ]


def test_nothing_is_done_without_a_reason(app, marc):
    payment, invoice = unknown(app), cast.overdue_invoice(app)
    for reason in ("", "   "):
        answer = acted(
            marc, "allocate", payment, invoice=invoice.public_id, amount="25", reason=reason
        )
        assert answer.status_code == 422
        assert "Fill in this field." in answer.text
    assert (
        acted(
            marc,
            "take_back",
            overpaid(app),
            invoice=cast.invoices(app, cast.DUBOIS)[-1].public_id,
            reason="",
        ).status_code
        == 422
    )

    assert unknown(app).left_cents == 12_500


def test_more_than_there_is_is_refused_beside_the_amount(app, marc):
    payment, invoice = unknown(app), cast.overdue_invoice(app)
    answer = acted(marc, "allocate", payment, invoice=invoice.public_id, amount="125,01")

    assert answer.status_code == 422
    assert 'id="amount-error"' in answer.text


def test_money_of_nobody_is_given_to_a_company_and_taken_again(app, marc):
    payment = unknown(app)
    form = marc.get(f"{BASE}/give/{payment.public_id}").text
    dubois = cast.company_id(app, cast.DUBOIS)

    assert cast.DUBOIS in form
    assert cast.PEETERS not in form
    assert acted(marc, "give", payment).status_code == 422
    assert (
        acted(marc, "give", payment, company=cast.company_id(app, cast.PEETERS)).status_code == 422
    )
    assert cast.DUBOIS in followed(marc, acted(marc, "give", payment, company=dubois))
    assert unknown(app).company_id == cast.company(app, cast.DUBOIS).id
    assert "Unknown payer" in followed(marc, acted(marc, "take_from", payment))
    assert unknown(app).company_id is None


def test_money_never_pays_what_another_portfolio_owes(app, marc):
    theirs = cast.invoice(app, cast.PEETERS)
    payment = unknown(app)

    page = marc.get(f"{BASE}/allocate/{payment.public_id}?q={theirs.number}").text
    assert "Nothing matches your search" in page
    for act in ("allocate", "take_back"):
        assert acted(marc, act, payment, invoice=theirs.public_id, amount="1").status_code == 404
    assert (
        acted(marc, "move", payment, former=theirs.public_id, invoice=theirs.public_id).status_code
        == 404
    )
    assert marc.get(f"{BASE}/allocate/{payment.public_id}?invoice=nonsense").status_code == 404


def test_what_is_left_is_matched_again(app, marc):
    from app.security.cross_company import cross_company

    invoice = cast.overdue_invoice(app)
    with app.app_context(), cross_company("a test") as session:
        pay(session, None, 100, communication=f"facture {invoice.number}")
        session.commit()

    answer = marc.post(f"{BASE}/match")
    assert "1 payment found an invoice" in marc.get(answer.location).text
    assert cast.overdue_invoice(app).open_cents == invoice.open_cents - 100
    assert "No payment found an invoice." in marc.get(marc.post(f"{BASE}/match").location).text


def test_the_time_line_of_the_company_tells_of_it(app, marc):
    payment, invoice = unknown(app), cast.overdue_invoice(app)
    followed(marc, acted(marc, "allocate", payment, invoice=invoice.public_id, amount="25"))
    page = marc.get(f"/backoffice/timeline/{cast.company_id(app, cast.MARTIN)}").text

    assert re.search(rf"A payment was used: {invoice.number}", page)
    assert "So they said" in page


def test_a_payment_is_a_tab_of_its_company(app, marc):
    martin = cast.company_id(app, cast.MARTIN)
    page = marc.get(f"{LIST}?_flt_1_company_id={martin}").text

    assert cast.DUBOIS not in page
    assert f"_flt_1_company_id={martin}" in page
    assert rows(app, select(Invoice).limit(1))

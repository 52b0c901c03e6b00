"""One document in full: what it says, how to pay it, what belongs to it."""

import re
from uuid import uuid4

import pytest

from tests import cast


@pytest.fixture
def claire(client):
    cast.sign_in(client, cast.CLAIRE)
    return client


def page_of(client, invoice, query=""):
    company = cast.company_id(client, cast.MARTIN)
    return client.get(f"/c/{company}/invoices/{invoice.public_id}{query}")


def change(app, invoice, **values):
    """Write what an import would have: documents never change otherwise."""
    from sqlalchemy import update

    from app.models import InvoiceContent
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        statement = update(InvoiceContent).where(InvoiceContent.invoice_id == invoice.id)
        session.execute(statement.values(**values))
        session.commit()


def content_of(app, invoice):
    from app.models import InvoiceContent
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        content = dict(session.get_one(InvoiceContent, invoice.id).content)
        session.rollback()
    return content


def test_an_open_invoice_says_how_to_pay_it(claire):
    invoice = cast.overdue_invoice(claire)
    page = page_of(claire, invoice)
    digits = invoice.structured_communication

    assert f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++" in page.text
    assert f'data-copy="{digits}"' in page.text
    assert re.search(r'viewBox="-4 -4[^>]* role="img" aria-label="', page.text)
    assert invoice.number in page.text


def test_the_code_asks_for_what_is_left_only(claire, app):
    from app.domain.invoicing import PaymentState

    partly = next(
        one
        for one in cast.invoices(claire, cast.MARTIN)
        if one.payment_state is PaymentState.PARTLY
    )
    text = page_of(claire, partly).text

    assert 'id="settled"' in text
    assert 'class="qr"' in text


def test_a_paid_invoice_asks_for_nothing(claire):
    from app.domain.invoicing import PaymentState

    paid = next(
        one for one in cast.invoices(claire, cast.MARTIN)
        if one.payment_state is PaymentState.PAID and not one.is_credit_note
    )  # fmt: skip
    text = page_of(claire, paid).text

    assert 'class="qr"' not in text
    assert "data-copy" not in text


def test_an_invoice_below_zero_is_neither_open_nor_called_a_credit_note(claire, app):
    from sqlalchemy import update

    from app.models import Invoice
    from app.security.cross_company import cross_company

    invoice = cast.overdue_invoice(claire)
    with app.app_context(), cross_company("a test") as session:
        below = {"signed_cents": -invoice.signed_cents, "open_cents": -invoice.signed_cents}
        session.execute(update(Invoice).where(Invoice.id == invoice.id).values(**below))
        session.commit()
    page = page_of(claire, invoice)

    assert page.status_code == 200
    assert "Ceci est une note de crédit" not in page.text
    assert "Crédit à utiliser" in page.text
    assert "data-copy" not in page.text  # no account: there is nothing to transfer


def test_a_credit_note_and_its_invoice_lead_to_each_other(claire):
    note = cast.credit_note(claire)
    text = page_of(claire, note).text
    corrected = re.search(r'id="related".*?href="([^"]+)"', text, re.DOTALL)[1]

    assert 'class="qr"' not in text
    assert str(note.public_id) in claire.get(corrected).text


def test_a_direct_debit_asks_nobody_to_pay(claire, app):
    invoice = cast.overdue_invoice(claire)
    content = content_of(app, invoice)
    means = [
        dict(one, mandate_reference="MANDATE-7", code="59") for one in content["payment_means"]
    ]
    change(app, invoice, content=content | {"payment_means": means})
    text = page_of(claire, invoice).text

    assert "MANDATE-7" in text
    assert 'class="qr"' not in text
    assert "data-copy" not in text


def test_wrong_sums_are_said_once_in_plain_words(claire, app):
    invoice = cast.overdue_invoice(claire)
    odd = {"code": "sums_differ", "params": {"rule": "BR-CO-10", "expected": "1", "found": "2"}}
    change(app, invoice, warnings=[odd, odd, {"code": "from_the_future", "params": {}}])

    assert page_of(claire, invoice).text.count('class="note warn"') == 1


def test_a_thousand_lines_are_all_there(claire, app):
    invoice = cast.overdue_invoice(claire)
    content = content_of(app, invoice)
    lines = [dict(content["lines"][0], id=str(n), name=f"Line {n} <b>") for n in range(1000)]
    change(app, invoice, content=content | {"lines": lines})
    text = page_of(claire, invoice).text

    assert text.count("Line ") >= 1000
    assert "Line 999 &lt;b&gt;" in text


def test_a_document_of_bare_necessities_is_shown(claire, app):
    invoice = cast.overdue_invoice(claire)
    content = content_of(app, invoice)
    kept = ("kind", "number", "issued_on", "currency", "totals")
    bare = {key: content[key] for key in kept} | {"seller": {}, "buyer": {}}
    change(app, invoice, content=bare)

    assert page_of(claire, invoice).status_code == 200


@pytest.mark.parametrize("email", [cast.VERA, cast.BRUNO, cast.LEA])
def test_colleagues_read_it(client, email):
    cast.sign_in(client, email)

    assert page_of(client, cast.overdue_invoice(client)).status_code == 200


def test_somebody_of_another_address_does_not(client):
    eupen = cast.address(client, "Eupen").id
    theirs = next(one for one in cast.invoices(client, cast.MARTIN) if one.address_id == eupen)
    cast.sign_in(client, cast.LEA)

    assert page_of(client, theirs).status_code == 404


def test_another_company_s_document_is_not_found_under_mine(claire):
    assert page_of(claire, cast.invoice(claire, cast.PEETERS)).status_code == 404
    company = cast.company_id(claire, cast.MARTIN)
    assert claire.get(f"/c/{company}/invoices/{uuid4()}").status_code == 404
    assert claire.get(f"/c/{company}/invoices/1").status_code == 404


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "/logout", "/c/x/invoices"]
)
def test_the_way_back_stays_in_the_list(claire, where):
    text = page_of(claire, cast.overdue_invoice(claire), f"?next={where}").text

    assert f'href="{where}"' not in text


def test_what_paid_it_stands_there_and_nothing_else_of_the_payment(claire, app):
    from sqlalchemy import select

    from app.domain.invoicing import PaymentState
    from app.models import Payment

    partly = next(
        one
        for one in cast.invoices(claire, cast.MARTIN)
        if one.payment_state is PaymentState.PARTLY
    )
    text = page_of(claire, partly).text
    settled = re.search(r'id="settled".*?</section>', text, re.DOTALL)[0]

    assert "Paiement du" in settled
    assert "1\u202f000,00" in settled
    for payment in cast._all(app, select(Payment).where(Payment.company_id == partly.company_id)):
        assert str(payment.public_id) not in text
        assert payment.external_reference not in text


def test_a_credit_note_that_paid_it_stands_there_with_its_day(claire, app):
    from sqlalchemy import select

    from app.models import Allocation, Invoice

    credited = select(Invoice).join(Allocation, Allocation.invoice_id == Invoice.id)
    invoice = cast._all(app, credited.where(Allocation.credit_note_id.is_not(None)))[0]

    assert re.search(r"Note de crédit NC-\d{4}-\d{4} du \d", page_of(claire, invoice).text)


def test_who_sees_one_address_sees_that_it_was_paid_and_not_when(client):
    cast.sign_in(client, cast.LEA)
    paid = next(
        one
        for one in cast.invoices(client, cast.MARTIN)
        if one.address_id == cast.address(client, "Namur").id
        and one.open_cents == 0
        and not one.is_credit_note
    )
    settled = re.search(r'id="settled".*?</section>', page_of(client, paid).text, re.DOTALL)[0]

    assert "Paiement" in settled
    assert "Paiement du" not in settled

"""The first page of an employer: what is owed, what is left to do, what came last."""

import pytest

from tests import cast
from tests.web.statements import statements


def home(client, email=cast.CLAIRE, company=cast.MARTIN):
    cast.sign_in(client, email)
    return client.get(f"/c/{cast.company_id(client, company)}/")


@pytest.mark.parametrize("email", [cast.CLAIRE, cast.BRUNO, cast.VERA, cast.INES, cast.LEA])
def test_everybody_of_the_company_has_a_home(client, email):
    page = home(client, email)

    assert page.status_code == 200
    assert cast.MARTIN in page.text


def test_a_stranger_finds_no_such_company(client):
    assert home(client, cast.PIETER).status_code == 404


@pytest.mark.parametrize("email", [cast.MARC, cast.ANA, cast.SOFIA])
def test_staff_have_another_face(client, email):
    assert home(client, email).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client):
    answer = client.get(f"/c/{cast.company_id(client, cast.MARTIN)}/")

    assert answer.status_code == 302
    assert answer.location.startswith("/login")


def test_the_latest_documents_are_there_with_their_files(client):
    page = home(client)
    newest = cast.invoices(client, cast.MARTIN)[0]

    assert newest.number in page.text
    assert f"/invoices/{newest.public_id}.pdf" in page.text
    assert f"/invoices/{newest.public_id}.xml" in page.text


def test_who_may_change_nothing_is_not_told_what_to_set_up(client):
    assert 'id="todo"' in home(client, cast.CLAIRE).text
    assert 'id="todo"' not in home(client, cast.VERA).text


def test_somebody_of_one_address_sees_nothing_of_the_others(client):
    page = home(client, cast.LEA)
    others = [
        one
        for one in cast.invoices(client, cast.MARTIN)
        if one.address_id != cast.address(client, "Namur").id
    ]

    assert "Eupen" not in page.text
    assert not [one.number for one in others if f">{one.number}<" in page.text]


def test_a_company_without_documents_has_a_home_too(client, app):
    from sqlalchemy import delete

    from app.models import Allocation, Document, Invoice, InvoiceContent, PrecedingInvoice
    from app.security.cross_company import cross_company

    owner = cast.company(client, cast.DUBOIS).id
    with app.app_context(), cross_company("a test") as session:
        for table in (Allocation, Document, PrecedingInvoice, InvoiceContent, Invoice):
            session.execute(delete(table).where(table.company_id == owner))
        session.commit()

    assert home(client, cast.INES, cast.DUBOIS).status_code == 200


def test_the_page_asks_the_database_no_more_than_it_has_parts(client, app):
    home(client)
    with statements(app) as seen:
        client.get(f"/c/{cast.company_id(client, cast.MARTIN)}/")

    own = [one for one in seen if "login_session" not in one and "membership" not in one]
    assert len([one for one in own if one.lstrip().upper().startswith("SELECT")]) <= 8


def test_what_was_paid_too_much_is_credit(client):
    page = home(client, cast.INES, cast.DUBOIS).text

    assert "25,00" in page
    assert "Reste de vos paiements." in page or "Over van uw betalingen." in page


def test_somebody_of_one_address_sees_no_payments(client, app):
    from app.security.cross_company import cross_company
    from tests.payments import pay

    martin = cast.company(client, cast.MARTIN).id
    with app.app_context(), cross_company("a test") as session:
        pay(session, martin, 77_777)
        session.commit()

    assert "777,77" in home(client, cast.CLAIRE).text
    assert "777,77" not in home(client, cast.LEA).text

"""The search box: numbers by their beginning, amounts by their value, references anywhere."""

import pytest

from tests import cast
from tests.services.ledger import TODAY, add_invoice, in_company


def found(session, text, *, everywhere=False):
    from app.services.invoice_list import InvoiceQuery, invoice_page, settled, surroundings
    from app.services.invoice_search import read_search

    search = read_search(text)
    assert search is not None
    search = search.anywhere if everywhere else search
    around = surroundings(session, search)
    asked = settled(InvoiceQuery(TODAY, search=search), around)
    return {row.number for row in invoice_page(session, asked, size=500).rows}


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("4.428,68", 442868),
        ("4428.68", 442868),
        ("4 428,68", 442868),
        ("4\u202f428,68", 442868),
        ("€ 4.428,68", 442868),
        ("-4428,68 EUR", 442868),
        ("4,428.68", 442868),
        ("4428", 442800),
        ("4.428", 442800),
        ("12,5", 1250),
        ("1234567890123456", None),
        ("4.42.8", None),
        ("12,345,6", None),
        ("F-2026", None),
        ("٤٤", None),
    ],
)
def test_an_amount_is_read_however_it_is_written(text, cents):
    from app.services.invoice_search import read_search

    assert read_search(text).cents == cents


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\t\n"])
def test_nothing_is_no_search(text):
    from app.services.invoice_search import read_search

    assert read_search(text) is None


def test_a_number_is_found_by_its_beginning_in_any_case(session):
    with in_company(session) as company_id:
        add_invoice(session, company_id, number="INV-77-001")
        add_invoice(session, company_id, number="INV-78-001")

        assert found(session, "INV-77") == {"INV-77-001"}
        assert found(session, "inv-77") == {"INV-77-001"}


def test_a_number_is_found_by_its_end_when_none_begins_so(session):
    with in_company(session) as company_id:
        add_invoice(session, company_id, number="INV-2031-004711")

        assert found(session, "4711") == {"INV-2031-004711"}


def test_numbers_that_begin_so_come_before_references_that_hold_it(session):
    with in_company(session) as company_id:
        add_invoice(session, company_id, number="9981-A")
        add_invoice(session, company_id, number="B-1", search_text="b-1 po-9981")

        assert found(session, "9981") == {"9981-A"}
        assert found(session, "9981", everywhere=True) == {"9981-A", "B-1"}


@pytest.mark.parametrize(
    "text", ["+++100/1260/05155+++", "100/1260/05155", "100126005155", " 100126005155 "]
)
def test_a_structured_communication_is_found_however_it_is_written(session, text):
    with in_company(session) as company_id:
        add_invoice(session, company_id, number="S-1", search_text="s-1 100126005155")

        assert found(session, text) == {"S-1"}


def test_an_amount_finds_invoices_and_credit_notes_of_it(session):
    with in_company(session) as company_id:
        add_invoice(session, company_id, number="A-1", cents=7654321)
        add_invoice(session, company_id, number="A-2", cents=7654321, credit=True)

        assert found(session, "76.543,21") == {"A-1", "A-2"}


def test_what_looks_like_an_amount_may_be_a_reference(session):
    with in_company(session) as company_id:
        add_invoice(session, company_id, number="R-1", search_text="r-1 contract 12.34")

        assert found(session, "12.34") == {"R-1"}


@pytest.mark.parametrize(
    "text", ["%", "_", "'", '"', "\\", "%%%%", '" OR "', "a*", "NEAR(", "(", "🙂", "\U0010ffff9"]
)
def test_signs_that_mean_something_to_a_database_mean_themselves(session, text):
    with in_company(session) as company_id:
        add_invoice(session, company_id, number="PLAIN-1")
        add_invoice(session, company_id, number="ODD-1", search_text=f"odd-1 x{text.lower()}y1")

        assert found(session, f"x{text}y1") == {"ODD-1"}
        assert "PLAIN-1" not in found(session, text)


def test_another_company_s_documents_are_never_found(session):
    theirs = cast.invoice(session, cast.PEETERS)
    with in_company(session, cast.SIMON):
        assert theirs.number not in found(session, theirs.number)
        assert theirs.number not in found(session, theirs.number[:6])
        assert theirs.number not in found(session, theirs.number, everywhere=True)


def test_what_an_import_stored_is_what_is_searched(session):
    invoice = cast.invoice(session, cast.MARTIN)
    with in_company(session, cast.MARTIN):
        assert invoice.number in found(session, invoice.number.replace("-", ""))
        assert invoice.number in found(session, invoice.structured_communication)
        assert invoice.number in found(session, invoice.buyer_reference, everywhere=True)

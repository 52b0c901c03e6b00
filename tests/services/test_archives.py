"""Several documents at once: the index that a spreadsheet opens, names that never collide."""

from tests import cast
from tests.services.ledger import add_invoice, in_company

HEADINGS = tuple("abcdefghijklmno")


def index_of(documents):
    from app.domain.einvoice import InvoiceKind
    from app.domain.invoicing import PaymentState
    from app.services.archives import index_csv

    return index_csv(
        documents,
        headings=HEADINGS,
        kinds={kind: kind.value for kind in InvoiceKind},
        states={state: state.value for state in PaymentState},
    )


def test_the_index_is_what_a_belgian_spreadsheet_expects(session):
    from app.services.archives import chosen_documents

    with in_company(session) as company_id:
        note = add_invoice(session, company_id, number="N-1", cents=123456, credit=True)
        data = index_of(chosen_documents(session, [note.public_id]))

    assert data.startswith(b"\xef\xbb\xbf")
    heading, row = data.decode("utf-8-sig").splitlines()
    assert heading == ";".join(HEADINGS)
    assert row.split(";")[3] == "01/10/2026"
    assert row.split(";")[5:11] == ["EUR", "-1234,56", "0,00", "-1234,56", "-1234,56", "-1234,56"]
    assert row.split(";")[11] == "CREDIT_NOTE"  # never "open": nobody has to pay it


def test_a_text_never_becomes_a_formula(session):
    from app.services.archives import chosen_documents

    with in_company(session) as company_id:
        bad = add_invoice(
            session,
            company_id,
            number="=cmd|' /C calc'!A0",
            order_reference="@SUM(A1)",
            buyer_reference="\t-1+1",
            structured_communication="100126005155",
        )
        row = (
            index_of(chosen_documents(session, [bad.public_id])).decode("utf-8-sig").splitlines()[1]
        )

    cells = row.split(";")
    assert cells[0].startswith("'=")
    assert cells[12:] == ["'@SUM(A1)", "'-1+1", "100/1260/05155"]


def test_amounts_have_the_decimals_of_their_currency(session):
    from app.services.archives import chosen_documents

    with in_company(session) as company_id:
        yen = add_invoice(session, company_id, currency="JPY", cents=1234)
        row = (
            index_of(chosen_documents(session, [yen.public_id])).decode("utf-8-sig").splitlines()[1]
        )

    assert row.split(";")[8] == "1234"


def test_totals_have_the_sign_of_their_document_whatever_was_paid_in_advance(session):
    from app.services.archives import chosen_documents

    with in_company(session) as company_id:
        overpaid = add_invoice(session, company_id, cents=12100, signed_cents=-7900)
        refunded = add_invoice(session, company_id, cents=12100, credit=True, signed_cents=0)
        ids = [overpaid.public_id, refunded.public_id]
        rows = index_of(chosen_documents(session, ids)).decode("utf-8-sig").splitlines()[1:]

    assert [row.split(";")[8:10] for row in rows] == [["121,00", "-79,00"], ["-121,00", "0,00"]]


def test_names_differ_on_every_kind_of_disk(session):
    from app.services.archives import _unused

    taken: set[str] = set()

    assert [_unused(name, taken) for name in ("A", "a", "A")] == ["A", "a (2)", "A (3)"]


def test_only_documents_in_scope_are_chosen(session):
    from app.services.archives import chosen_documents, count_by_month

    theirs = cast.invoice(session, cast.PEETERS)
    with in_company(session, cast.MARTIN):
        assert chosen_documents(session, [theirs.public_id]) == []
        months = count_by_month(session, theirs.issued_on.replace(day=1), theirs.issued_on)
        assert sum(months.values()) <= 4

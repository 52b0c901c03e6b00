"""Each way of searching is answered by an index, on both databases: their own plans, over thousands of documents."""

from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, event, insert, select, text

from tests import cast
from tests.services.ledger import TODAY

OURS, THEIRS = 6_000, 4_000


@pytest.fixture
def filled(app, database):
    """Documents of two companies beside those of the cast, and what the planner knows of them."""
    from app.models import Address, Invoice
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as system:
        for name, count in ((cast.SIMON, OURS), (cast.LAMBERT, THEIRS)):
            company_id = cast.company(app, name).id
            default = select(Address.id).where(Address.company_id == company_id, Address.is_default)
            address_id = system.scalars(default).one()
            rows = [_row(company_id, address_id, place) for place in range(count)]
            system.execute(insert(Invoice), rows)
        system.commit()
    engine = create_engine(database.addresses.owner, isolation_level="AUTOCOMMIT")
    # Trigrams that arrive by thousands wait beside their index until it is tidied.
    tidy = "VACUUM (ANALYZE) invoice" if engine.dialect.name == "postgresql" else "ANALYZE"
    with engine.connect() as connection:
        connection.execute(text(tidy))
    engine.dispose()


def _row(company_id, address_id, place):
    from app.domain.einvoice import InvoiceKind
    from app.domain.invoicing import PaymentState

    number = f"P{company_id}-{place:06d}"
    cents = 10_000 + place * 7
    return {
        "company_id": company_id, "address_id": address_id, "kind": InvoiceKind.INVOICE, "type_code": "380",
        "number": number, "seller_key": "test", "seller_name": "Titres Demo SA",
        "issued_on": date(2022, 1, 1) + timedelta(days=place % 1_500), "due_on": None, "currency": "EUR",
        "net_cents": cents, "tax_cents": 0, "total_cents": cents, "payable_cents": cents, "signed_cents": cents,
        "open_cents": 0, "payment_state": PaymentState.PAID,
        "search_text": f"{number.lower()} po-{place * 7919 % 1_000_003:06d}x", "has_warnings": False,
    }  # fmt: skip


@pytest.fixture
def search(app, session, filled, request):
    """Searches as a page does; gives the rows and the plan of each statement that asks for documents."""
    from app.security.scope import of_company
    from app.security.tenancy import open_scope
    from app.services.invoice_list import InvoiceQuery, counted_page, settled, surroundings
    from app.services.invoice_search import read_search

    company_id = cast.company(app, cast.SIMON).id
    open_scope(session, of_company(company_id, user_id=1))

    def run(typed, *, everywhere=False):
        asked = read_search(typed)
        asked = asked.anywhere if everywhere else asked
        seen = []

        def note(_connection, _cursor, statement, parameters, *_rest):
            seen.append((statement, parameters))

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        try:
            around = surroundings(session, asked)
            query = settled(InvoiceQuery(TODAY, search=asked), around)
            page, counts = counted_page(session, query)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return page, counts, [_plan(session, *one) for one in seen if "FROM invoice" in one[0]]

    return run


def _plan(session, statement, parameters):
    from app.security.tenancy import CHECKED

    is_postgresql = session.get_bind().dialect.name == "postgresql"
    explain = "EXPLAIN " if is_postgresql else "EXPLAIN QUERY PLAN "
    rows = session.connection().exec_driver_sql(
        explain + statement, parameters, execution_options=CHECKED
    )
    return "\n".join(str(row[0] if is_postgresql else row[3]) for row in rows)


def number_of(app, place):
    return f"P{cast.company(app, cast.SIMON).id}-{place:06d}"


def test_the_beginning_of_a_number(app, search):
    beginning = number_of(app, 1_230)[:-1]
    page, _counts, plans = search(beginning)

    assert len(page.rows) == 10
    assert all("ix_invoice_company_number" in plan for plan in plans)


def test_an_amount(search):
    page, _counts, plans = search("107,00")

    assert len(page.rows) == 1
    assert all("ix_invoice_company_amount" in plan for plan in plans)


def test_a_part_of_a_number_or_of_a_reference(app, search, session, database):
    reference = f"po-{3_210 * 7919 % 1_000_003:06d}x"
    for typed in (number_of(app, 3_210)[-6:], reference, reference[3:]):
        before = _scans(session, database)
        page, counts, plans = search(typed, everywhere=True)

        assert number_of(app, 3_210) in {row.number for row in page.rows}
        assert max(counts.values()) == len(page.rows)
        if session.get_bind().dialect.name == "sqlite":
            assert all("invoice_search VIRTUAL TABLE INDEX" in plan for plan in plans[1:])
        else:
            assert _scans(session, database) > before
            assert "Seq Scan on invoice" not in "\n".join(plans)


@pytest.mark.postgresql
def test_a_text_that_too_many_hold_is_read_through(app, search):
    page, counts, _plans = search("po-", everywhere=True)

    assert len(page.rows) == 25
    assert max(counts.values()) == 1_001


def _scans(session, database):
    """How often the trigram index was asked, as PostgreSQL counts; 0 on SQLite."""
    from app.security.tenancy import CHECKED

    if session.get_bind().dialect.name == "sqlite":
        return 0
    session.commit()
    session.execute(text("SELECT pg_stat_force_next_flush()"), execution_options=CHECKED)
    session.commit()
    engine = create_engine(database.addresses.owner)
    with engine.connect() as connection:
        question = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'ix_invoice_search_text'"
        found = connection.execute(text(question)).scalar_one()
    engine.dispose()
    return found

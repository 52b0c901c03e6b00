"""Wall 2 alone: PostgreSQL as the run-time role, asked directly, with nothing of ours in between."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url

REFUSED = (errors.InsufficientPrivilege, errors.ForeignKeyViolation)
WALLED = (
    "address", "allocation", "audit_event", "billing_email", "change_request", "contact", "document", "import_batch",
    "import_row", "invoice", "invoice_content", "monthly_figure", "payment", "portfolio", "preceding_invoice",
    "saved_filter",
)  # fmt: skip

pytestmark = pytest.mark.postgresql  # SQLite has no row-level security


@pytest.fixture
def connect(database):
    """A connection as a role of the database, with the settings of a scope for its transaction."""
    links = []

    def open_link(role="runtime", **settings):
        address = make_url(getattr(database.addresses, role)).set(drivername="postgresql")
        link = psycopg.connect(address.render_as_string(hide_password=False))
        links.append(link)
        for name, value in settings.items():
            link.execute("SELECT set_config(%s, %s, true)", (f"app.{name}", str(value)))
        return link

    yield open_link
    for link in links:
        link.close()


@pytest.fixture
def martin(connect, ground):
    """As an employer of Boulangerie Martin."""
    return connect(companies=ground.martin, addresses="-", user=ground.claire)


@pytest.fixture
def theirs(connect, ground):
    """Rows of Brouwerij Peeters, by table."""
    link = connect("system")
    found = {}
    for table in ("address", "contact", "invoice", "document", "billing_email"):
        query = f"SELECT id FROM {table} WHERE company_id = %s ORDER BY id"  # noqa: S608
        found[table] = link.execute(query, (ground.peeters,)).fetchone()[0]
    return found


def all_of(link, query, *values):
    return {row[0] for row in link.execute(query, values).fetchall()}


LEAKS = {
    "by key": "SELECT company_id FROM invoice WHERE id = %(invoice)s",
    "by company": "SELECT company_id FROM invoice WHERE company_id = %(peeters)s",
    "by number": "SELECT company_id FROM invoice WHERE number LIKE '%%'",
    "by OR": "SELECT company_id FROM invoice WHERE id = 0 OR true",
    "by join": "SELECT i.company_id FROM invoice i JOIN address a ON a.id = i.address_id",
    "by join to a membership": (
        "SELECT c.company_id FROM membership m JOIN contact c ON c.company_id = m.company_id"
    ),
    "by sub-select": "SELECT company_id FROM address WHERE id IN (SELECT address_id FROM invoice)",
    "by WITH": "WITH x AS (SELECT * FROM document) SELECT company_id FROM x",
    "by UNION": "SELECT company_id FROM invoice UNION SELECT company_id FROM contact",
    "by LATERAL": (
        "SELECT l.company_id FROM membership m, "
        "LATERAL (SELECT company_id FROM invoice i WHERE i.company_id = m.company_id LIMIT 1) l"
    ),
    "by function": "SELECT max(company_id) FROM invoice",
    "by window": "SELECT first_value(company_id) OVER (ORDER BY company_id DESC) FROM invoice",
    "by lock": "SELECT company_id FROM contact FOR UPDATE",
    "by update": "UPDATE contact SET position = 'x' RETURNING company_id",
    "by update of a key": "UPDATE contact SET name = 'x' WHERE id = %(contact)s RETURNING company_id",
    "by delete": "DELETE FROM contact RETURNING company_id",
    "by upsert": (
        "INSERT INTO billing_email (company_id, address_id, email) "
        "SELECT company_id, address_id, 'x@example.com' FROM billing_email "
        "ON CONFLICT DO NOTHING RETURNING company_id"
    ),
    "by cursor": "SELECT company_id FROM invoice ORDER BY id DESC OFFSET 1",
    "by a prepared text": "SELECT company_id FROM invoice WHERE search_text ILIKE '%%a%%'",
    "by a function that tells": (
        "SELECT company_id FROM invoice WHERE length(coalesce(number, '') || pg_sleep(0)) >= 0"
    ),
}


@pytest.mark.parametrize("query", LEAKS.values(), ids=LEAKS)
def test_no_query_reaches_another_company(query, martin, theirs, ground):
    found = martin.execute(query, {"peeters": ground.peeters, **theirs}).fetchall()

    assert {row[0] for row in found} <= {ground.martin}


@pytest.mark.parametrize("table", WALLED)
def test_a_table_shows_the_own_rows_alone(table, martin, ground):
    assert all_of(martin, f"SELECT company_id FROM {table}") <= {ground.martin}  # noqa: S608


@pytest.mark.parametrize("table", ["company", *WALLED])
def test_nothing_is_shown_to_nobody(table, connect):
    count = f"SELECT count(*) FROM {table}"  # noqa: S608

    assert all_of(connect(), count) == {0}
    assert all_of(connect(companies="", addresses="", user=""), count) == {0}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO contact (company_id, name, topic, public_id, created_at, updated_at) "
        "VALUES (%(peeters)s, 'x', 'GENERAL', gen_random_uuid(), now(), now())",
        "UPDATE contact SET company_id = %(peeters)s, address_id = NULL",
        "UPDATE invoice SET company_id = %(peeters)s, address_id = %(address)s",
        "UPDATE company SET id = id + 1000 WHERE id = %(martin)s",
        "INSERT INTO company (name, vat_status, language, country, public_id, created_at, updated_at) "
        "VALUES ('x', 'LIABLE', 'fr', 'BE', gen_random_uuid(), now(), now())",
        "INSERT INTO portfolio (company_id, manager_id, created_at, updated_at) "
        "VALUES (%(peeters)s, %(claire)s, now(), now())",
        "INSERT INTO billing_email (company_id, address_id, email) "
        "VALUES (%(martin)s, %(address)s, 'x@example.com')",
        "UPDATE audit_event SET actor_name = 'nobody'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "ALTER TABLE invoice DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP POLICY scope_rows ON invoice",
        "CREATE POLICY mine ON invoice USING (true)",
        "SET ROLE clientele_system",
        "SET session_replication_role = replica",
        "CREATE TABLE hoard AS SELECT * FROM invoice",
        "COPY invoice TO PROGRAM 'cat'",
        "SET LOCAL row_security = off; SELECT * FROM invoice",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)  # fmt: skip
def test_no_statement_writes_to_another_company_or_lowers_the_wall(
    statement, martin, theirs, ground
):
    values = {"peeters": ground.peeters, "martin": ground.martin, "claire": ground.claire, **theirs}

    with pytest.raises(REFUSED):
        psycopg.ClientCursor(martin).execute(statement, values)


def test_a_limited_membership_reads_and_writes_at_its_address_alone(connect, ground):
    def limited():
        return connect(companies=ground.martin, addresses=ground.namur, user=ground.claire)

    for table in ("invoice", "document", "billing_email", "invoice_content"):
        found = all_of(limited(), f"SELECT address_id FROM {table}")  # noqa: S608
        assert found == {ground.namur}
    assert all_of(limited(), "SELECT id FROM address") == {ground.namur}
    assert all_of(limited(), "SELECT address_id FROM contact") <= {ground.namur, None}
    assert all_of(limited(), "SELECT id FROM payment") == set()
    assert all_of(limited(), "SELECT address_id FROM audit_event") <= {ground.namur}
    with pytest.raises(errors.InsufficientPrivilege):
        limited().execute("UPDATE billing_email SET address_id = %s", (ground.liege,))
    with pytest.raises(errors.InsufficientPrivilege):
        limited().execute("UPDATE contact SET address_id = NULL WHERE address_id IS NOT NULL")


def test_a_membership_limited_to_no_address_reads_none(connect, ground):
    link = connect(companies=ground.martin, addresses="")

    assert all_of(link, "SELECT id FROM invoice") == set()


def test_a_portfolio_reads_its_companies(connect, ground):
    listed = f"{ground.martin},{ground.dubois}"
    link = connect(companies=listed, addresses="-", user=ground.marc, staff="on")

    assert all_of(link, "SELECT id FROM company") == {ground.martin, ground.dubois}
    assert all_of(link, "SELECT company_id FROM invoice") == {ground.martin, ground.dubois}


def test_whoever_belongs_to_companies_reads_their_names(connect, app):
    from tests import cast

    link = connect(user=cast.user(app, cast.INES).id)
    found = all_of(link, "SELECT name FROM company")

    assert found == {cast.MARTIN, cast.DUBOIS, cast.PEETERS}
    assert all_of(link, "SELECT id FROM invoice") == set()


def test_a_manager_reads_the_own_portfolio_before_the_scope_is_known(connect, ground):
    link = connect(user=ground.marc)

    assert all_of(link, "SELECT company_id FROM portfolio") == {ground.martin, ground.dubois}


def test_an_administrator_reads_the_directory_alone(connect, ground):
    link = connect(user=1, staff="on", directory="on")

    assert len(all_of(link, "SELECT id FROM company")) >= 5
    assert all_of(link, "SELECT id FROM portfolio")
    assert all_of(link, "SELECT company_id FROM audit_event") <= {None}
    for table in ("invoice", "address", "contact", "payment", "document"):
        assert all_of(link, f"SELECT id FROM {table}") == set()  # noqa: S608


def test_payments_of_nobody_are_for_staff(connect, ground):
    system = connect("system")
    system.execute(
        "INSERT INTO payment (received_on, amount_cents, left_cents, currency, source, public_id, created_at, "
        "updated_at) VALUES (now(), 1, 1, 'EUR', 'test', gen_random_uuid(), now(), now())"
    )
    system.commit()
    query = "SELECT id FROM payment WHERE company_id IS NULL AND source = 'test'"

    assert all_of(connect(companies=ground.martin, addresses="-"), query) == set()
    assert len(all_of(connect(companies=ground.martin, addresses="-", staff="on"), query)) == 1


def test_settings_end_with_their_transaction(martin, ground):
    martin.commit()
    assert all_of(martin, "SELECT id FROM invoice") == set()
    martin.rollback()
    assert all_of(martin, "SELECT id FROM company") == set()


def test_a_connection_of_the_pool_keeps_nothing_of_a_scope(app, ground):
    from sqlalchemy import select

    from app.extensions import db
    from app.models import Invoice
    from app.security.scope import of_company
    from app.security.tenancy import CHECKED, TenantSession, open_scope

    with app.app_context():
        for _ in range(12):
            with TenantSession(db=db) as session:
                open_scope(session, of_company(ground.martin))
                assert session.scalars(select(Invoice.id)).first()
            with TenantSession(db=db) as session:
                assert session.execute(select(Invoice.id), execution_options=CHECKED).all() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contact SET name = 'x'",
        "DELETE FROM billing_email",
        "INSERT INTO billing_email (company_id, address_id, email) VALUES (1, 1, 'x@example.com')",
        "INSERT INTO audit_event (at, action, actor_name, changes) VALUES (now(), 'x', 'x', '{}')",
        "SELECT password FROM ab_user",
        "SELECT * FROM ab_user",
        "SELECT token_sha256 FROM login_session",
        "SELECT data FROM login_session",
        "SELECT * FROM throttle_window",
        "CREATE TABLE hoard (id int)",
    ],
)
def test_the_auditors_role_only_reads_and_no_secrets(statement, connect):
    with pytest.raises(errors.InsufficientPrivilege):
        connect("audit").execute(statement)


def test_the_auditors_role_reads_every_company(connect, ground):
    link = connect("audit")

    assert {ground.martin, ground.peeters} <= all_of(link, "SELECT company_id FROM invoice")
    assert all_of(link, "SELECT email FROM ab_user")
    assert all_of(link, "SELECT company_id FROM membership")


def test_an_auditors_reads_go_to_the_reading_role(app, ground):
    from sqlalchemy import func, select
    from sqlalchemy.orm import joinedload

    from app.extensions import db
    from app.models import AuditEvent, Invoice, Membership
    from app.security.scope import of_audit
    from app.security.tenancy import TenantSession, open_scope

    with app.app_context(), TenantSession(db=db) as session:
        open_scope(session, of_audit(user_id=1))
        role = session.scalar(select(func.current_user()).select_from(Invoice).limit(1))
        assert role == make_url(str(db.engines["audit"].url)).username
        members = session.scalars(select(Membership).options(joinedload(Membership.user))).all()
        assert all(member.user.email for member in members)
        session.add(AuditEvent(action="SIGNED_IN", actor_name="Ana", changes={}))
        session.commit()


def test_the_owner_is_hidden_from_too(connect):
    for table in ("company", "contact", "document", "invoice_content"):
        assert all_of(connect("owner"), f"SELECT count(*) FROM {table}") == {0}  # noqa: S608


def test_the_owner_reads_invoices_for_the_search_and_changes_none(connect):
    """`invoices_holding` runs as the owner (docs/decisions/0028)."""
    owner = connect("owner")

    assert all_of(owner, "SELECT count(*) > 50 FROM invoice") == {True}
    assert owner.execute("UPDATE invoice SET number = 'x'").rowcount == 0
    assert owner.execute("DELETE FROM invoice").rowcount == 0

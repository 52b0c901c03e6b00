"""The function that asks the trigram index: whatever it is asked with, it names no document that the policies hide."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url

pytestmark = pytest.mark.postgresql  # SQLite's index names everybody's; the scope is on the rows

SETTINGS = [
    {},
    {"companies": ""},
    {"companies": "{peeters}"},
    {"companies": "{martin}"},
    {"companies": "{martin}", "addresses": "-"},
    {"companies": "{martin}", "addresses": ""},
    {"companies": "{martin}", "addresses": "{namur}"},
    {"companies": "{peeters}", "addresses": "{namur}"},
    {"companies": "{martin},{peeters}", "addresses": "{namur}"},
    {"companies": "{martin},{peeters}", "addresses": "-"},
    {"companies": "", "addresses": "-", "directory": "on"},
    {"companies": "", "addresses": "-", "staff": "on"},
    {"companies": "0,-1", "addresses": "-"},
    {"user": "{claire}", "addresses": "-"},
]
TERMS = [
    "202",
    "f-2026",
    "-20",
    "po-",
    "%",
    "___",
    "%%%",
    "\\\\\\",
    "' OR true --",
    "2026%' OR '1' LIKE '%1",
]


@pytest.fixture
def connect(database):
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


def named(link, term, other=None, most=100_000):
    query = "SELECT invoices_holding(%s, %s, %s)"
    return link.execute(query, (term, other or term, most)).fetchone()[0]


def shown(link, term):
    """What the policies show of the rows that hold the term, letter by letter."""
    query = "SELECT id FROM invoice WHERE strpos(search_text, %s) > 0"
    return {row[0] for row in link.execute(query, (term,)).fetchall()}


@pytest.mark.parametrize("told", SETTINGS, ids=str)
def test_it_names_what_the_policies_show_and_nothing_else(connect, ground, told):
    values = {name: text.format(**vars(ground)) for name, text in told.items()}
    for term in TERMS:
        found = named(connect(**values), term)
        if len(term) < 3:
            assert found is None
        else:
            assert set(found) == shown(connect(**values), term), term


def test_it_finds_something_at_all(connect, ground):
    assert named(connect(companies=ground.martin, addresses="-"), "202")


def test_either_spelling_counts(connect, ground):
    link = connect(companies=ground.martin, addresses="-")
    number = link.execute("SELECT search_text FROM invoice LIMIT 1").fetchone()[0].split()[0]

    assert named(link, "no-such-thing", number)
    assert named(link, number, "no-such-thing") == named(link, "no-such-thing", number)


def test_too_many_and_too_short_are_said_to_be_so(connect, ground):
    link = connect(companies=ground.martin, addresses="-")
    every = named(link, "202")

    assert named(link, "202", most=len(every)) is not None
    assert named(link, "202", most=len(every) - 1) is None
    assert named(link, "20") is None
    assert named(link, "202", "20") is None


@pytest.mark.parametrize("companies", ["1;2", "{1}", "1) OR (true", "null"])
def test_settings_that_are_no_numbers_show_nothing(connect, companies):
    with pytest.raises(errors.InvalidTextRepresentation):
        named(connect(companies=companies, addresses="-"), "202")


@pytest.mark.parametrize("role", ["system", "audit"])
def test_who_is_not_kept_from_the_index_has_no_use_for_it(connect, role):
    with pytest.raises(errors.InsufficientPrivilege):
        named(connect(role), "202")


def test_names_that_a_caller_puts_in_the_way_are_not_looked_at(connect, ground):
    """Somebody's own `invoice`, function or operator would be run with the owner's rights."""
    link = connect(companies=ground.martin, addresses="-")
    before = named(link, "202")
    link.execute(
        "CREATE TEMP TABLE invoice (id int, company_id int, address_id int, search_text text)"
    )
    link.execute("CREATE FUNCTION pg_temp.length(text) RETURNS int LANGUAGE sql AS 'SELECT 1 / 0'")
    link.execute("SET LOCAL search_path = pg_temp, public")

    assert named(link, "202") == before


def test_the_caller_cannot_change_it(connect):
    for change in (
        "ALTER FUNCTION invoices_holding(text, text, integer) SECURITY INVOKER",
        "ALTER FUNCTION invoices_holding(text, text, integer) RESET ALL",
        "DROP FUNCTION invoices_holding(text, text, integer)",
    ):
        link = connect()
        with pytest.raises(errors.InsufficientPrivilege):
            link.execute(change)


def test_a_key_too_many_shows_nothing_on_a_page(app, session, ground):
    """The page asks for the documents under both walls, whatever the function has said."""
    from dataclasses import replace

    from app.security.scope import of_company
    from app.security.tenancy import open_scope
    from app.services.invoice_list import InvoiceQuery, counted_page
    from app.services.invoice_search import read_search
    from tests import cast
    from tests.services.ledger import TODAY

    theirs = cast.invoice(app, cast.PEETERS).id
    open_scope(session, of_company(ground.martin, user_id=ground.claire))
    search = replace(read_search("anything").anywhere, ids=(theirs,))
    page, counts = counted_page(session, InvoiceQuery(TODAY, search=search))

    assert page.rows == ()
    assert set(counts.values()) == {0}

"""`python -m benchmarks.statements`: a page asks as much of the database whatever grows around it.

Counted twice: as filled, and with five times the invoices, hundreds of memberships, companies in the
portfolio and roles with entries in the menu of Flask-AppBuilder. And what starting up asks of
Flask-AppBuilder's own tables.
"""

import subprocess
import sys

import psycopg

from app.security.vault import AesGcmVault
from benchmarks import contestants
from benchmarks.client import Client
from benchmarks.database import Filled, filled
from benchmarks.findings import Finding
from benchmarks.measure import COUNTED, Connection, count_statements
from benchmarks.pages import Library, Page
from benchmarks.publishing import command_line, publish
from benchmarks.serving import environment, serve_product
from config import ROOT

COLLEAGUES = ("bruno@boulangerie-martin.example", "vera@boulangerie-martin.example")
"""Of other roles at the same company, who open the same list."""
GROWN = (
    "INSERT INTO membership (public_id, created_at, updated_at, company_id, user_id, role, limited_to_addresses) "
    "SELECT gen_random_uuid(), now(), now(), c.id, u.id, 'EMPLOYER_VIEWER', false "
    "FROM ab_user u CROSS JOIN (SELECT id FROM company ORDER BY id LIMIT 300) c "
    "WHERE u.staff_role IS NULL ON CONFLICT DO NOTHING",
    "INSERT INTO portfolio (created_at, updated_at, company_id, manager_id) SELECT now(), now(), c.id, u.id "
    "FROM ab_user u CROSS JOIN (SELECT id FROM company ORDER BY id LIMIT 300) c "
    "WHERE u.staff_role = 'ACCOUNT_MANAGER' ON CONFLICT DO NOTHING",
    "INSERT INTO ab_role (id, name) SELECT 9000 + n, 'grown ' || n FROM generate_series(1, 200) n",
    "INSERT INTO ab_permission (id, name) SELECT 9000 + n, 'can_grow_' || n FROM generate_series(1, 5) n",
    "INSERT INTO ab_view_menu (id, name) SELECT 9000 + n, 'grown ' || n FROM generate_series(1, 200) n",
    "INSERT INTO ab_permission_view (id, permission_id, view_menu_id) "
    "SELECT 9000 + n, 9001 + n % 5, 9000 + n FROM generate_series(1, 200) n",
    "INSERT INTO ab_permission_view_role (id, permission_view_id, role_id) "
    "SELECT 9000 + n, 9000 + n, 9000 + n FROM generate_series(1, 200) n",
)
_TIMES_AS_MANY = 5


def main() -> None:
    parser = command_line("statements", __doc__)
    parser.add_argument("invoices", type=int, nargs="?", default=10_000)
    parser.add_argument("--show", action="store_true", help="print the statements")
    asked = parser.parse_args()
    with filled(asked.invoices) as database:
        pages = _pages(database)
        with psycopg.connect(database.superuser, autocommit=True) as superuser:
            at_start = _count_at_start(database, superuser)
            with serve_product(database) as server:
                before = _count_pages(server.port, pages, superuser, is_shown=False)
                grow(superuser)
                after = _count_pages(server.port, pages, superuser, is_shown=asked.show)
    publish(found(pages, before, after, at_start), dry=asked.dry)


def grow(superuser: Connection) -> None:
    """Make everything around a page larger, but nothing on it."""
    superuser.execute("SET session_replication_role = replica")
    for statement in GROWN:
        superuser.execute(statement)
    rows = superuser.execute(
        "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = 'invoice' AND is_generated = 'NEVER' "
        "AND column_name NOT IN ('id', 'public_id', 'number')"
    ).fetchone()
    columns = str(rows[0]) if rows else ""
    superuser.execute(
        f"INSERT INTO invoice (public_id, number, {columns}) "
        f"SELECT gen_random_uuid(), number || '-' || n, {columns} "
        f"FROM invoice CROSS JOIN generate_series(2, {_TIMES_AS_MANY}) n"
    )
    superuser.execute("VACUUM (ANALYZE)")


def found(
    pages: list[Page], before: dict[str, int], after: dict[str, int], at_start: int
) -> Finding:
    more = max(after[one.title] - before[one.title] for one in pages)
    return Finding(
        name="statements",
        title="Statements as the product grows",
        about=f"counted by pg_stat_statements over {COUNTED} requests, before and after there are "
        f"{_TIMES_AS_MANY} times as many invoices, 300 memberships of each person, 300 companies in each portfolio and "
        f"200 roles with permissions of Flask-AppBuilder. Starting up asks {at_start} statements of the tables of "
        "Flask-AppBuilder.",
        numbers={"more": more, "at_start": at_start},
        columns=("page", "before", "after"),
        rows=[[one.title, str(before[one.title]), str(after[one.title])] for one in pages],
    )


def _pages(database: Filled) -> list[Page]:
    library = Library(database.reading_url, AesGcmVault(database.settings.sealing_keys))
    pages = library.pages()
    library.close()
    first = next(page for page in pages if page.key == "first")
    for colleague in COLLEAGUES:
        title = f"{first.title}, {colleague.partition('@')[0].title()}"
        pages.append(Page(f"first-{colleague}", title, colleague, first.paths))
    return pages


def _count_pages(
    port: int, pages: list[Page], superuser: Connection, *, is_shown: bool
) -> dict[str, int]:
    counts = {}
    product = contestants.PRODUCT
    for page in pages:
        client = Client(port)
        contestants.sign_in_at_product(client, page.who)
        client.get(page.paths[product])
        superuser.execute("SELECT pg_stat_statements_reset()")
        for _request in range(COUNTED):
            client.get(page.paths[product])
        counted = count_statements(superuser, requests=COUNTED)
        counts[page.title] = counted.statements
        if is_shown:
            print(f"\n{page.title}\n{counted.text}")
        client.close()
    return counts


def _count_at_start(database: Filled, superuser: Connection) -> int:
    """Statements on `ab_…` that building the application asks."""
    superuser.execute("SELECT pg_stat_statements_reset()")
    subprocess.run(
        [sys.executable, "-c", "import run"],
        env=environment(database.addresses, database.folder),
        cwd=ROOT,
        check=True,
    )
    counted = count_statements(superuser, requests=1)
    return sum("ab_" in line for line in counted.text.splitlines())


if __name__ == "__main__":
    main()

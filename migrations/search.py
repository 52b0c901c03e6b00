"""The index behind the search for invoices, which no model can name: trigrams, on both databases."""

import logging

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from migrations.walls import quoted, roles

log = logging.getLogger("alembic.search")

EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"


def create_invoice_search() -> None:
    """Index every three letters of `invoice.search_text`.

    On SQLite a batch migration that rebuilds `invoice` drops these triggers: drop the search before
    it and create it again after it.
    """
    if op.get_bind().dialect.name == "postgresql":
        _create_on_postgresql()
    else:
        _create_on_sqlite()


def drop_invoice_search() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # The extension stays: it may have been there before us.
        op.execute("DROP INDEX IF EXISTS ix_invoice_search_text")
        return
    for verb in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER invoice_search_{verb}")
    op.execute("DROP TABLE invoice_search")


def _create_on_postgresql() -> None:
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(text(EXTENSION))
    except DBAPIError as error:
        log.warning(
            "The extension pg_trgm cannot be installed (%s). Searching works, but reads every invoice of the company. "
            "Let a superuser run `%s`, then go back to revision 0001 and forward again.",
            str(error.orig).strip(),
            EXTENSION,
        )
        return
    op.execute(
        "CREATE INDEX ix_invoice_search_text ON invoice USING gin (search_text gin_trgm_ops)"
    )


def _create_on_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE invoice_search USING fts5("
        "search_text, content='invoice', content_rowid='id', tokenize='trigram')"
    )
    forget = (
        "INSERT INTO invoice_search (invoice_search, rowid, search_text) "
        "VALUES ('delete', OLD.id, OLD.search_text);"
    )
    learn = "INSERT INTO invoice_search (rowid, search_text) VALUES (NEW.id, NEW.search_text);"
    op.execute(f"CREATE TRIGGER invoice_search_insert AFTER INSERT ON invoice BEGIN {learn} END")
    op.execute(f"CREATE TRIGGER invoice_search_delete AFTER DELETE ON invoice BEGIN {forget} END")
    op.execute(
        "CREATE TRIGGER invoice_search_update AFTER UPDATE OF id, search_text ON invoice "
        f"BEGIN {forget} {learn} END"
    )
    op.execute("INSERT INTO invoice_search (invoice_search) VALUES ('rebuild')")


def create_search_behind_walls() -> None:
    """Let the run-time role of PostgreSQL ask the trigram index, which its policies keep from it.

    LIKE is not leak-proof: under a policy it is asked only of rows that the policy has shown. So a function asks as
    the tables' owner, whom one more policy lets read invoices, and gives the ids of those rows only that the policies
    would show to its caller: by the same settings.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("CREATE POLICY search ON invoice FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(_INVOICES_HOLDING)
    op.execute(f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    runtime = roles().runtime
    if runtime:
        op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {quoted(runtime)}")


def drop_search_behind_walls() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {_SIGNATURE}")
        op.execute("DROP POLICY search ON invoice")


_SIGNATURE = "invoices_holding(text, text, integer)"
# Dynamic SQL, other people's operators and a plan for the average company are all kept out: the path is fixed, the
# statement is static, and it is planned for the settings and the terms at hand.
_INVOICES_HOLDING = r"""
CREATE FUNCTION invoices_holding(term text, other_spelling text, most integer) RETURNS integer[]
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    companies CONSTANT integer[] := string_to_array(current_setting('app.companies', true), ',')::integer[];
    is_limited CONSTANT boolean := current_setting('app.addresses', true) IS DISTINCT FROM '-';
    addresses CONSTANT integer[] :=
        string_to_array(nullif(current_setting('app.addresses', true), '-'), ',')::integer[];
    one CONSTANT text := '%' || regexp_replace(term, '([\\%_])', '\\\1', 'g') || '%';
    other CONSTANT text := '%' || regexp_replace(other_spelling, '([\\%_])', '\\\1', 'g') || '%';
    found integer[];
BEGIN
    IF least(length(term), length(other_spelling)) < 3 THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(held.id) INTO found FROM (
        SELECT i.id FROM public.invoice i
        WHERE i.company_id = ANY (companies)
        AND (NOT is_limited OR i.address_id = ANY (addresses))
        AND (i.search_text LIKE one OR i.search_text LIKE other)
        LIMIT most + 1
    ) held;
    IF cardinality(found) > most THEN
        RETURN NULL;
    END IF;
    RETURN coalesce(found, '{}');
END
$$
"""

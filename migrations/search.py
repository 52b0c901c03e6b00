"""The index behind the search for invoices, which no model can name: trigrams, on both databases."""

import logging

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

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

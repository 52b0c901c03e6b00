"""Wall 2 of tenancy as statements that migrations call: policies, grants, triggers, search indexes.

A new table with `company_id` calls `raise_wall` in the migration that creates it; a migration that
rewrites rows does it inside `every_row`. On SQLite these do nothing: it has no roles.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alembic import op
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import make_url

log = logging.getLogger("alembic.walls")

# A sub-select is computed once per statement, not once per row. COALESCE and CASE keep the planner from guessing how
# few rows a policy leaves: by its guess (half of them) it goes on reading a page from the index of the session's own
# criteria; by the guess for `= ANY` it would sort all invoices of the biggest company for each page.
_COMPANIES = "(SELECT string_to_array(current_setting('app.companies', true), ',')::int[])::int[]"
_ADDRESSES = (
    "(SELECT string_to_array("
    "nullif(current_setting('app.addresses', true), '-'), ',')::int[])::int[]"
)
USER = "(SELECT nullif(current_setting('app.user', true), '')::int)"
IS_STAFF = "(SELECT current_setting('app.staff', true)) = 'on'"
IS_DIRECTORY = "(SELECT current_setting('app.directory', true)) = 'on'"


def in_companies(column: str = "company_id") -> str:
    """The company is in the scope."""
    return f"COALESCE({column} = ANY ({_COMPANIES}), false)"


def in_addresses(column: str = "address_id") -> str:
    """The address is in the scope, of a scope that is limited to some."""
    return f"COALESCE({column} = ANY ({_ADDRESSES}), false)"


def unless_limited(rows: str) -> str:
    """`rows` for a scope that is limited to some addresses, all rows for any other."""
    every_address = "(SELECT current_setting('app.addresses', true))"
    return f"CASE {every_address} WHEN '-' THEN true ELSE {rows} END"


POLICIES = ("scope_rows", "scope_reads", "scope_traces", "scope_addresses", "system", "audit")


@dataclass(frozen=True)
class Roles:
    """The roles of the database by what they are for; None where a deployment has no such role."""

    runtime: str | None
    system: str | None
    audit: str | None

    def writers(self) -> list[str]:
        return [role for role in (self.runtime, self.system) if role]

    def everybody(self) -> list[str]:
        return [role for role in (self.runtime, self.system, self.audit) if role]


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def roles() -> Roles:
    """The user names in the settings' addresses, without those that double as a mightier one."""
    settings = current_app.extensions["settings"]
    owner = op.get_bind().execute(text("SELECT current_user")).scalar_one()
    taken: list[str] = [owner]
    found: dict[str, str | None] = {}
    for purpose in ("runtime", "system", "audit"):
        setting = "database_url" if purpose == "runtime" else f"database_{purpose}_url"
        name = make_url(getattr(settings, setting).get_secret_value()).username
        if name is None or name in taken:
            log.warning(
                "%s names no role of its own: row-level security is not set up for it, "
                "and the product will not serve on this database.",
                setting.upper(),
            )
            name = None
        else:
            taken.append(name)
        found[purpose] = name
    return Roles(**found)


def raise_wall(
    table: str,
    *,
    rows: str | None = None,
    reads: str | None = None,
    limit: str | None = None,
    limit_writes: str | None = None,
) -> None:
    """Hide the rows of `table` from whoever's scope does not hold them.

    `rows` says which rows the run-time role may read and write, `reads` which it may read as well;
    `limit` narrows both for a membership that is limited to some addresses, `limit_writes` its writes more.
    """
    if not is_postgresql():
        return
    known = roles()
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    if known.runtime:
        to = quoted(known.runtime)
        _policy(table, "scope_rows", f"TO {to} USING ({rows or in_companies()})")
        if reads:
            _policy(table, "scope_reads", f"FOR SELECT TO {quoted(known.runtime)} USING ({reads})")
        if limit:
            _policy(
                table,
                "scope_addresses",
                f"AS RESTRICTIVE TO {to} USING ({unless_limited(limit)}) "
                f"WITH CHECK ({unless_limited(limit_writes or limit)})",
            )
    open_to_other_roles(table, known)


def open_to_other_roles(table: str, known: Roles) -> None:
    """Let the system role work and the auditors' role read across companies."""
    if known.system:
        _policy(table, "system", f"TO {quoted(known.system)} USING (true) WITH CHECK (true)")
    if known.audit:
        _policy(table, "audit", f"FOR SELECT TO {quoted(known.audit)} USING (true)")
        op.execute(f"GRANT SELECT ON {table} TO {quoted(known.audit)}")


def raise_wall_of_traces(table: str) -> None:
    """Like `raise_wall`, for the audit trail: whoever acts may add to it, whatever their scope."""
    if not is_postgresql():
        return
    known = roles()
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    if known.runtime:
        to = quoted(known.runtime)
        unowned = f"(company_id IS NULL AND {IS_DIRECTORY})"
        _policy(table, "scope_reads", f"FOR SELECT TO {to} USING ({in_companies()} OR {unowned})")
        _policy(table, "scope_traces", f"FOR INSERT TO {to} WITH CHECK (true)")
        _policy(
            table,
            "scope_addresses",
            f"AS RESTRICTIVE FOR SELECT TO {to} "
            f"USING ({unless_limited(f'{in_addresses()} OR {unowned}')})",
        )
    open_to_other_roles(table, known)


def raise_wall_of_mail(table: str) -> None:
    """Like `raise_wall`, for mails: whoever acts may write one, to anybody; nobody's are the administrators'."""
    if not is_postgresql():
        return
    raise_wall(table, rows=f"{in_companies()} OR (company_id IS NULL AND {IS_DIRECTORY})")
    known = roles()
    if known.runtime:
        _policy(table, "scope_traces", f"FOR INSERT TO {quoted(known.runtime)} WITH CHECK (true)")


def lower_wall(table: str) -> None:
    """Take back what `raise_wall` did."""
    if not is_postgresql():
        return
    for policy in POLICIES:
        op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


@contextmanager
def every_row(*tables: str) -> Iterator[None]:
    """Let a data migration see all rows: FORCE hides them from the tables' owner too."""
    if not is_postgresql():
        yield
        return
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    # A failed migration rolls back as a whole, and this with it.
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def grant(rights: str, on: Iterable[str], *, to: Iterable[str]) -> None:
    for role in to:
        for table in on:
            op.execute(f"GRANT {rights} ON {table} TO {quoted(role)}")


def make_insert_only(table: str) -> None:
    """Let triggers refuse every change of a row that is there, whoever asks."""
    if is_postgresql():
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME "
            "USING ERRCODE = 'insufficient_privilege'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    refusal = f"SELECT RAISE(ABORT, 'rows of {table} never change')"
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN {refusal}; END"
        )
    # INSERT OR REPLACE deletes without asking the trigger on DELETE.
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) BEGIN {refusal}; END"
    )


def allow_changes(table: str) -> None:
    """Take back what `make_insert_only` did."""
    if is_postgresql():
        op.execute(f"DROP TRIGGER {table}_insert_only ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
        return
    for what in ("update", "delete", "replace"):
        op.execute(f"DROP TRIGGER {table}_no_{what}")


def quoted(role: str) -> str:
    return op.get_bind().dialect.identifier_preparer.quote(role)


def _policy(table: str, name: str, rule: str) -> None:
    op.execute(f"CREATE POLICY {name} ON {table} {rule}")

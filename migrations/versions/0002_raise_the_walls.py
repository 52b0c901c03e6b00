"""raise the walls

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from migrations import walls
from migrations.search import create_invoice_search, drop_invoice_search

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OF_AN_ADDRESS = (
    "billing_email",
    "invoice",
    "invoice_content",
    "preceding_invoice",
    "document",
    "allocation",
)
WALLED = (
    "company",
    "portfolio",
    "address",
    *OF_AN_ADDRESS,
    "contact",
    "payment",
    "import_batch",
    "import_row",
    "audit_event",
)
# Read before anybody's scope is known, by `app.security` only; the session's scope narrows them all the same.
UNWALLED = ("membership", "membership_address")
OF_THE_DEPLOYMENT = ("issuer_setting", "throttle_window", "login_session")
USERS = (
    "ab_user",
    "ab_role",
    "ab_permission",
    "ab_view_menu",
    "ab_permission_view",
    "ab_permission_view_role",
    "ab_user_role",
    "ab_group",
    "ab_group_role",
    "ab_user_group",
)
SECRETS = {"login_session": {"token_sha256", "data"}, "ab_user": {"password"}}
"""Columns that the auditors' role may not even read."""


def upgrade() -> None:
    walls.make_insert_only("audit_event")
    create_invoice_search()
    if walls.is_postgresql():
        _raise_walls()
        _grant()


def downgrade() -> None:
    if walls.is_postgresql():
        _revoke()
        for table in WALLED:
            walls.lower_wall(table)
    drop_invoice_search()
    walls.allow_changes("audit_event")


def _raise_walls() -> None:
    in_addresses = walls.in_addresses()
    for table in OF_AN_ADDRESS:
        walls.raise_wall(table, limit=in_addresses)
    walls.raise_wall("address", limit=walls.in_addresses("id"))
    walls.raise_wall(
        "contact", limit=f"address_id IS NULL OR {in_addresses}", limit_writes=in_addresses
    )
    # Who belongs to a company may know its name: the switch between companies is drawn before one is chosen.
    mine = f"id IN (SELECT company_id FROM membership WHERE user_id = {walls.USER})"
    walls.raise_wall(
        "company",
        rows=walls.in_companies("id"),
        reads=f"{mine} OR {walls.IS_DIRECTORY}",
    )
    walls.raise_wall(
        "portfolio",
        rows=f"{walls.in_companies()} OR {walls.IS_DIRECTORY}",
        reads=f"manager_id = {walls.USER}",
    )
    walls.raise_wall(
        "payment",
        rows=f"{walls.in_companies()} OR (company_id IS NULL AND {walls.IS_STAFF})",
        limit="false",
    )
    for table in ("import_batch", "import_row"):
        walls.raise_wall(table, rows=f"{walls.IS_STAFF} AND started_by_id = {walls.USER}")
    walls.raise_wall_of_traces("audit_event")


def _grant() -> None:
    known = walls.roles()
    changeable = [
        table for table in (*WALLED, *UNWALLED, *OF_THE_DEPLOYMENT) if table != "audit_event"
    ]
    walls.grant("SELECT, INSERT, UPDATE, DELETE", (*changeable, *USERS), to=known.writers())
    walls.grant("SELECT, INSERT", ["audit_event"], to=known.writers())
    walls.grant("USAGE", ["SCHEMA public"], to=known.everybody())
    walls.grant("SELECT", ["alembic_version"], to=known.everybody())
    walls.grant("USAGE, SELECT", ["ALL SEQUENCES IN SCHEMA public"], to=known.writers())
    if known.audit:
        walls.grant("SELECT", (*UNWALLED, "issuer_setting"), to=[known.audit])
        for table, secrets in SECRETS.items():
            readable = [name for name in _columns_of(table) if name not in secrets]
            walls.grant(f"SELECT ({', '.join(readable)})", [table], to=[known.audit])
    _by_default("GRANT", "TO", known)


def _revoke() -> None:
    known = walls.roles()
    _by_default("REVOKE", "FROM", known)
    for role in map(walls.quoted, known.everybody()):
        op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE USAGE ON SCHEMA public FROM {role}")


def _by_default(verb: str, preposition: str, known: walls.Roles) -> None:
    """Rights on tables that later migrations and the queue create; the auditors get theirs table by table."""
    for role in map(walls.quoted, known.writers()):
        for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            op.execute(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public {verb} {rights} {preposition} {role}"
            )


def _columns_of(table: str) -> list[str]:
    return [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]

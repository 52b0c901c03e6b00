"""what is left of payments

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from migrations import walls

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAMED_BY_PAYMENTS = {
    "ix_invoice_number": "number",
    "ix_invoice_communication": "structured_communication",
}


def upgrade() -> None:
    # In plain SQL: a batch would build SQLite's table anew, without the checks that it has.
    op.execute(
        "ALTER TABLE payment ADD COLUMN left_cents BIGINT NOT NULL DEFAULT 0 "
        "CONSTRAINT ck_payment_left CHECK (left_cents >= 0 AND left_cents <= amount_cents)"
    )
    with walls.every_row("payment", "allocation"):
        op.execute(
            "UPDATE payment SET left_cents = amount_cents - COALESCE((SELECT SUM(allocation.amount_cents) "
            "FROM allocation WHERE allocation.payment_id = payment.id "
            "AND allocation.company_id = payment.company_id), 0)"
        )
    if walls.is_postgresql():
        op.execute("ALTER TABLE payment ALTER COLUMN left_cents DROP DEFAULT")
    op.create_index("ix_payment_received", "payment", ["received_on", "id"])
    op.create_index(
        "ix_payment_left",
        "payment",
        ["company_id", "received_on", "id"],
        sqlite_where=sa.text("left_cents > 0"),
        postgresql_where=sa.text("left_cents > 0"),
        postgresql_include=["currency", "left_cents"],
    )
    for name, column in NAMED_BY_PAYMENTS.items():
        op.create_index(name, "invoice", [column])


def downgrade() -> None:
    for name in NAMED_BY_PAYMENTS:
        op.drop_index(name, table_name="invoice")
    op.drop_index("ix_payment_left", table_name="payment")
    op.drop_index("ix_payment_received", table_name="payment")
    op.execute("ALTER TABLE payment DROP COLUMN left_cents")

"""saved filters, change requests and monthly figures

Revision: 0007, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from migrations import walls

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OF_A_COMPANY = ("change_request", "monthly_figure")
KEPT = sa.text("removed_at IS NULL")
DEFAULT = sa.text("is_default AND removed_at IS NULL")


OPEN = sa.text("state = 'OPEN'")


def upgrade() -> None:
    _create_saved_filters()
    _create_change_requests()
    _create_monthly_figures()
    # Nobody else of the company reads them.
    walls.raise_wall("saved_filter", rows=f"{walls.in_companies()} AND user_id = {walls.USER}")
    for table in OF_A_COMPANY:
        walls.raise_wall(table)


def downgrade() -> None:
    for table in (*OF_A_COMPANY, "saved_filter"):
        walls.lower_wall(table)
    op.drop_table("monthly_figure")
    op.drop_table("change_request")
    op.drop_table("saved_filter")


def _create_saved_filters() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=240), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_saved_filter_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "company_id"],
            ["membership.user_id", "membership.company_id"],
            name=op.f("fk_saved_filter_user_id_company_id_membership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_saved_filter_company_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_filter_public_id")),
    )
    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.create_index("ix_saved_filter_person", ["user_id", "company_id"], unique=False)
        batch_op.create_index(
            "uq_saved_filter_default",
            ["company_id", "user_id"],
            unique=True,
            sqlite_where=DEFAULT,
            postgresql_where=DEFAULT,
        )
        batch_op.create_index(
            "uq_saved_filter_name",
            ["company_id", "user_id", "name_key"],
            unique=True,
            sqlite_where=KEPT,
            postgresql_where=KEPT,
        )


def _create_change_requests() -> None:
    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "field",
            sa.Enum(
                "NAME",
                "ENTERPRISE_NUMBER",
                "VAT_NUMBER",
                name="changefield",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("old_value", sa.String(length=200), nullable=True),
        sa.Column("new_value", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "OPEN",
                "ACCEPTED",
                "REFUSED",
                "WITHDRAWN",
                name="changestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(length=500), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["ab_user.id"], name=op.f("fk_change_request_asked_by_id_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_change_request_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["ab_user.id"], name=op.f("fk_change_request_decided_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_change_request_company_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_change_request_public_id")),
    )
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_change_request_company_id", ["company_id", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_change_request_created", ["created_at", "id"], unique=False)
        batch_op.create_index(
            "uq_change_request_open",
            ["company_id", "field"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )


def _create_monthly_figures() -> None:
    op.create_table(
        "monthly_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("invoiced_cents", sa.BigInteger(), nullable=False),
        sa.Column("due_count", sa.Integer(), nullable=False),
        sa.Column("in_time_count", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_monthly_figure_company_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_figure")),
        sa.UniqueConstraint(
            "company_id",
            "month",
            "currency",
            name=op.f("uq_monthly_figure_company_id_month_currency"),
        ),
    )

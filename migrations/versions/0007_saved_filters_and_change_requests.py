"""saved filters and change requests

Revision: 0007, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from migrations import walls

revision = "0007"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT = sa.text("removed_at IS NULL")
DEFAULT = sa.text("is_default AND removed_at IS NULL")


def upgrade() -> None:
    _create_saved_filters()
    # Nobody else of the company reads them.
    walls.raise_wall("saved_filter", rows=f"{walls.in_companies()} AND user_id = {walls.USER}")


def downgrade() -> None:
    walls.lower_wall("saved_filter")
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

"""exports

Revision: 0005, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from migrations import walls

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "INVOICES_CSV",
                "INVOICES_XLSX",
                "DOCUMENTS_ZIP",
                name="exportkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "WAITING",
                "RUNNING",
                "DONE",
                "FAILED",
                "EXPIRED",
                name="exportstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("sight", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("stored_name", sa.String(length=200), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_export_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["ab_user.id"], name=op.f("fk_export_requested_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("public_id", name=op.f("uq_export_public_id")),
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index("ix_export_company_id", ["company_id", "id"], unique=False)
        batch_op.create_index("ix_export_expires", ["state", "expires_at"], unique=False)
        batch_op.create_index("ix_export_requested_by", ["requested_by_id", "id"], unique=False)
    at_work = f"{walls.in_companies()} OR (company_id IS NULL AND {walls.IS_STAFF})"
    walls.raise_wall("export", rows=f"requested_by_id = {walls.USER} AND ({at_work})")


def downgrade() -> None:
    walls.lower_wall("export")
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_index("ix_export_requested_by")
        batch_op.drop_index("ix_export_expires")
        batch_op.drop_index("ix_export_company_id")
    op.drop_table("export")

"""imports as jobs: checked, confirmed, resumed, repaired

Revision: 0006, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from migrations import walls

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = sa.Enum("RUNNING", "DONE", "FAILED", name="importstate", native_enum=False, length=24)
SINCE = sa.Enum(
    "CHECKING",
    "CHECKED",
    "RUNNING",
    "DONE",
    "FAILED",
    "REPAIRING",
    "DISCARDED",
    name="importstate",
    native_enum=False,
    length=40,
)
COUNTS = (
    "planned_created_count",
    "planned_unchanged_count",
    "planned_refused_count",
    "planned_warning_count",
    "repaired_count",
    "position",
)
OF_A_ROW = (
    "identity",
    "held",
    "held_start",
    "held_size",
    "held_until",
    "repaired_at",
    "attempts",
    "is_planned",
)


def upgrade() -> None:
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        # The states grow with the product: a list of them in the table would be rebuilt each time.
        batch_op.drop_constraint(op.f("ck_import_batch_importstate"), type_="check")
        batch_op.alter_column("state", existing_type=BEFORE, type_=SINCE, existing_nullable=False)
        for name in COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("total_count", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("phase_started_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("create_companies", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("held", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("parts", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("failure", sa.String(length=60), nullable=True))
        batch_op.create_index("ix_import_batch_state", ["state", "updated_at"], unique=False)

    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_planned", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("identity", sa.String(length=96), nullable=True))
        batch_op.add_column(sa.Column("held", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("held_start", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("held_size", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("attempts", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("repaired_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index("ix_import_row_batch")
        batch_op.create_index("ix_import_row_batch", ["batch_id", "is_planned", "id"], unique=False)
        batch_op.create_index(
            "ix_import_row_outcome", ["batch_id", "is_planned", "outcome", "id"], unique=False
        )
        batch_op.create_index("ix_import_row_held", ["held_until"], unique=False)

    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index("ix_document_sha256", ["sha256"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_sha256")

    with walls.every_row("import_batch", "import_row"):
        _forget_what_was_only_planned()

    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_import_row_held")
        batch_op.drop_index("ix_import_row_outcome")
        batch_op.drop_index("ix_import_row_batch")
        batch_op.create_index("ix_import_row_batch", ["batch_id", "outcome", "id"], unique=False)
        for name in OF_A_ROW:
            batch_op.drop_column(name)

    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_import_batch_state")
        for name in (
            *COUNTS,
            "total_count",
            "phase_started_at",
            "create_companies",
            "held",
            "parts",
            "failure",
        ):
            batch_op.drop_column(name)
        batch_op.alter_column("state", existing_type=SINCE, type_=BEFORE, existing_nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_import_batch_importstate"), "state IN ('RUNNING', 'DONE', 'FAILED')"
        )


def _forget_what_was_only_planned() -> None:
    """The former release knows no upload that waits, and no repair that runs."""
    undecided = "SELECT id FROM import_batch WHERE state IN ('CHECKING', 'CHECKED', 'DISCARDED')"
    op.execute(f"DELETE FROM import_row WHERE is_planned OR batch_id IN ({undecided})")
    op.execute("DELETE FROM import_batch WHERE state IN ('CHECKING', 'CHECKED', 'DISCARDED')")
    op.execute("UPDATE import_batch SET state = 'DONE' WHERE state = 'REPAIRING'")

"""search behind the walls

Revision: 0008, after 0003.
"""

from migrations.search import create_search_behind_walls, drop_search_behind_walls

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_search_behind_walls()


def downgrade() -> None:
    drop_search_behind_walls()

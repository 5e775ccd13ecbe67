"""A letter's row keeps when its bytes first left us: until then, what counts days may be written anew.

Revision 0016, after 0015, 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what has been tried before, it may have left."""
    op.add_column("letter", sa.Column("first_data_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE letter SET first_data_at = coalesce(data_started_at, changed_at) WHERE attempts > 0")


def downgrade() -> None:
    """Remove it."""
    op.drop_column("letter", "first_data_at")

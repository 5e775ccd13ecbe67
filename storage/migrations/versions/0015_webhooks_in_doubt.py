"""An event's webhook row notes when it began to leave us, so that only the real window is in doubt.

Revision 0015, after 0014, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("webhook", sa.Column("data_started_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("webhook", "data_started_at")

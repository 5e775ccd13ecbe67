"""Private calendar feeds and webhooks.

Revision 0009, after 0008, 2026-11-21.
"""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

"""Corrected marks and what the queue needs of them.

Revision 0011, after 0010, 2026-11-21.
"""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

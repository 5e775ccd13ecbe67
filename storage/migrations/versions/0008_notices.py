"""Reminders, notices, and what each person chose to get.

Revision 0008, after 0007, 2026-11-21.
"""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

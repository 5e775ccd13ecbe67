"""Drafts and proposals of parts of the profile.

Revision 0010, after 0009, 2026-11-21.
"""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

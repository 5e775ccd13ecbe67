"""Signing in with an outside provider, and break-glass.

Revision 0007, after 0006, 2026-11-21.
"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

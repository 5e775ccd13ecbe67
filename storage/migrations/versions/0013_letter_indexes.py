"""Looking for letters to send and letters just started asks an index, however many lie in the archive.

Revision 0013, after 0012, 2026-11-21.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_letter_tenant_started", "letter", ["tenant", "data_started_at"], unique=False)


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_letter_tenant_started", table_name="letter")

"""A call's kind may be a word: "consultation" has twelve letters.

Revision 0014, after 0013, 2026-11-21.
"""

from alembic import op
from sqlalchemy import String

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room."""
    _set_length(8, 16)


def downgrade() -> None:
    """Take it back; fails where a longer word has been kept."""
    _set_length(16, 8)


def _set_length(old: int, new: int) -> None:
    with op.batch_alter_table("call") as table:
        table.alter_column("kind", existing_type=String(old), type_=String(new), existing_nullable=False)

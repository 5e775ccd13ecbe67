"""When a need's learning from answers started anew.

Revision 0005, after 0004, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "learning_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("need", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_reset")),
    )
    op.create_index("ix_learning_reset_tenant", "learning_reset", ["tenant", "unit", "need"], unique=False)


def downgrade() -> None:
    """Remove it."""
    op.drop_table("learning_reset")

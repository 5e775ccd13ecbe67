"""Which model's vectors serve.

Revision 0004, after 0003, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; the first run of the matcher fills it."""
    op.create_table(
        "active_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("recipe", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_active_model")),
        sa.UniqueConstraint("tenant", name=op.f("uq_active_model_tenant")),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("active_model")

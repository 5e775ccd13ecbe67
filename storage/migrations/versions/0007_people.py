"""Outside accounts, and whose they are.

Revision 0007, after 0006, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.String(length=255), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("tenant", "issuer", "subject", name=op.f("uq_identity_tenant_issuer_subject")),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("identity")

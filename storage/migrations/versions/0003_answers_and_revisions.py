"""Answers from letters, and a number on every match that rises when it changes.

Revision 0003, after 0002, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column; existing matches count as never changed."""
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("call_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("to_unit", sa.String(length=100), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_answer_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_call_id", "answer", ["call_id"], unique=False)
    op.create_index("ix_answer_tenant_person", "answer", ["tenant", "person", "call_id"], unique=False)
    op.add_column("match", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_match_tenant_revision", "match", ["tenant", "revision"], unique=False)


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_match_tenant_revision", "match")
    with op.batch_alter_table("match") as table:
        table.drop_column("revision")
    op.drop_table("answer")

"""Corrected marks and what the queue needs of them.

Revision 0011, after 0010, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and room for what a duplicate is a duplicate of."""
    op.create_table(
        "assignment",
        *_own_columns("assignment"),
        _call("assignment"),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("from_unit", sa.String(length=100), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        *_deed("asked_by", "asked_at"),
        *_deed("withdrawn_by", "withdrawn_at", nullable=True),
    )
    op.create_index("ix_assignment_call_id", "assignment", ["call_id"], unique=False)
    op.create_index("ix_assignment_tenant", "assignment", ["tenant", "unit"], unique=False)
    op.create_table(
        "referral",
        *_own_columns("referral"),
        _call("referral"),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("invited", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_deed("by", "at"),
        *_deed("closed_by", "closed_at", nullable=True),
    )
    op.create_index("ix_referral_call_id", "referral", ["call_id"], unique=False)
    op.create_table(
        "mark",
        *_own_columns("mark"),
        _call("mark"),
        sa.Column("unit", sa.String(length=100), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        *_deed("by", "at"),
    )
    op.create_index("ix_mark_call_id", "mark", ["call_id"], unique=False)
    op.create_table(
        "unit_choice",
        *_own_columns("unit_choice"),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        *_deed("by", "at"),
        sa.UniqueConstraint("tenant", "unit", "name", name=op.f("uq_unit_choice_tenant_unit_name")),
    )
    op.create_table(
        "person_choice",
        *_own_columns("person_choice"),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant", "person", "name", name=op.f("uq_person_choice_tenant_person_name")),
    )
    op.create_table(
        "bulk",
        *_own_columns("bulk"),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        *_deed("by", "at"),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "bulk_decision",
        *_own_columns("bulk_decision"),
        sa.Column("bulk_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("state_before", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk.id"], name=op.f("fk_bulk_decision_bulk_id_bulk")),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_bulk_decision_match_id_match")),
    )
    op.create_index("ix_bulk_decision_bulk_id", "bulk_decision", ["bulk_id"], unique=False)
    op.add_column("decision", sa.Column("duplicate_of", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("decision") as table:
        table.drop_column("duplicate_of")
    for name in ("bulk_decision", "bulk", "person_choice", "unit_choice", "mark", "referral", "assignment"):
        op.drop_table(name)


def _own_columns(table: str) -> tuple:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _call(table: str) -> sa.Column:
    key = sa.ForeignKey("call.id", name=op.f(f"fk_{table}_call_id_call"))
    return sa.Column("call_id", sa.Integer(), key, nullable=False)


def _deed(by: str, at: str, *, nullable: bool = False) -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column(by, sa.String(length=120), nullable=nullable),
        sa.Column(at, sa.DateTime(timezone=True), nullable=nullable),
    )

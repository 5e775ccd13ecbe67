"""Who follows what, notices, silent weeks, and what is wrong.

Revision 0008, after 0007, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and a kind to every letter: those that there are, are digests."""
    _follow()
    _notice()
    _silence()
    _incident()
    op.add_column("letter", sa.Column("kind", sa.String(length=16), server_default="digest", nullable=False))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("letter") as table:
        table.drop_column("kind")
    for table_name in ("incident", "silence", "notice", "follow"):
        op.drop_table(table_name)


def _own(table: str) -> list:
    """The columns that every table has, and its key."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _follow() -> None:
    op.create_table(
        "follow",
        *_own("follow"),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("call_version", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_follow_call_id_call")),
        sa.UniqueConstraint("tenant", "person", "call_id", name=op.f("uq_follow_tenant_person_call_id")),
    )
    op.create_index("ix_follow_call_id", "follow", ["call_id"], unique=False)


def _notice() -> None:
    op.create_table(
        "notice",
        *_own("notice"),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("occasion", sa.String(length=160), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_notice_letter_id_letter")),
        sa.UniqueConstraint(
            "tenant", "person", "kind", "occasion", name=op.f("uq_notice_tenant_person_kind_occasion")
        ),
    )
    op.create_index("ix_notice_letter_id", "notice", ["letter_id"], unique=False)


def _silence() -> None:
    op.create_table(
        "silence",
        *_own("silence"),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.UniqueConstraint("tenant", "person", name=op.f("uq_silence_tenant_person")),
    )


def _incident() -> None:
    op.create_table(
        "incident",
        *_own("incident"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=True),
        sa.UniqueConstraint("tenant", "name", "is_open", name=op.f("uq_incident_tenant_name_is_open")),
    )
    op.create_index("ix_incident_tenant_opened_at", "incident", ["tenant", "opened_at"], unique=False)

"""Private calendar feeds, letters held before they are made, and webhooks.

Revision 0009, after 0008, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "calendar_feed",
        *_own("calendar_feed"),
        sa.Column("of", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=True),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
        sa.UniqueConstraint(
            "tenant", "of", "owner", "is_open", name=op.f("uq_calendar_feed_tenant_of_owner_is_open")
        ),
    )
    op.create_table(
        "letter_hold",
        *_own("letter_hold"),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=True),
        sa.UniqueConstraint(
            "tenant", "week", "person", "is_open", name=op.f("uq_letter_hold_tenant_week_person_is_open")
        ),
    )
    _webhook()


def downgrade() -> None:
    """Remove them."""
    for table_name in ("webhook", "letter_hold", "calendar_feed"):
        op.drop_table(table_name)


def _webhook() -> None:
    op.create_table(
        "webhook",
        *_own("webhook"),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant", "target", "event", name=op.f("uq_webhook_tenant_target_event")),
    )
    op.create_index("ix_webhook_tenant_state", "webhook", ["tenant", "state"], unique=False)


def _own(table: str) -> list:
    """The columns that every table has, and its key."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]

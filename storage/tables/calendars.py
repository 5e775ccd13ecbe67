"""The tables of private calendar feeds, of letters held before they are made, and of webhooks."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from storage.tables.base import Instant, metadata, tenant_column

# A private address where a calendar reads deadlines. Only a hash of its token is kept. `of` is "person" or "unit",
# `owner` its key. `is_open` is True or NULL, so that an owner has one address at a time; older ones are revoked.
calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("of", String(16), nullable=False),
    Column("owner", String(100), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_by", String(120), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("is_open", Boolean),
    UniqueConstraint("tenant", "of", "owner", "is_open"),
)

# Letters of a week that a coordinator holds before they are made; `person` is empty for everybody's.
# `is_open` is True or NULL: it holds, or has been let go.
letter_hold = Table(
    "letter_hold",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("week", String(8), nullable=False),
    Column("person", String(100), nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    Column("released_at", Instant),
    Column("is_open", Boolean),
    UniqueConstraint("tenant", "week", "person", "is_open"),
)

# The webhooks' own outbox: an event goes to each target once, its body fixed when it is planned.
# `state` is a notifier `WebhookState`.
webhook = Table(
    "webhook",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("target", String(16), nullable=False),
    Column("event", String(120), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("not_before", Instant),
    Column("claimed_by", String(120)),
    Column("data_started_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("tenant", "target", "event"),
    Index("ix_webhook_tenant_state", "tenant", "state"),
)

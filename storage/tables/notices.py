"""The tables of the other mails: who follows what, what has been told, and what is wrong."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from storage.tables.base import Instant, metadata, tenant_column

# Who follows a call: reminders and notices of changes go to followers only. `call_version` is the newest that they
# had seen when they began; `stopped_at` None while they follow. `by`: "answer" or "own".
follow = Table(
    "follow",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("person", String(100), nullable=False),
    Column("unit", String(100), nullable=False),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("call_version", Integer, nullable=False),
    Column("by", String(16), nullable=False),
    Column("since_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    UniqueConstraint("tenant", "person", "call_id"),
)

# What has been told a person beside the digest, one row an occasion: a step of a deadline, a question, an incident.
# It is added with the letter that tells it, and goes with a letter that is cancelled.
notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("person", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("occasion", String(160), nullable=False),
    Column("letter_id", ForeignKey("letter.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    UniqueConstraint("tenant", "person", "kind", "occasion"),
)

# Since which Monday a person has had nothing to read; a row goes when a digest is made.
silence = Table(
    "silence",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("person", String(100), nullable=False),
    Column("since", Date, nullable=False),
    UniqueConstraint("tenant", "person"),
)

# What is or was wrong. `is_open` is True or NULL, so that one incident of a name is open at a time.
# `gone_at`: since when it looks well again, while that is not yet believed.
incident = Table(
    "incident",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("name", String(120), nullable=False),
    Column("said", JSON, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("gone_at", Instant),
    Column("closed_at", Instant),
    Column("is_open", Boolean),
    UniqueConstraint("tenant", "name", "is_open"),
    Index("ix_incident_tenant_opened_at", "tenant", "opened_at"),
)

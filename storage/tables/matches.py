"""The tables of profiles, of what was proposed for them, and of what was decided."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.tables.base import Instant, metadata, tenant_column

# The municipality's profile file, as it was given, version by version.
profile = Table(
    "profile",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("key", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("tenant", "version"),
)

# What was proposed. Decisions are separate facts; `state` follows from them and from what was sent.
# `revision` rises with every change of any match, so that readers can ask for what has changed since they looked.
match = Table(
    "match",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("call_version", Integer, nullable=False),
    Column("unit", String(100), nullable=False),
    Column("need", String(100), nullable=False),
    Column("score", Float, nullable=False),
    Column("band", String(16), nullable=False),
    Column("children_and_youth", Boolean, nullable=False),
    Column("model", String(240), nullable=False),
    Column("profile_version", Integer, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    UniqueConstraint("tenant", "call_id", "unit", "need"),
    Index("ix_match_tenant_state", "tenant", "state"),
    Index("ix_match_tenant_revision", "tenant", "revision"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("match_id", ForeignKey("match.id"), nullable=False, index=True),
    Column("call_version", Integer, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(40)),
    Column("note", Text, nullable=False),
    Column("until", Instant),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    Column("duplicate_of", Integer),
)

# Learning from answers starts anew for a need at its last reset; the answers themselves stay.
learning_reset = Table(
    "learning_reset",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("unit", String(100), nullable=False),
    Column("need", String(100), nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_learning_reset_tenant", "tenant", "unit", "need"),
)

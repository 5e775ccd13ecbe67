"""The tables of history: what was done by whom, and where the chain of it ends."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text, UniqueConstraint

from storage.tables.base import Instant, metadata, tenant_column

# One row a change, added in the change's own transaction and never edited, but for the removal of a person
# (`storage/audit.py`). `content_digest` covers the row, `digest` that and everything before it.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("key", String(240), nullable=False),
    Column("action", String(40), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("reason", Text, nullable=False),
    Column("profile_version", Integer),
    Column("model", String(240)),
    Column("salt", String(32), nullable=False),
    Column("content_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("tenant", "number"),
    Index("ix_audit_tenant_actor", "tenant", "actor"),
    Index("ix_audit_tenant_kind", "tenant", "kind", "key"),
    Index("ix_audit_tenant_at", "tenant", "at"),
)

# The last row's number and digest: rows taken from the end are missed too.
audit_end = Table(
    "audit_end",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("tenant"),
)

"""The tables of calls and of the harvests that brought them."""

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
    Text,
    UniqueConstraint,
)

from storage.tables.base import Instant, metadata, tenant_column

# One opportunity, whichever sources carry it. `facts` is the merged CallFacts as JSON; the columns beside it
# are what lists are filtered and sorted by.
call = Table(
    "call",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("kind", String(16), nullable=False),
    Column("identifier", String(200)),
    Column("shares_identifier", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("opening_date", Date),
    Column("last_deadline_at", Instant),
    Column("facts", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_call_tenant_identifier", "tenant", "identifier"),
)

# The call as one source shows it. A source's identity of a call is unique and never moves.
# `rank`: the source's, the lowest leads.
# `missing_since_at`: the first sound harvest that lacked it; `is_seen` turns False only by rule D2.
call_source = Table(
    "call_source",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("source", String(64), nullable=False),
    Column("reference", String(300), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("missing_since_at", Instant),
    Column("is_seen", Boolean, nullable=False),
    UniqueConstraint("tenant", "source", "reference"),
)

# One row a version, the first included: what changed (list of field, old, new) and the facts as they read then.
call_version = Table(
    "call_version",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("call_id", ForeignKey("call.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("changes", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    UniqueConstraint("call_id", "version"),
)

# One try to collect a source. outcome: running, sound, refused (kept for repair in `kept_path`), failed.
harvest = Table(
    "harvest",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("source", String(64), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String(16), nullable=False),
    Column("reason", Text),
    Column("calls", Integer),
    Column("new", Integer),
    Column("changed", Integer),
    Column("unchanged", Integer),
    Column("unseen", Integer),
    Column("skipped", JSON),
    Column("kept_path", Text),
    Index("ix_harvest_tenant_source", "tenant", "source", "started_at"),
)

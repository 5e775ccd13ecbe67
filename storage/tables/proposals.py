"""The tables of the profile editor: drafts and proposals, what a publication reaches, and what was judged."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.tables.base import Instant, metadata, tenant_column

# A part of the profile as somebody wants it. `kind` is a `profiles.parts.PartKind`, `document` the part as JSON
# (null: the unit is taken out), `base_version` the profile it began from. `state` is a `storage.proposals.State`.
# `revision` rises with every save, so that two who write in the same draft are told.
proposal = Table(
    "proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("kind", String(16), nullable=False),
    Column("key", String(100), nullable=False),
    Column("base_version", Integer, nullable=False),
    Column("document", JSON(none_as_null=True)),
    Column("state", String(16), nullable=False),
    Column("author", String(100), nullable=False),
    Column("note", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("decided_by", String(100)),
    Column("decided_at", Instant),
    Column("reply", Text, nullable=False),
    Column("published_version", Integer),
    Index("ix_proposal_tenant_state", "tenant", "state", "kind", "key"),
)

# Since when a need looks at new calls only: those known before are left as they were. The newest row of a need
# holds; `since` is null when it looks at all open calls.
reach = Table(
    "reach",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("unit", String(100), nullable=False),
    Column("need", String(100), nullable=False),
    Column("since", Instant),
    Column("by", String(100), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_reach_tenant", "tenant", "unit", "need"),
)

# A matching that a publication asked for, and what came of it; `ended_at` is null until some run has done it.
rematch = Table(
    "rematch",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("profile_version", Integer, nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("new", Integer),
    Column("gone", Integer),
    Column("total", Integer),
    Index("ix_rematch_tenant", "tenant", "asked_at"),
)

# What somebody says a call is worth to a need, 0 to 3, beside what the matcher said; the need's words as they read
# then. Added to, never edited: the judged set grows here.
judgement = Table(
    "judgement",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("unit", String(100), nullable=False),
    Column("need", String(100), nullable=False),
    Column("need_text", Text, nullable=False),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("call_version", Integer, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("matcher_said", String(40), nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_judgement_tenant", "tenant", "unit", "need"),
)

# Answers that a need is not to learn from: those about one call (`call_id`), or all for now (`call_id` null).
# The newest row of each holds.
learning_stop = Table(
    "learning_stop",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("unit", String(100), nullable=False),
    Column("need", String(100), nullable=False),
    Column("call_id", ForeignKey("call.id")),
    Column("is_stopped", Boolean, nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_learning_stop_tenant", "tenant", "unit", "need"),
)

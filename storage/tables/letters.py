"""The tables of letters: the outbox, who wants them, what came back, and what was answered."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.tables.base import Instant, metadata, tenant_column

# The outbox. A person gets at most one letter a slot; its bytes are fixed before the first attempt. They began to leave
# at `data_started_at` in this try, and at `first_data_at` in any.
letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("person", String(100), nullable=False),
    Column("slot", String(40), nullable=False),
    Column("week", String(8), nullable=False),
    Column("kind", String(16), nullable=False, server_default="digest"),
    Column("recipient", String(320), nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_id", String(300), nullable=False, unique=True),
    Column("content", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("not_before", Instant),
    Column("claimed_by", String(120)),
    Column("data_started_at", Instant),
    Column("first_data_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("tenant", "person", "slot"),
    Index("ix_letter_tenant_state", "tenant", "state"),
    Index("ix_letter_tenant_started", "tenant", "data_started_at"),
)

# Nothing twice: a person gets a call version once.
letter_call = Table(
    "letter_call",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("letter_id", ForeignKey("letter.id"), nullable=False, index=True),
    Column("person", String(100), nullable=False),
    Column("call_id", ForeignKey("call.id"), nullable=False),
    Column("call_version", Integer, nullable=False),
    UniqueConstraint("tenant", "person", "call_id", "call_version"),
)

# Who has said no to letters, for good or for a while. No row: the person gets them.
subscription = Table(
    "subscription",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("person", String(100), nullable=False),
    Column("paused_until", Instant),
    Column("stopped_at", Instant),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("tenant", "person"),
)

# Which machine sends a municipality's letters, and whether all sending waits for a person after a restore (B7).
sending = Table(
    "sending",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("host", String(255), nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("changed_at", Instant),
    UniqueConstraint("tenant"),
)

# What came back: one row a mail that was read, or a refusal at the relay. `kind` is a notifier `BounceKind`.
# `address` only where the signed return address proved whose it is; `counts`: it is this address's point of the day.
# `content` is kept for review, for a while.
bounce = Table(
    "bounce",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("content_hash", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16)),
    Column("diagnostic", Text, nullable=False),
    Column("letter_id", ForeignKey("letter.id")),
    Column("address", String(320)),
    Column("counts", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("content", LargeBinary),
    UniqueConstraint("tenant", "content_hash"),
    Index("ix_bounce_tenant_address", "tenant", "address"),
)

# What contact persons have answered about a call. Answers are added to; the newest that is not undone holds.
# `kind` is a `storage.answers_given.AnswerKind`; `reason` a `RejectReason`; `to_unit` for one sent on to another unit.
answer = Table(
    "answer",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("person", String(100), nullable=False),
    Column("unit", String(100), nullable=False),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("call_version", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reason", String(40)),
    Column("note", Text, nullable=False),
    Column("to_unit", String(100)),
    Column("channel", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_at", Instant),
    Index("ix_answer_tenant_person", "tenant", "person", "call_id"),
)

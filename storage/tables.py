"""The tables. Every row carries its tenant; history is added to, never edited.

Instants are stored in UTC (`Instant`), documents as JSON, vectors as float32 bytes.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator):
    """An aware instant: refused without a zone, stored in UTC, given back in UTC on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        """Refuse naive values; SQLite keeps no zone, so what goes in is UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"instant {value.isoformat()} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _tenant() -> Column:
    return Column("tenant", String(64), nullable=False)


# One opportunity, whichever sources carry it. `facts` is the merged CallFacts as JSON; the columns beside it
# are what lists are filtered and sorted by.
call = Table(
    "call",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("kind", String(8), nullable=False),
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
    _tenant(),
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
    _tenant(),
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
    _tenant(),
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

# Embed once: vectors of different models or recipes never meet. `vector` is float32, little-endian, unit length.
embedding = Table(
    "embedding",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("model", String(200), nullable=False),
    Column("recipe", String(40), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    UniqueConstraint("tenant", "model", "recipe", "text_hash"),
    CheckConstraint("length(vector) = 4 * dimension", name="whole_vector"),
)

# The model and recipe whose vectors serve, until those of another are complete.
active_model = Table(
    "active_model",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("model", String(200), nullable=False),
    Column("recipe", String(40), nullable=False),
    Column("since", Instant, nullable=False),
    UniqueConstraint("tenant"),
)

# The municipality's profile file, as it was given, version by version.
profile = Table(
    "profile",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
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
    _tenant(),
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
    _tenant(),
    Column("match_id", ForeignKey("match.id"), nullable=False, index=True),
    Column("call_version", Integer, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(40)),
    Column("note", Text, nullable=False),
    Column("until", Instant),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
)

# The outbox. A person gets at most one letter a slot; its bytes are fixed before the first attempt.
letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("person", String(100), nullable=False),
    Column("slot", String(40), nullable=False),
    Column("week", String(8), nullable=False),
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
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("tenant", "person", "slot"),
    Index("ix_letter_tenant_state", "tenant", "state"),
)

# Nothing twice: a person gets a call version once.
letter_call = Table(
    "letter_call",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("letter_id", ForeignKey("letter.id"), nullable=False, index=True),
    Column("person", String(100), nullable=False),
    Column("call_id", ForeignKey("call.id"), nullable=False),
    Column("call_version", Integer, nullable=False),
    UniqueConstraint("tenant", "person", "call_id", "call_version"),
)

# The clock's ledger: one row a job and slot decides who runs it.
slot = Table(
    "slot",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("job", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner", String(120), nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("note", Text),
    UniqueConstraint("tenant", "job", "at"),
)

# Sign-in: a mailed link and code, bound to the browser that asked; and the sessions it opens. Only hashes are
# kept. `person` is a key of the profile, or a mark of an unknown address (`storage/signins.py`).
signin = Table(
    "signin",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("code_hash", String(64), nullable=False),
    Column("browser_hash", String(64), nullable=False),
    Column("source_hash", String(64), nullable=False),
    Column("person", String(100), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("wrong_codes", Integer, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("person", String(100), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("closed_at", Instant),
)

# Who has said no to letters, for good or for a while. No row: the person gets them.
subscription = Table(
    "subscription",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
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
    _tenant(),
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
    _tenant(),
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
    _tenant(),
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

# Learning from answers starts anew for a need at its last reset; the answers themselves stay.
learning_reset = Table(
    "learning_reset",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("unit", String(100), nullable=False),
    Column("need", String(100), nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_learning_reset_tenant", "tenant", "unit", "need"),
)

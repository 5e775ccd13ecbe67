"""The tables of the coordinator's work beside the decisions: asking, referring, marking, choosing, bulk."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.tables.base import Instant, metadata, tenant_column

# A unit that was asked to answer about a call. That it has answered follows from `answer`; `from_unit` is the unit
# that it was forwarded from.
assignment = Table(
    "assignment",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("unit", String(100), nullable=False),
    Column("from_unit", String(100)),
    Column("note", Text, nullable=False),
    Column("asked_by", String(120), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("withdrawn_by", String(120)),
    Column("withdrawn_at", Instant),
    Index("ix_assignment_tenant", "tenant", "unit"),
)

# A call that the reference group was asked about. `units` are those it concerned, `invited` keys of persons, empty
# for the whole group; the matches stand in state "referred" until somebody decides them.
referral = Table(
    "referral",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("units", JSON, nullable=False),
    Column("invited", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    Column("closed_by", String(120)),
    Column("closed_at", Instant),
)

# Corrected marks of a call, for one unit or, without, for all. Added to; the newest of a call and unit counts.
mark = Table(
    "mark",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("unit", String(100)),
    Column("kind", String(20), nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
)

# What the coordinator has chosen for a unit, and what a person has chosen for themselves: one value a name.
unit_choice = Table(
    "unit_choice",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("unit", String(100), nullable=False),
    Column("name", String(40), nullable=False),
    Column("value", JSON, nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("tenant", "unit", "name"),
)

person_choice = Table(
    "person_choice",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("person", String(100), nullable=False),
    Column("name", String(40), nullable=False),
    Column("value", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("tenant", "person", "name"),
)

# Decisions that were made together and can be taken back together, with the state of each match before.
bulk = Table(
    "bulk",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("verdict", String(16), nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_at", Instant),
)

bulk_decision = Table(
    "bulk_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("bulk_id", ForeignKey("bulk.id"), nullable=False, index=True),
    Column("match_id", ForeignKey("match.id"), nullable=False),
    Column("state_before", String(16), nullable=False),
)

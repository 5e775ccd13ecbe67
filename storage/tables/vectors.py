"""The tables of vectors: what was embedded, and which model serves."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from storage.tables.base import Instant, metadata, tenant_column

# Embed once: vectors of different models or recipes never meet. `vector` is float32, little-endian, unit length.
embedding = Table(
    "embedding",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
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
    tenant_column(),
    Column("model", String(200), nullable=False),
    Column("recipe", String(40), nullable=False),
    Column("since", Instant, nullable=False),
    UniqueConstraint("tenant"),
)

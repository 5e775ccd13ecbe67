"""The table of the tokens that other programs come with."""

from sqlalchemy import JSON, Column, Integer, String, Table, UniqueConstraint

from storage.tables.base import Instant, metadata, tenant_column

# Only the hash of a token is kept. `scopes` is a list of `storage.api_tokens.Scope`; names stay in the history.
api_token = Table(
    "api_token",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("name", String(60), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("made_by", String(120), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    UniqueConstraint("tenant", "name"),
)

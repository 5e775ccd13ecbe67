"""The tables of people: which outside accounts are whose."""

from sqlalchemy import Column, Integer, String, Table, UniqueConstraint

from storage.tables.base import Instant, metadata, tenant_column

# An account is known by who vouches for it and by what they call it. `address_hash` is of the person's address
# when the account was linked: another address is perhaps another person, and the link holds no longer.
identity = Table(
    "identity",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
    Column("issuer", String(300), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("person", String(100), nullable=False),
    Column("address_hash", String(64), nullable=False),
    Column("shown", String(255), nullable=False),
    Column("linked_at", Instant, nullable=False),
    Column("used_at", Instant),
    UniqueConstraint("tenant", "issuer", "subject"),
)

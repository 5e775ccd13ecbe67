"""The tables of the clock and of signing in."""

from sqlalchemy import (
    Column,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.tables.base import Instant, metadata, tenant_column

# The clock's ledger: one row a job and slot decides who runs it.
slot = Table(
    "slot",
    metadata,
    Column("id", Integer, primary_key=True),
    tenant_column(),
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
    tenant_column(),
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
    tenant_column(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("person", String(100), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("closed_at", Instant),
)

"""The municipality's profile file, as it was given, version by version."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from storage.rows import read_as
from storage.tables import audit_end, profile


@dataclass(frozen=True, kw_only=True)
class StoredProfile:
    """One version of the file.

    Attributes:
        key: the municipality's.
        document: the file's text, unaltered.
        by: who gave it: a person's key, or "cli".
    """

    key: str
    version: int
    document: str
    by: str
    at: datetime


# Asked at every request, so put together once.
NEWEST = (
    select(profile).where(profile.c.tenant == bindparam("tenant")).order_by(profile.c.version.desc()).limit(1)
)
MARK = select(
    select(func.max(profile.c.version)).where(profile.c.tenant == bindparam("tenant")).scalar_subquery(),
    select(audit_end.c.number).where(audit_end.c.tenant == bindparam("tenant")).scalar_subquery(),
)


def mark(conn: Connection, tenant: str) -> tuple:
    """Stands for the newest version as it reads now: who erases a person from it leaves a word in the history."""
    return tuple(conn.execute(MARK, {"tenant": tenant}).one())


def save(conn: Connection, tenant: str, key: str, document: str, by: str, now: datetime) -> int:
    """Keep a profile file; its version. The same text as last time makes no new version."""
    last = latest(conn, tenant)
    if last is not None and (last.key, last.document) == (key, document):
        return last.version
    version = 1 if last is None else last.version + 1
    values = {"key": key, "version": version, "document": document, "by": by, "at": now}
    conn.execute(insert(profile).values(tenant=tenant, **values))
    return version


def latest(conn: Connection, tenant: str) -> StoredProfile | None:
    """The newest version, None when there is none yet."""
    row = conn.execute(NEWEST, {"tenant": tenant}).first()
    return None if row is None else _stored(row)


def get(conn: Connection, tenant: str, version: int) -> StoredProfile | None:
    """One version, None when there is none with that number."""
    row = conn.execute(
        select(profile).where(profile.c.tenant == tenant, profile.c.version == version)
    ).first()
    return None if row is None else _stored(row)


def versions(conn: Connection, tenant: str) -> list[StoredProfile]:
    """Every version, the first one first."""
    rows = conn.execute(select(profile).where(profile.c.tenant == tenant).order_by(profile.c.version))
    return [_stored(row) for row in rows]


def _stored(row: Row) -> StoredProfile:
    return read_as(StoredProfile, row)

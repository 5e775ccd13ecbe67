"""Matchings that publications asked for: asked on the page, done by whichever run of the job comes next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.rows import read_as
from storage.tables import rematch


@dataclass(frozen=True, kw_only=True)
class Rematch:
    """One matching that was asked for.

    Attributes:
        ended_at: None until a run has done it.
        new, gone, total: matches new in the queue, gone from it, and waiting afterwards.
    """

    id: int
    profile_version: int
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    new: int | None
    gone: int | None
    total: int | None


def ask(conn: Connection, tenant: str, profile_version: int, by: str, now: datetime) -> int:
    """Ask for a matching by this version of the profile; its number."""
    values = {"profile_version": profile_version, "asked_by": by, "asked_at": now}
    return conn.execute(insert(rematch).values(tenant=tenant, **values)).inserted_primary_key[0]


def newest(conn: Connection, tenant: str) -> Rematch | None:
    """The matching asked for last, None when none ever was."""
    row = conn.execute(
        select(rematch).where(rematch.c.tenant == tenant).order_by(rematch.c.id.desc()).limit(1)
    ).first()
    return None if row is None else read_as(Rematch, row)


def is_wanted(conn: Connection, tenant: str) -> bool:
    """Whether one has been asked for that no run has done."""
    asked = select(rematch.c.id).where(rematch.c.tenant == tenant, rematch.c.ended_at.is_(None)).limit(1)
    return conn.execute(asked).first() is not None


def settle(
    conn: Connection, tenant: str, profile_version: int, now: datetime, *, new: int, gone: int, total: int
) -> None:
    """Note that a run by this version of the profile is done: it did all that were asked for by it or before."""
    conn.execute(
        update(rematch)
        .where(
            rematch.c.tenant == tenant,
            rematch.c.ended_at.is_(None),
            rematch.c.profile_version <= profile_version,
        )
        .values(ended_at=now, new=new, gone=gone, total=total)
    )

"""What came back: bounces, complaints and refusals, added to and never edited; their text is kept for a while."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from notifier.standing import RESUMED, Event
from notifier.statuses import BounceKind
from storage.database import inserted
from storage.tables import bounce

KEPT_FOR = timedelta(days=60)
KEPT_BYTES = 65_536
KEPT_A_DAY = 100
COUNTED = (BounceKind.HARD, BounceKind.SOFT, BounceKind.COMPLAINT)


def add(
    conn: Connection,
    tenant: str,
    *,
    content_hash: str,
    kind: BounceKind,
    now: datetime,
    status: str | None = None,
    diagnostic: str = "",
    letter_id: int | None = None,
    address: str | None = None,
    content: bytes | None = None,
) -> bool:
    """Keep one; False when the very same mail has been read before.

    It counts against its address when its kind does and nothing has counted against the address that day (M-55).

    Args:
        content_hash: what makes two of them the same.
        address: only when it is proved whose bounce it is.
    """
    counts = address is not None and kind in COUNTED and not _has_point(conn, tenant, address, kind, now)
    kept = content is not None and _kept_since(conn, tenant, now - timedelta(days=1)) < KEPT_A_DAY
    row = {
        "tenant": tenant,
        "content_hash": content_hash,
        "kind": kind.value,
        "status": status,
        "diagnostic": diagnostic,
        "letter_id": letter_id,
        "address": address,
        "counts": counts,
        "at": now,
        "content": content[:KEPT_BYTES] if content is not None and kept else None,
    }
    return inserted(conn, bounce, row) is not None


def resume(conn: Connection, tenant: str, address: str, now: datetime) -> None:
    """A person says that the address is good again: what came before does not count any more."""
    row = {"tenant": tenant, "content_hash": f"{RESUMED}/{address}/{now.isoformat()}"[:64], "kind": RESUMED}
    rest = {"diagnostic": "", "address": address, "counts": True, "at": now}
    inserted(conn, bounce, row | rest)


def events(conn: Connection, tenant: str) -> list[Event]:
    """Everything that counts, oldest first."""
    wanted = (
        select(bounce.c.address, bounce.c.kind, bounce.c.at)
        .where(bounce.c.tenant == tenant, bounce.c.counts, bounce.c.address.is_not(None))
        .order_by(bounce.c.at, bounce.c.id)
    )
    return [Event(address=row.address, kind=row.kind, at=row.at) for row in conn.execute(wanted)]


def tally(conn: Connection, tenant: str, since: datetime, *, proved: bool = False) -> dict[str, int]:
    """How many of each kind since then; `proved` counts only those that our signature ties to a letter."""
    wanted = (
        select(bounce.c.kind, func.count().label("number"))
        .where(bounce.c.tenant == tenant, bounce.c.at >= since)
        .group_by(bounce.c.kind)
    )
    if proved:
        wanted = wanted.where(bounce.c.letter_id.is_not(None))
    return {row.kind: row.number for row in conn.execute(wanted)}


def forget(conn: Connection, tenant: str, now: datetime) -> int:
    """Let go of the texts of bounces older than sixty days; how many there were."""
    forgotten = conn.execute(
        update(bounce)
        .where(bounce.c.tenant == tenant, bounce.c.at < now - KEPT_FOR, bounce.c.content.is_not(None))
        .values(content=None)
    )
    return forgotten.rowcount


def _has_point(conn: Connection, tenant: str, address: str, kind: BounceKind, now: datetime) -> bool:
    """Whether something as grave has counted against the address within a day."""
    graver = COUNTED if kind is BounceKind.SOFT else {kind, BounceKind.COMPLAINT}
    wanted = select(bounce.c.id).where(
        bounce.c.tenant == tenant,
        bounce.c.address == address,
        bounce.c.counts,
        bounce.c.kind.in_([*(one.value for one in graver)]),
        bounce.c.at > now - timedelta(days=1),
    )
    return conn.execute(wanted.limit(1)).first() is not None


def _kept_since(conn: Connection, tenant: str, since: datetime) -> int:
    wanted = select(func.count()).where(
        bounce.c.tenant == tenant, bounce.c.at > since, bounce.c.content.is_not(None)
    )
    return conn.execute(wanted).scalar_one()

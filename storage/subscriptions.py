"""Who has said no to letters. The choice is immediate and unconditional (`ux.md` 1.4)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from storage.audit import Event, record
from storage.database import inserted
from storage.tables import subscription

FROM_LETTER = "mail-link"


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a person has said of letters: stopped, or paused until a moment, or neither."""

    stopped: bool = False
    paused_until: datetime | None = None


def stop(conn: Connection, tenant: str, person: str, now: datetime, channel: str = FROM_LETTER) -> None:
    """No more letters to this person; asking twice changes nothing."""
    before = _now(conn, tenant, person)
    first = {"stopped_at": now, "changed_at": now}
    if inserted(conn, subscription, {"tenant": tenant, "person": person} | first) is None:
        conn.execute(
            update(subscription)
            .where(*_this(tenant, person), subscription.c.stopped_at.is_(None))
            .values(paused_until=None, **first)
        )
    _tell(conn, tenant, person, "stop", before, channel, now)


def pause(
    conn: Connection, tenant: str, person: str, until: datetime, now: datetime, channel: str = FROM_LETTER
) -> None:
    """No letters to this person before that moment, and letters again after it."""
    before = _now(conn, tenant, person)
    _set(conn, tenant, person, {"stopped_at": None, "paused_until": until, "changed_at": now})
    _tell(conn, tenant, person, "pause", before, channel, now)


def resume(conn: Connection, tenant: str, person: str, now: datetime, channel: str = FROM_LETTER) -> None:
    """Letters to this person again."""
    before = _now(conn, tenant, person)
    _set(conn, tenant, person, {"stopped_at": None, "paused_until": None, "changed_at": now})
    _tell(conn, tenant, person, "resume", before, channel, now)


def stopped(conn: Connection, tenant: str, now: datetime | None = None) -> set[str]:
    """Keys of those who get no letters.

    Args:
        now: count those too whose pause lasts at that moment; None leaves pauses out.
    """
    silent = subscription.c.stopped_at.is_not(None)
    if now is not None:
        silent = or_(silent, subscription.c.paused_until > now)
    wanted = select(subscription.c.person).where(subscription.c.tenant == tenant, silent)
    return set(conn.execute(wanted).scalars())


def of(conn: Connection, tenant: str, person: str, now: datetime) -> Word:
    """What holds for a person at that moment."""
    row = conn.execute(select(subscription).where(*_this(tenant, person))).first()
    if row is None:
        return Word()
    is_paused = row.paused_until is not None and row.paused_until > now
    return Word(stopped=row.stopped_at is not None, paused_until=row.paused_until if is_paused else None)


def _now(conn: Connection, tenant: str, person: str) -> dict:
    """What holds for a person, as history tells it."""
    row = conn.execute(select(subscription).where(*_this(tenant, person))).first()
    if row is None or (row.stopped_at is None and row.paused_until is None):
        return {"letters": "weekly"}
    return {"letters": "stopped"} if row.stopped_at else {"letters": "paused", "until": row.paused_until}


def _tell(
    conn: Connection, tenant: str, person: str, action: str, before: dict, channel: str, now: datetime
) -> None:
    """Note a change in the history; asking for what already holds changes nothing, and leaves no mark."""
    after = _now(conn, tenant, person)
    if after != before:
        facts = {"kind": "subscription", "key": person, "action": action, "before": before, "after": after}
        record(conn, tenant, Event(actor=person, channel=channel, **facts), now)


def _set(conn: Connection, tenant: str, person: str, values: dict) -> None:
    if inserted(conn, subscription, {"tenant": tenant, "person": person} | values) is None:
        conn.execute(update(subscription).where(*_this(tenant, person)).values(**values))


def _this(tenant: str, person: str) -> tuple:
    return (subscription.c.tenant == tenant, subscription.c.person == person)

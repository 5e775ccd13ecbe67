"""Who follows which call: by an answer that was not a no, or by choosing to (`ux.md` 1.7)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, select, update

from storage.audit import Event, record
from storage.database import inserted
from storage.rows import read_as
from storage.tables import follow


class By(StrEnum):
    """What made somebody a follower."""

    ANSWER = "answer"
    OWN = "own"


@dataclass(frozen=True, kw_only=True)
class Follow:
    """A person who follows a call, for a unit.

    Attributes:
        call_version: the newest version that they had seen when they began.
        stopped_at: None while they follow.
    """

    person: str
    unit: str
    call_id: int
    call_version: int
    by: By
    since_at: datetime
    stopped_at: datetime | None = None


def begin(
    conn: Connection,
    tenant: str,
    *,
    person: str,
    unit: str,
    call_id: int,
    call_version: int,
    by: By,
    now: datetime,
    channel: str,
    actor: str | None = None,
) -> None:
    """Follow a call; who follows already goes on as before.

    Args:
        actor: who made them a follower, for the history; None for themselves.
    """
    key = {"tenant": tenant, "person": person, "call_id": call_id}
    fresh = {"unit": unit, "call_version": call_version, "by": by.value, "since_at": now, "stopped_at": None}
    if inserted(conn, follow, key | fresh) is None:
        again = (
            update(follow)
            .where(*_this(tenant, person, call_id), follow.c.stopped_at.is_not(None))
            .values(**fresh)
        )
        if conn.execute(again).rowcount == 0:
            return
    _note(conn, tenant, person, call_id, "follow", now, channel, unit, actor=actor)


def stop(
    conn: Connection,
    tenant: str,
    person: str,
    call_id: int,
    now: datetime,
    channel: str,
    *,
    actor: str | None = None,
) -> bool:
    """Follow no more; whether they did until now. `actor` as for `begin`."""
    wanted = (*_this(tenant, person, call_id), follow.c.stopped_at.is_(None))
    if conn.execute(update(follow).where(*wanted).values(stopped_at=now)).rowcount == 0:
        return False
    _note(conn, tenant, person, call_id, "unfollow", now, channel, actor=actor)
    return True


def forget_answer(
    conn: Connection, tenant: str, person: str, call_id: int, now: datetime, channel: str
) -> None:
    """The answer that made somebody a follower was taken back; who chose it themselves goes on."""
    mine = of_person(conn, tenant, person)
    if any(one.call_id == call_id and one.by is By.ANSWER for one in mine):
        stop(conn, tenant, person, call_id, now, channel)


def of_person(conn: Connection, tenant: str, person: str) -> list[Follow]:
    """What a person follows, the newest first."""
    return _read(conn, tenant, follow.c.person == person)


def standing(conn: Connection, tenant: str) -> list[Follow]:
    """Everybody who follows something."""
    return _read(conn, tenant)


def _read(conn: Connection, tenant: str, *wanted) -> list[Follow]:
    rows = conn.execute(
        select(follow)
        .where(follow.c.tenant == tenant, follow.c.stopped_at.is_(None), *wanted)
        .order_by(follow.c.since_at.desc(), follow.c.id.desc())
    )
    return [_follow(row) for row in rows]


def _follow(row: Row) -> Follow:
    return read_as(Follow, row, by=By(row.by))


def _this(tenant: str, person: str, call_id: int) -> tuple:
    return follow.c.tenant == tenant, follow.c.person == person, follow.c.call_id == call_id


def _note(
    conn: Connection,
    tenant: str,
    person: str,
    call_id: int,
    deed: str,
    now: datetime,
    channel: str,
    unit: str = "",
    *,
    actor: str | None = None,
) -> None:
    after = {"person": person} | ({"unit": unit} if unit else {})
    about = {"kind": "call", "key": str(call_id), "action": deed}
    event = Event(actor=actor or person, channel=channel, after=after, **about)
    record(conn, tenant, event, now)

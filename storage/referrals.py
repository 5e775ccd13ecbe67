"""Calls that the reference group has been asked about (`ux.md` 2.1).

While a referral is open, the call's matches stand in state "referred": no letter takes them. It closes when the
last of them is decided, and is open again when such a decision is undone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from matcher.model import MatchState
from storage.audit import Event, channel_of, record
from storage.rows import read_as
from storage.tables import match, referral


@dataclass(frozen=True, kw_only=True)
class Referral:
    """A question to the reference group.

    Attributes:
        units: keys of the units that the call was proposed to.
        note: what the coordinator asks; empty for nothing.
        by: key of who asked.
        invited: keys of the persons who are asked; empty for the whole group.
        closed_at: when it was decided, None while it is open.
    """

    id: int
    call_id: int
    units: tuple[str, ...]
    note: str
    by: str
    at: datetime
    invited: tuple[str, ...] = ()
    closed_by: str | None = None
    closed_at: datetime | None = None


def refer(
    conn: Connection,
    tenant: str,
    *,
    call_id: int,
    units: Iterable[str],
    by: str,
    now: datetime,
    note: str = "",
    invited: Sequence[str] = (),
) -> Referral:
    """Ask the group about a call; who was invited, when not all, goes into the history.

    The decisions that put the matches there are the caller's.
    """
    values = {"call_id": call_id, "note": note, "by": by, "at": now}
    lists = {"units": sorted(set(units)), "invited": list(invited)}
    number = conn.execute(
        insert(referral).values(tenant=tenant, **values, **lists).returning(referral.c.id)
    ).scalar_one()
    if invited:
        told = {"call": call_id, **lists}
        event = Event(
            actor=by, channel=channel_of(by), kind="referral", key=str(number), action="invite", after=told
        )
        record(conn, tenant, event, now)
    return Referral(id=number, **values, **{name: tuple(some) for name, some in lists.items()})


def open_referrals(conn: Connection, tenant: str) -> list[Referral]:
    """What the group has not been freed of, the oldest first."""
    return _read(conn, select(referral).where(referral.c.tenant == tenant, referral.c.closed_at.is_(None)))


def of_call(conn: Connection, tenant: str, call_id: int) -> list[Referral]:
    """Every referral of a call, the oldest first."""
    return _read(conn, select(referral).where(referral.c.tenant == tenant, referral.c.call_id == call_id))


def close_settled(conn: Connection, tenant: str, calls: Iterable[int], by: str, now: datetime) -> int:
    """Close the referrals of those calls that have no match with the group any more; how many were closed."""
    asked = set(calls)
    settled = sorted(asked - _with_the_group(conn, tenant, asked))
    closed = conn.execute(
        update(referral)
        .where(referral.c.tenant == tenant, referral.c.call_id.in_(settled), referral.c.closed_at.is_(None))
        .values(closed_by=by, closed_at=now)
    )
    return closed.rowcount


def reopen(conn: Connection, tenant: str, calls: Iterable[int]) -> int:
    """Open what was closed last of those calls that have a match with the group again; how many were opened."""
    asked = set(calls)
    open_now = {one.call_id for one in open_referrals(conn, tenant)}
    opened = 0
    for call_id in sorted(_with_the_group(conn, tenant, asked) - open_now):
        same = (referral.c.tenant == tenant, referral.c.call_id == call_id)
        last = select(func.max(referral.c.closed_at)).where(*same).scalar_subquery()
        again = update(referral).where(*same, referral.c.closed_at == last)
        opened += conn.execute(again.values(closed_by=None, closed_at=None)).rowcount
    return opened


def _with_the_group(conn: Connection, tenant: str, calls: Iterable[int]) -> set[int]:
    """Those of the calls that have a match in state "referred"."""
    wanted = select(match.c.call_id).where(
        match.c.tenant == tenant,
        match.c.call_id.in_(sorted(calls)),
        match.c.state == MatchState.REFERRED.value,
        match.c.is_current,
    )
    return set(conn.execute(wanted).scalars())


def _read(conn: Connection, wanted) -> list[Referral]:
    return [_referral(row) for row in conn.execute(wanted.order_by(referral.c.at, referral.c.id))]


def _referral(row: Row) -> Referral:
    return read_as(Referral, row, units=tuple(row.units), invited=tuple(row.invited))

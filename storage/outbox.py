"""The outbox without the letters' bytes: what waits, what has left lately, and whether anything may leave at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, and_, func, insert, select, true, union, update

from notifier.model import LetterKind, LetterState
from storage.database import inserted
from storage.rows import read_as
from storage.tables import letter, profile, sending

WAITING = (LetterState.RENDERED, LetterState.RETRY)
UNSENT = (*WAITING, LetterState.SENDING)
UNSETTLED = (LetterState.IN_DOUBT, LetterState.FAILED, LetterState.HELD)  # a person has to say what holds


@dataclass(frozen=True, kw_only=True)
class LetterLine:
    """A letter of the outbox in one line.

    Attributes:
        error: the last answer or the reason why it waits; None when nothing has been tried.
    """

    id: int
    kind: LetterKind
    person: str
    week: str
    to: str
    subject: str
    state: LetterState
    attempts: int
    error: str | None
    not_before: datetime | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Who sends a municipality's letters.

    Attributes:
        host: the machine that sent last; empty when none has.
        is_held: a copy has been put back, and everything waits for a person (B7).
    """

    host: str
    is_held: bool


def lines(
    conn: Connection,
    tenant: str,
    *,
    states: Iterable[LetterState] | None = None,
    week: str | None = None,
) -> list[LetterLine]:
    """The letters in the order they were made, of some states or one week when asked for."""
    wanted = _lines().where(letter.c.tenant == tenant)
    if states is not None:
        wanted = wanted.where(letter.c.state.in_([state.value for state in states]))
    if week is not None:
        wanted = wanted.where(letter.c.week == week)
    return [_line(row) for row in conn.execute(wanted.order_by(letter.c.id))]


def unfinished(conn: Connection, tenant: str, *, made_before: datetime) -> list[LetterLine]:
    """Letters that have been neither sent, given up, held nor cancelled since they were made, oldest first (C8)."""
    wanted = _lines().where(
        letter.c.tenant == tenant,
        letter.c.state.in_([state.value for state in (*UNSENT, LetterState.IN_DOUBT)]),
        letter.c.created_at <= made_before,
    )
    return [_line(row) for row in conn.execute(wanted.order_by(letter.c.id))]


def count(conn: Connection, tenant: str, states: Iterable[LetterState], *, week: str | None = None) -> int:
    """How many letters are in these states, of one week when asked for."""
    wanted = select(func.count()).where(
        letter.c.tenant == tenant, letter.c.state.in_([state.value for state in states])
    )
    if week is not None:
        wanted = wanted.where(letter.c.week == week)
    return conn.execute(wanted).scalar_one()


def by_week(conn: Connection, tenant: str) -> dict[str, dict[LetterState, int]]:
    """Week to how many of its letters are in each state, the newest week first."""
    wanted = select(letter.c.week, letter.c.state, func.count().label("number"))
    grouped = wanted.where(letter.c.tenant == tenant).group_by(letter.c.week, letter.c.state)
    found: dict[str, dict[LetterState, int]] = {}
    for row in conn.execute(grouped.order_by(letter.c.week.desc(), letter.c.state)):
        found.setdefault(row.week, {})[LetterState(row.state)] = row.number
    return found


def has_work(conn: Connection, tenant: str, now: datetime) -> bool:
    """Whether a letter may be tried now, or was left half-sent."""
    later = and_(letter.c.state == LetterState.RETRY.value, letter.c.not_before > now)
    wanted = select(letter.c.id).where(
        letter.c.tenant == tenant,
        letter.c.state.in_([state.value for state in UNSENT]),
        ~func.coalesce(later, False),
    )
    return conn.execute(wanted.limit(1)).first() is not None


def started_since(conn: Connection, tenant: str, since: datetime) -> list[datetime]:
    """When each letter was handed over that was handed over after that moment (B6)."""
    wanted = select(letter.c.data_started_at).where(
        letter.c.tenant == tenant, letter.c.data_started_at > since
    )
    return list(conn.execute(wanted).scalars())


def hold_waiting(conn: Connection, tenant: str, reason: str | None, now: datetime) -> int:
    """Hold every letter that waits to be sent; how many there were. Without a reason it is a person who holds them."""
    held = conn.execute(
        update(letter)
        .where(letter.c.tenant == tenant, letter.c.state.in_([state.value for state in WAITING]))
        .values(state=LetterState.HELD.value, error=reason, changed_at=now)
    )
    return held.rowcount


def hold_failed(conn: Connection, tenant: str, letter_ids: Iterable[int], now: datetime) -> int:
    """Hold those of these letters that were refused for good: the relay is to blame, not the readers (B5)."""
    held = conn.execute(
        update(letter)
        .where(
            letter.c.tenant == tenant,
            letter.c.id.in_(list(letter_ids)),
            letter.c.state == LetterState.FAILED.value,
        )
        .values(state=LetterState.HELD.value, changed_at=now)
    )
    return held.rowcount


def release(conn: Connection, tenant: str, now: datetime, *, also_by_people: bool = True) -> int:
    """Let held letters be sent again; how many there were. `also_by_people`: those too that a person holds."""
    held = letter.c.tenant == tenant, letter.c.state == LetterState.HELD.value
    released = conn.execute(
        update(letter)
        .where(*held, true() if also_by_people else letter.c.error.is_not(None))
        .values(state=LetterState.RETRY.value, error=None, not_before=None, changed_at=now)
    )
    return released.rowcount


def sending_of(conn: Connection, tenant: str) -> Sending:
    """Who sends, and whether sending is held."""
    row = conn.execute(select(sending).where(sending.c.tenant == tenant)).first()
    return Sending(host="", is_held=False) if row is None else Sending(host=row.host, is_held=row.is_held)


def take_over(conn: Connection, tenant: str, host: str, now: datetime) -> None:
    """From now on this machine sends, and nothing is held back any more."""
    values = {"host": host, "is_held": False, "changed_at": now}
    if inserted(conn, sending, {"tenant": tenant} | values) is None:
        conn.execute(update(sending).where(sending.c.tenant == tenant).values(**values))


def hold_all(conn: Connection) -> int:
    """After a restore: hold what waits and all sending, of every municipality; how many letters waited (B7).

    Letters that were made after the copy was taken are not in it, so they would be made and sent again. Those in it may
    have left since then, so none of them is written anew.
    """
    held = conn.execute(
        update(letter)
        .where(letter.c.state.in_([state.value for state in UNSENT]))
        .values(
            state=LetterState.HELD.value,
            error=func.coalesce(letter.c.error, ""),
            first_data_at=func.coalesce(letter.c.first_data_at, letter.c.changed_at),
        )
    )
    conn.execute(update(sending).values(is_held=True))
    known = union(select(letter.c.tenant), select(profile.c.tenant)).subquery()
    missing = select(known.c.tenant).where(known.c.tenant.not_in(select(sending.c.tenant)))
    for tenant in list(conn.execute(missing).scalars()):
        conn.execute(insert(sending).values(tenant=tenant, host="", is_held=True))
    return held.rowcount


def _lines() -> Select:
    columns = [letter.c[name] for name in ("id", "kind", "person", "week", "recipient", "subject", "state")]
    columns += [letter.c[name] for name in ("attempts", "error", "not_before", "changed_at")]
    return select(*columns)


def _line(row: Row) -> LetterLine:
    return read_as(LetterLine, row, kind=LetterKind(row.kind), to=row.recipient, state=LetterState(row.state))

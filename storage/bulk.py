"""Decisions made together, and taken back together (`ux.md` 2.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from matcher.model import Decision, MatchState, StoredMatch, Verdict
from matcher.review import STATE_AFTER, restored
from storage import matches
from storage.tables import bulk, bulk_decision, match


@dataclass(frozen=True, kw_only=True)
class Together:
    """Decisions that were made with one press.

    Attributes:
        before: match to its state before.
        undone_at: when they were taken back, None while they stand.
    """

    id: int
    verdict: Verdict
    by: str
    at: datetime
    before: dict[int, MatchState]
    undone_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Recent:
    """Decisions made together, as they stand now.

    Attributes:
        calls: how many calls they are about.
        sent: how many of the matches have gone out in a letter.
        can_be_undone: something in it still stands as it was decided and has not gone out.
    """

    together: Together
    calls: int
    sent: int
    can_be_undone: bool


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What became of taking decisions back.

    Attributes:
        matches: those that are as they were before.
        left: those that somebody has decided since, or that have been sent; they stand.
    """

    matches: tuple[StoredMatch, ...]
    left: tuple[StoredMatch, ...]


def decide(conn: Connection, tenant: str, known: Sequence[StoredMatch], decided: Decision) -> int:
    """Decide many matches alike; the number of the whole, which takes it back."""
    values = {"verdict": decided.verdict.value, "by": decided.by, "at": decided.at}
    number = conn.execute(insert(bulk).values(tenant=tenant, **values).returning(bulk.c.id)).scalar_one()
    rows = [
        {"tenant": tenant, "bulk_id": number, "match_id": one.id, "state_before": one.state.value}
        for one in known
    ]
    if rows:
        conn.execute(insert(bulk_decision), rows)
    matches.decide_together(conn, tenant, [(one, decided) for one in known], decided.at)
    return number


def get(conn: Connection, tenant: str, number: int) -> Together | None:
    """What was decided together, None when there is nothing with that number."""
    row = conn.execute(select(bulk).where(bulk.c.tenant == tenant, bulk.c.id == number)).first()
    return None if row is None else _together(conn, row)


def recent(conn: Connection, tenant: str, most: int) -> list[Recent]:
    """What was decided together, the newest first."""
    rows = conn.execute(
        select(bulk).where(bulk.c.tenant == tenant).order_by(bulk.c.id.desc()).limit(most)
    ).all()
    return [_recent(conn, tenant, _together(conn, row)) for row in rows]


def take_back(conn: Connection, tenant: str, together: Together, by: str, now: datetime) -> TakenBack:
    """Put every match back as it was, by one more decision each; a match decided or sent since is left alone."""
    stood = [matches.get(conn, tenant, number) for number in together.before]
    known = [one for one in stood if one is not None]
    mine = [one for one in known if _is_last(one, together)]
    again = [
        (one, restored(together.before[one.id], matches.history(conn, tenant, one.id), by, now))
        for one in mine
    ]
    matches.decide_together(conn, tenant, again, now)
    conn.execute(update(bulk).where(bulk.c.tenant == tenant, bulk.c.id == together.id).values(undone_at=now))
    return TakenBack(matches=tuple(mine), left=tuple(one for one in known if one not in mine))


def _recent(conn: Connection, tenant: str, together: Together) -> Recent:
    stood = list(
        conn.execute(
            select(match.c.id, match.c.call_id, match.c.state).where(
                match.c.tenant == tenant,
                match.c.id.in_(
                    select(bulk_decision.c.match_id).where(bulk_decision.c.bulk_id == together.id)
                ),
            )
        )
    )
    sent = sum(row.state == MatchState.SENT.value for row in stood)
    as_decided = STATE_AFTER[together.verdict].value
    stands = any(row.state == as_decided for row in stood)
    return Recent(
        together=together,
        calls=len({row.call_id for row in stood}),
        sent=sent,
        can_be_undone=together.undone_at is None and stands,
    )


def _is_last(stored: StoredMatch, together: Together) -> bool:
    last = stored.decision
    if last is None or stored.state is MatchState.SENT:
        return False
    return (last.verdict, last.by, last.at) == (together.verdict, together.by, together.at)


def _together(conn: Connection, row: Row) -> Together:
    items = conn.execute(
        select(bulk_decision.c.match_id, bulk_decision.c.state_before)
        .where(bulk_decision.c.tenant == row.tenant, bulk_decision.c.bulk_id == row.id)
        .order_by(bulk_decision.c.id)
    )
    return Together(
        id=row.id,
        verdict=Verdict(row.verdict),
        by=row.by,
        at=row.at,
        before={item.match_id: MatchState(item.state_before) for item in items},
        undone_at=row.undone_at,
    )

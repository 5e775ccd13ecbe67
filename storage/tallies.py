"""Counts over time for the pictures: what came in, what was decided and answered, which needs were met."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, select

from calls.vocabulary import CONSULTATION
from matcher.model import Band, MatchState, RejectReason, Verdict
from storage.answers_given import AnswerKind
from storage.tables import answer, call, decision, match

PROPOSED = (Band.STRONG.value, Band.LIKELY.value)


@dataclass(frozen=True, kw_only=True)
class NeedHits:
    """How well one need has been met.

    Attributes:
        latest_at: when a strong or likely match was last made, None when never.
        recent: how many such matches were made since the day asked about.
        open: how many of them are in view now.
    """

    unit: str
    need: str
    latest_at: datetime | None
    recent: int
    open: int


@dataclass(frozen=True, kw_only=True)
class UnitAnswers:
    """What became of what a unit was told: calls sent, answered, found interesting, and found beside the need."""

    unit: str
    sent: int
    answered: int
    interested: int
    beside_need: int


def calls_first_seen(conn: Connection, tenant: str, since: datetime) -> list[datetime]:
    """When each call that came since then was first seen, the earliest first; consultations are no calls."""
    is_call = and_(call.c.tenant == tenant, call.c.kind != CONSULTATION)
    wanted = select(call.c.first_seen_at).where(is_call, call.c.first_seen_at >= since)
    return list(conn.execute(wanted.order_by(call.c.first_seen_at)).scalars())


def decisions(
    conn: Connection, tenant: str, since: datetime, units: Collection[str] | None = None
) -> list[tuple[datetime, Verdict]]:
    """Every decision since then, the earliest first; of all units when `units` is None."""
    wanted = (
        select(decision.c.at, decision.c.verdict)
        .join(match, match.c.id == decision.c.match_id)
        .where(decision.c.tenant == tenant, decision.c.at >= since)
    )
    if units is not None:
        wanted = wanted.where(match.c.unit.in_(sorted(units)))
    rows = conn.execute(wanted.order_by(decision.c.at, decision.c.id))
    return [(row.at, Verdict(row.verdict)) for row in rows]


def answers(
    conn: Connection, tenant: str, since: datetime, units: Collection[str] | None = None
) -> list[tuple[datetime, AnswerKind]]:
    """Every answer since then that was not undone, the earliest first; of all units when `units` is None."""
    wanted = select(answer.c.at, answer.c.kind).where(
        answer.c.tenant == tenant, answer.c.at >= since, answer.c.undone_at.is_(None)
    )
    if units is not None:
        wanted = wanted.where(answer.c.unit.in_(sorted(units)))
    rows = conn.execute(wanted.order_by(answer.c.at, answer.c.id))
    return [(row.at, AnswerKind(row.kind)) for row in rows]


def need_hits(conn: Connection, tenant: str, since: datetime) -> dict[tuple[str, str], NeedHits]:
    """Strong and likely matches by (unit, need); needs that never had one are not in it."""
    wanted = (
        select(
            match.c.unit,
            match.c.need,
            func.max(match.c.created_at, type_=match.c.created_at.type).label("latest_at"),
            func.sum(case((match.c.created_at >= since, 1), else_=0)).label("recent"),
            func.sum(case((match.c.is_current, 1), else_=0)).label("open"),
        )
        .where(match.c.tenant == tenant, match.c.band.in_(PROPOSED))
        .group_by(match.c.unit, match.c.need)
    )
    return {
        (row.unit, row.need): NeedHits(
            unit=row.unit,
            need=row.need,
            latest_at=row.latest_at,
            recent=int(row.recent),
            open=int(row.open),
        )
        for row in conn.execute(wanted)
    }


def unit_answers(conn: Connection, tenant: str, since: datetime) -> dict[str, UnitAnswers]:
    """By unit: how many calls were sent since then, and what was answered of them; each call counts once."""
    told = conn.execute(
        select(match.c.unit, match.c.call_id)
        .where(match.c.tenant == tenant, match.c.state == MatchState.SENT.value, match.c.updated_at >= since)
        .distinct()
    ).all()
    latest: dict[tuple[str, int], tuple[str, str | None]] = {}
    given = select(answer).where(answer.c.tenant == tenant, answer.c.undone_at.is_(None))
    for row in conn.execute(given.order_by(answer.c.at, answer.c.id)):
        latest[row.unit, row.call_id] = (row.kind, row.reason)
    sent: dict[str, set[int]] = {}
    for row in told:
        sent.setdefault(row.unit, set()).add(row.call_id)
    return {unit: _of_unit(unit, calls, latest) for unit, calls in sent.items()}


def _of_unit(
    unit: str, calls: Collection[int], latest: dict[tuple[str, int], tuple[str, str | None]]
) -> UnitAnswers:
    given = [latest[unit, call_id] for call_id in calls if (unit, call_id) in latest]
    return UnitAnswers(
        unit=unit,
        sent=len(calls),
        answered=len(given),
        interested=sum(kind in (AnswerKind.INTERESTED, AnswerKind.MAYBE) for kind, _ in given),
        beside_need=sum(reason == RejectReason.NOT_OUR_NEED for _, reason in given),
    )

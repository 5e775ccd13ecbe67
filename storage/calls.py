"""Calls: saved harvest by harvest, and found again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from calls.changes import WATCHED, Change
from calls.model import Call, CallFacts, SourceLink
from calls.vocabulary import Status
from storage.database import in_batches
from storage.documents import changes_of, facts_by_name, facts_of
from storage.harvests import Saved, save_harvest
from storage.tables import call, call_source, call_version, harvest

__all__ = [
    "CallVersion",
    "Saved",
    "by_status",
    "changes_since",
    "find",
    "get",
    "mark",
    "save_harvest",
    "search_texts",
    "summaries",
    "versions",
]


@dataclass(frozen=True, kw_only=True)
class CallVersion:
    """How a call read at one time, and what had changed since the version before; nothing in the first."""

    call_id: int
    version: int
    at: datetime
    changes: tuple[Change, ...]
    facts: CallFacts


def find(conn: Connection, tenant: str, ids: Iterable[int] | None = None) -> list[Call]:
    """The calls with these ids, or all of them, ordered by id. Ids that do not exist are left out."""
    wanted = select(call).where(call.c.tenant == tenant)
    if ids is None:
        return _calls(conn, tenant, wanted)
    return [
        found for some in in_batches(ids) for found in _calls(conn, tenant, wanted.where(call.c.id.in_(some)))
    ]


def get(conn: Connection, tenant: str, call_id: int) -> Call | None:
    """One call, None when there is none with that id."""
    return next(iter(find(conn, tenant, [call_id])), None)


def by_status(
    conn: Connection, tenant: str, now: datetime, statuses: frozenset[Status], *, kind: str | None = None
) -> list[Call]:
    """The calls that stand so at that moment, ordered by id. A call no longer seen is not closed by that (D2).

    Args:
        kind: only calls of this kind (`calls.vocabulary`); None means all.
    """
    wanted = select(call).where(call.c.tenant == tenant)
    if kind is not None:
        wanted = wanted.where(call.c.kind == kind)
    if Status.CLOSED not in statuses:  # a passed deadline closes a call whatever else it says
        wanted = wanted.where(or_(call.c.last_deadline_at.is_(None), call.c.last_deadline_at >= now))
    return [found for found in _calls(conn, tenant, wanted) if found.status(now) in statuses]


def mark(conn: Connection, tenant: str) -> tuple:
    """Stands for all calls as they are: another one after every harvest, and after every new version."""
    newest_version = select(func.max(call_version.c.id)).where(call_version.c.tenant == tenant)
    newest_harvest = select(func.max(harvest.c.ended_at)).where(harvest.c.tenant == tenant)
    row = conn.execute(
        select(newest_version.scalar_subquery().label("version"), newest_harvest.scalar_subquery())
    ).one()
    return tuple(row)


def summaries(conn: Connection, tenant: str) -> list[Call]:
    """All calls without their texts, ordered by id: for lists and counts."""
    everything = select(call).where(call.c.tenant == tenant)
    links = defaultdict(list)
    for link in _links(conn, tenant, everything):
        links[link.call_id].append(link)
    rows = conn.execute(everything.order_by(call.c.id))
    return [_call(row, links[row.id], without={"sections": [], "keywords": [], "notes": []}) for row in rows]


def search_texts(conn: Connection, tenant: str) -> dict[int, str]:
    """What a search looks in, call by call: codes, titles, programme, keywords and text, in lower case."""
    rows = conn.execute(select(call.c.id, call.c.facts).where(call.c.tenant == tenant))
    return {row.id: _searched(row.facts) for row in rows}


def versions(conn: Connection, tenant: str, call_id: int) -> list[CallVersion]:
    """Every version of a call, the first one first."""
    rows = conn.execute(
        select(call_version)
        .where(call_version.c.tenant == tenant, call_version.c.call_id == call_id)
        .order_by(call_version.c.version)
    )
    return [
        CallVersion(
            call_id=row.call_id,
            version=row.version,
            at=row.at,
            changes=changes_of(row.changes),
            facts=facts_of(row.facts),
        )
        for row in rows
    ]


def changes_since(conn: Connection, tenant: str, call_id: int, version: int) -> tuple[Change, ...]:
    """What reads otherwise now than in that version: for each field its value then and its newest one."""
    rows = conn.execute(
        select(call_version.c.changes)
        .where(
            call_version.c.tenant == tenant,
            call_version.c.call_id == call_id,
            call_version.c.version > version,
        )
        .order_by(call_version.c.version)
    )
    steps = defaultdict(list)
    for row in rows:
        for change in changes_of(row.changes):
            steps[change.field].append(change)
    if "deadlines" in steps:  # other days have hours of their own
        steps.pop("deadline_hours", None)
    return tuple(
        Change(field=field, old=steps[field][0].old, new=steps[field][-1].new)
        for field in WATCHED
        if field in steps and steps[field][0].old != steps[field][-1].new
    )


def _calls(conn: Connection, tenant: str, wanted: Select) -> list[Call]:
    rows = conn.execute(wanted.order_by(call.c.id)).all()
    links = defaultdict(list)
    for link in _links(conn, tenant, wanted):
        links[link.call_id].append(link)
    return [_call(row, links[row.id]) for row in rows]


def _links(conn: Connection, tenant: str, wanted: Select) -> Sequence[Row]:
    """Where the wanted calls were read, the leading source of each first."""
    known = wanted.with_only_columns(call.c.id)
    shown = [
        call_source.c[name] for name in ("call_id", "source", "reference", "url", "last_seen_at", "is_seen")
    ]
    return conn.execute(
        select(*shown)
        .where(call_source.c.tenant == tenant, call_source.c.call_id.in_(known))
        .order_by(call_source.c.is_seen.desc(), call_source.c.rank, call_source.c.id)
    ).all()


def _searched(facts: Mapping[str, Any]) -> str:
    parts = [facts[name] for name in ("title", "identifier", "call_code", "call_title", "programme_label")]
    parts += [facts["programme"], *facts["keywords"], *(section["text"] for section in facts["sections"])]
    parts += [title["text"] for title in facts.get("titles", ())]
    return "\n".join(part for part in parts if part).casefold()


def _call(row: Row, links: Sequence[Row], without: Mapping[str, Any] | None = None) -> Call:
    """A stored call; `without` replaces facts that are not asked for."""
    return Call(
        **facts_by_name(facts_of(row.facts | (without or {}))),
        id=row.id,
        version=row.version,
        first_seen_at=row.first_seen_at,
        changed_at=row.changed_at,
        sources=tuple(
            SourceLink(
                source=link.source,
                reference=link.reference,
                url=link.url,
                last_seen_at=link.last_seen_at,
                is_seen=link.is_seen,
            )
            for link in links
        ),
    )

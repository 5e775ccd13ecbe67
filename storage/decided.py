"""What was decided of calls, also of matches that have left the queue: for what people did the last time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from matcher.model import SYSTEM, Decision
from storage.match_rows import decision_read
from storage.tables import decision, match


@dataclass(frozen=True, kw_only=True)
class Decided:
    """The last word on a call for a unit."""

    call_id: int
    unit: str
    decision: Decision


def latest(conn: Connection, tenant: str, calls: Iterable[int]) -> list[Decided]:
    """The newest decision about each of the calls and units, the newest first."""
    newest = select(func.max(decision.c.id)).where(decision.c.match_id == match.c.id)
    rows = conn.execute(
        select(match.c.call_id, match.c.unit, decision)
        .join(decision, decision.c.id == newest.correlate(match).scalar_subquery())
        .where(match.c.tenant == tenant, match.c.call_id.in_(sorted(set(calls))))
        .order_by(decision.c.id.desc())
    )
    found: dict[tuple[int, str], Decided] = {}
    for row in rows:
        one = Decided(call_id=row.call_id, unit=row.unit, decision=decision_read(row, row.at))
        found.setdefault((row.call_id, row.unit), one)
    return list(found.values())


def last_at(conn: Connection, tenant: str) -> datetime | None:
    """When somebody last decided anything in the queue, None when nobody has; what a rule let go does not count."""
    by_people = decision.c.tenant == tenant, decision.c.by != SYSTEM
    return conn.execute(select(func.max(decision.c.at)).where(*by_people)).scalar()

"""What people say a call is worth to a need, beside what the matcher said: the judged set that grows in use."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage.rows import read_as
from storage.tables import judgement


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One judged pair.

    Attributes:
        need_text: the need as it read then.
        grade: 0 not relevant to 3 exactly what was looked for.
        matcher_said: "no", "below", or the band it gave.
    """

    unit: str
    need: str
    need_text: str
    call_id: int
    call_version: int
    grade: int
    matcher_said: str
    by: str
    at: datetime


def add(conn: Connection, tenant: str, judged: Judgement) -> None:
    """Keep a judgement; earlier ones of the same pair stay."""
    conn.execute(insert(judgement).values(tenant=tenant, **vars(judged)))


def every(conn: Connection, tenant: str) -> list[Judgement]:
    """All judgements, the first one first."""
    rows = conn.execute(select(judgement).where(judgement.c.tenant == tenant).order_by(judgement.c.id))
    return [read_as(Judgement, row) for row in rows]

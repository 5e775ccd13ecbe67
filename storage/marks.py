"""Marks of a call that somebody has corrected: the matcher's word gives way, also when it matches again.

The matches themselves carry the corrected mark, so that the queue, the letters and their cap need not ask here.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage.tables import mark, match

CHILDREN = "children"

Corrected = Mapping[tuple[int, str | None], bool]


def correct_children(
    conn: Connection, tenant: str, call_id: int, holds: bool, by: str, now: datetime, unit: str | None = None
) -> None:
    """Say whether a call concerns children and young people, for one unit or, without, for all of them."""
    conn.execute(
        insert(mark).values(
            tenant=tenant, call_id=call_id, unit=unit, kind=CHILDREN, holds=holds, by=by, at=now
        )
    )
    newest = select(func.coalesce(func.max(match.c.revision), 0)).where(match.c.tenant == tenant)
    about = [match.c.tenant == tenant, match.c.call_id == call_id]
    about += [match.c.unit == unit] if unit is not None else []
    conn.execute(
        update(match)
        .where(*about)
        .values(children_and_youth=holds, updated_at=now, revision=conn.execute(newest).scalar_one() + 1)
    )


def corrected_children(conn: Connection, tenant: str) -> Corrected:
    """(call, unit) to what was said; unit None stands for all units of the call.

    A word about the whole call takes back what was said about its units before.
    """
    found: dict[tuple[int, str | None], bool] = {}
    rows = conn.execute(
        select(mark.c.call_id, mark.c.unit, mark.c.holds)
        .where(mark.c.tenant == tenant, mark.c.kind == CHILDREN)
        .order_by(mark.c.id)
    )
    for row in rows:
        if row.unit is None:
            for key in [key for key in found if key[0] == row.call_id]:
                del found[key]
        found[row.call_id, row.unit] = row.holds
    return found


def of(corrected: Corrected, call_id: int, unit: str, otherwise: bool) -> bool:
    """The mark of a unit's match with a call: the unit's own word, else the call's, else what was worked out."""
    return corrected.get((call_id, unit), corrected.get((call_id, None), otherwise))

"""Which needs look at new calls only, since a publication said so ("bara nya", `ux.md` 3.2)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from storage.tables import reach

Since = Mapping[tuple[str, str], datetime]
"""Unit and need to the moment from which calls are looked at; needs that look at all are left out."""


def since(conn: Connection, tenant: str) -> dict[tuple[str, str], datetime]:
    """The needs that look at new calls only."""
    newest = select(func.max(reach.c.id)).where(reach.c.tenant == tenant).group_by(reach.c.unit, reach.c.need)
    rows = conn.execute(select(reach).where(reach.c.id.in_(newest), reach.c.since.is_not(None)))
    return {(row.unit, row.need): row.since for row in rows}


def note(
    conn: Connection,
    tenant: str,
    needs: Iterable[tuple[str, str]],
    since: datetime | None,
    by: str,
    now: datetime,
) -> None:
    """From now on these needs look at calls first seen after a moment; None is at all that are open."""
    rows = [
        {"tenant": tenant, "unit": unit, "need": need, "since": since, "by": by, "at": now}
        for unit, need in needs
    ]
    if rows:
        conn.execute(insert(reach), rows)

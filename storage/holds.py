"""Letters of a week that a coordinator holds before they are made: one person's, or everybody's (`ux.md` 1.6)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.database import inserted
from storage.rows import read_as
from storage.tables import letter_hold

EVERYBODY = ""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One week's letter to one person, or everybody's, that waits when it is made.

    Attributes:
        person: empty for everybody.
        by: key of who holds it.
    """

    week: str
    person: str
    by: str
    at: datetime


def hold(conn: Connection, tenant: str, week: str, person: str, by: str, now: datetime) -> bool:
    """Hold; False when it was held already."""
    row = {"tenant": tenant, "week": week, "person": person, "by": by, "at": now, "is_open": True}
    return inserted(conn, letter_hold, row) is not None


def release(conn: Connection, tenant: str, week: str, person: str, now: datetime) -> bool:
    """Let go of one hold; False when there was none."""
    wanted = (*_open(tenant, week), letter_hold.c.person == person)
    gone = conn.execute(update(letter_hold).where(*wanted).values(is_open=None, released_at=now))
    return gone.rowcount == 1


def release_week(conn: Connection, tenant: str, week: str, now: datetime) -> int:
    """Let go of all holds of a week; how many there were."""
    gone = conn.execute(update(letter_hold).where(*_open(tenant, week)).values(is_open=None, released_at=now))
    return gone.rowcount


def of_week(conn: Connection, tenant: str, week: str) -> dict[str, Hold]:
    """Person to the hold of that week's letter; everybody's stands under `EVERYBODY`."""
    rows = conn.execute(select(letter_hold).where(*_open(tenant, week)))
    return {row.person: read_as(Hold, row) for row in rows}


def is_held(conn: Connection, tenant: str, week: str, person: str) -> bool:
    """Whether that person's letter of the week waits when it is made."""
    wanted = (*_open(tenant, week), letter_hold.c.person.in_([person, EVERYBODY]))
    return conn.execute(select(letter_hold.c.id).where(*wanted).limit(1)).first() is not None


def _open(tenant: str, week: str) -> tuple:
    return (letter_hold.c.tenant == tenant, letter_hold.c.week == week, letter_hold.c.is_open)

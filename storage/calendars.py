"""Private calendar addresses, and what stands in them: calls with every reading of their deadlines."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from calls.stages import Reading
from storage.database import in_batches
from storage.documents import facts_of
from storage.rows import read_as
from storage.tables import calendar_feed, call_version


class FeedOf(StrEnum):
    """Whose calendar it is."""

    PERSON = "person"
    UNIT = "unit"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One private address.

    Attributes:
        owner: key of the person or unit.
        made_by: key of who made it.
    """

    id: int
    of: FeedOf
    owner: str
    made_by: str
    made_at: datetime


def renew(
    conn: Connection, tenant: str, of: FeedOf, owner: str, token_hash: str, by: str, now: datetime
) -> bool:
    """Give an owner a new address; whether it had one before, which stops working."""
    had_one = revoke(conn, tenant, of, owner, now)
    made = {"of": of.value, "owner": owner, "token_hash": token_hash, "made_by": by, "made_at": now}
    conn.execute(insert(calendar_feed).values(tenant=tenant, is_open=True, **made))
    return had_one


def revoke(conn: Connection, tenant: str, of: FeedOf, owner: str, now: datetime) -> bool:
    """Make an owner's address stop working; whether there was one."""
    gone = conn.execute(
        update(calendar_feed)
        .where(*_open(tenant), calendar_feed.c.of == of.value, calendar_feed.c.owner == owner)
        .values(is_open=None, revoked_at=now)
    )
    return gone.rowcount == 1


def by_token(conn: Connection, tenant: str, token_hash: str) -> Feed | None:
    """The feed behind an address, None when there is none or it was revoked."""
    wanted = select(calendar_feed).where(*_open(tenant), calendar_feed.c.token_hash == token_hash)
    row = conn.execute(wanted).first()
    return _feed(row) if row else None


def feeds(conn: Connection, tenant: str) -> list[Feed]:
    """Every address that works, the oldest first."""
    wanted = select(calendar_feed).where(*_open(tenant)).order_by(calendar_feed.c.id)
    return [_feed(row) for row in conn.execute(wanted)]


def readings(conn: Connection, tenant: str, call_ids: Iterable[int]) -> dict[int, list[Reading]]:
    """Call id to everything that was read of it, the oldest first."""
    found = defaultdict(list)
    for some in in_batches(call_ids):
        these = call_version.c.call_id.in_(some)
        shown = (call_version.c.call_id, call_version.c.at, call_version.c.facts)
        wanted = select(*shown).where(call_version.c.tenant == tenant, these).order_by(call_version.c.version)
        for row in conn.execute(wanted):
            facts = facts_of(row.facts | {"sections": [], "keywords": [], "notes": []})
            found[row.call_id].append(Reading(at=row.at, facts=facts))
    return found


def _open(tenant: str) -> tuple:
    return (calendar_feed.c.tenant == tenant, calendar_feed.c.is_open)


def _feed(row: Row) -> Feed:
    return read_as(Feed, row, of=FeedOf(row.of))

"""Who has said no to letters. The choice is immediate and unconditional (`ux.md` 1.4)."""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from storage.database import inserted
from storage.tables import subscription


def stop(conn: Connection, tenant: str, person: str, now: datetime) -> None:
    """No more letters to this person; asking twice changes nothing."""
    first = {"stopped_at": now, "changed_at": now}
    if inserted(conn, subscription, {"tenant": tenant, "person": person} | first) is None:
        conn.execute(
            update(subscription)
            .where(*_this(tenant, person), subscription.c.stopped_at.is_(None))
            .values(paused_until=None, **first)
        )


def pause(conn: Connection, tenant: str, person: str, until: datetime, now: datetime) -> None:
    """No letters to this person before that moment, and letters again after it."""
    _set(conn, tenant, person, {"stopped_at": None, "paused_until": until, "changed_at": now})


def resume(conn: Connection, tenant: str, person: str, now: datetime) -> None:
    """Letters to this person again."""
    _set(conn, tenant, person, {"stopped_at": None, "paused_until": None, "changed_at": now})


def stopped(conn: Connection, tenant: str, now: datetime | None = None) -> set[str]:
    """Keys of those who get no letters.

    Args:
        now: count those too whose pause lasts at that moment; None leaves pauses out.
    """
    silent = subscription.c.stopped_at.is_not(None)
    if now is not None:
        silent = or_(silent, subscription.c.paused_until > now)
    wanted = select(subscription.c.person).where(subscription.c.tenant == tenant, silent)
    return set(conn.execute(wanted).scalars())


def _set(conn: Connection, tenant: str, person: str, values: dict) -> None:
    if inserted(conn, subscription, {"tenant": tenant, "person": person} | values) is None:
        conn.execute(update(subscription).where(*_this(tenant, person)).values(**values))


def _this(tenant: str, person: str) -> tuple:
    return (subscription.c.tenant == tenant, subscription.c.person == person)

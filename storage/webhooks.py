"""The webhooks' outbox: an event goes to each target once, its body fixed when it is planned.

planned ──claim──> sending ──record──> sent | retry | failed | in_doubt

After a crash a receiver that knows an event again may get it twice; for another one it is in doubt.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, or_, select, update

from notifier.webhook import WebhookState
from storage.database import inserted
from storage.rows import read_as
from storage.tables import webhook

WAITING = (WebhookState.PLANNED, WebhookState.RETRY)


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """An event for one target.

    Attributes:
        target: "teams" or "generic".
        event: its identity, such as "week/2026-W35".
        error: the last answer; None before the first try.
    """

    id: int
    target: str
    event: str
    body: bytes
    state: WebhookState
    attempts: int
    error: str | None
    not_before: datetime | None
    changed_at: datetime


def add(conn: Connection, tenant: str, target: str, event: str, body: bytes, now: datetime) -> bool:
    """Plan an event for a target; False when it has been planned before."""
    row = {"target": target, "event": event, "body": body, "state": WebhookState.PLANNED.value}
    times = {"attempts": 0, "created_at": now, "changed_at": now}
    return inserted(conn, webhook, {"tenant": tenant} | row | times) is not None


def claim_next(
    conn: Connection, tenant: str, targets: Collection[str], owner: str, now: datetime
) -> StoredEvent | None:
    """The next event for one of these targets, now marked as being sent; None when nothing waits."""
    is_due = or_(webhook.c.not_before.is_(None), webhook.c.not_before <= now)
    wanted = (
        select(webhook.c.id)
        .where(webhook.c.tenant == tenant, webhook.c.target.in_(list(targets)), is_due)
        .where(webhook.c.state.in_([state.value for state in WAITING]))
        .order_by(webhook.c.attempts, webhook.c.id)
        .limit(1)
    )
    number = conn.execute(wanted.with_for_update(skip_locked=True)).scalar()
    if number is None:
        return None
    values = {"state": WebhookState.SENDING.value, "claimed_by": owner, "attempts": webhook.c.attempts + 1}
    values |= {"changed_at": now, "data_started_at": None}
    conn.execute(update(webhook).where(webhook.c.id == number).values(**values))
    return get(conn, tenant, number)


def mark_data_started(conn: Connection, tenant: str, number: int, now: datetime) -> None:
    """Note that the event is about to leave us: from here on a break leaves it in doubt."""
    ours = update(webhook).where(webhook.c.tenant == tenant, webhook.c.id == number)
    conn.execute(ours.values(data_started_at=now))


def record(
    conn: Connection,
    tenant: str,
    number: int,
    state: WebhookState,
    now: datetime,
    *,
    error: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """Note what came of a try."""
    values = {"state": state.value, "error": error, "not_before": not_before, "changed_at": now}
    conn.execute(update(webhook).where(webhook.c.tenant == tenant, webhook.c.id == number).values(**values))


def recover(
    conn: Connection, tenant: str, owner: str, once: Collection[str], now: datetime, stale_since: datetime
) -> int:
    """Settle what a dead run left being sent; how many are in doubt.

    Those that had not left us are sent again, and so are others with the same identity, where the receiver knows it.

    Args:
        owner: this machine. Those of a machine that is no more are settled when nothing has happened to them since
            `stale_since`.
        once: targets that cannot tell an event that comes twice.
    """
    sending = (
        webhook.c.tenant == tenant,
        webhook.c.state == WebhookState.SENDING.value,
        or_(webhook.c.claimed_by == owner, webhook.c.changed_at <= stale_since),
    )
    doubtful = webhook.c.data_started_at.is_not(None), webhook.c.target.in_(list(once))
    in_doubt = conn.execute(
        update(webhook).where(*sending, *doubtful).values(state=WebhookState.IN_DOUBT.value, changed_at=now)
    )
    conn.execute(
        update(webhook).where(*sending).values(state=WebhookState.RETRY.value, not_before=now, changed_at=now)
    )
    return in_doubt.rowcount


def get(conn: Connection, tenant: str, number: int) -> StoredEvent | None:
    """One event, None when there is none with that number."""
    row = conn.execute(select(webhook).where(webhook.c.tenant == tenant, webhook.c.id == number)).first()
    return _event(row) if row else None


def unsettled(conn: Connection, tenant: str, since: datetime) -> list[StoredEvent]:
    """Events in doubt, and those given up since that moment, the oldest first."""
    given_up = and_(webhook.c.state == WebhookState.FAILED.value, webhook.c.changed_at >= since)
    wanted = select(webhook).where(
        webhook.c.tenant == tenant, or_(webhook.c.state == WebhookState.IN_DOUBT.value, given_up)
    )
    return [_event(row) for row in conn.execute(wanted.order_by(webhook.c.id))]


def events(conn: Connection, tenant: str) -> list[StoredEvent]:
    """Every event, the newest first."""
    wanted = select(webhook).where(webhook.c.tenant == tenant).order_by(webhook.c.id.desc())
    return [_event(row) for row in conn.execute(wanted)]


def _event(row: Row) -> StoredEvent:
    return read_as(StoredEvent, row, state=WebhookState(row.state))

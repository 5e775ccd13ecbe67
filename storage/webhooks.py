"""The webhooks' outbox: an event goes to each target once, its body fixed when it is planned.

planned ──claim──> sending ──record──> sent | retry | failed          A receiver may get an event twice after a crash.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, or_, select, update

from notifier.webhook import WebhookState
from storage.database import inserted
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
    conn.execute(update(webhook).where(webhook.c.id == number).values(changed_at=now, **values))
    return _event(conn.execute(select(webhook).where(webhook.c.id == number)).one())


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


def recover(conn: Connection, tenant: str, owner: str, now: datetime) -> int:
    """What a dead run of this owner left being sent is sent again, with the same identity; how many."""
    again = conn.execute(
        update(webhook)
        .where(
            webhook.c.tenant == tenant,
            webhook.c.claimed_by == owner,
            webhook.c.state == WebhookState.SENDING.value,
        )
        .values(state=WebhookState.RETRY.value, not_before=now, changed_at=now)
    )
    return again.rowcount


def events(conn: Connection, tenant: str) -> list[StoredEvent]:
    """Every event, the newest first."""
    wanted = select(webhook).where(webhook.c.tenant == tenant).order_by(webhook.c.id.desc())
    return [_event(row) for row in conn.execute(wanted)]


def _event(row: Row) -> StoredEvent:
    return StoredEvent(
        id=row.id,
        target=row.target,
        event=row.event,
        body=row.body,
        state=WebhookState(row.state),
        attempts=row.attempts,
        error=row.error,
        not_before=row.not_before,
        changed_at=row.changed_at,
    )

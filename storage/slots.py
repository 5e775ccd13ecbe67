"""The clock's ledger: one row a job and slot decides who runs it (reliability A1, E8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from storage.database import inserted
from storage.rows import read_as
from storage.tables import slot

RUNNING = "running"
DONE = "done"
FAILED = "failed"
SKIPPED = "skipped"
HELD = "held"
ENDED = (DONE, FAILED, SKIPPED, HELD)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A job at its planned time.

    Attributes:
        at: when it was due.
        state: running, done, failed, skipped, or held for the coordinator.
        owner: the process that runs or ran it.
        lease_until: when another process may take a running slot over.
        attempts: how many processes have taken it on.
    """

    job: str
    at: datetime
    state: str
    owner: str
    lease_until: datetime
    claimed_at: datetime
    finished_at: datetime | None
    attempts: int
    note: str | None


def claim(
    conn: Connection, tenant: str, job: str, at: datetime, owner: str, now: datetime, lease: timedelta
) -> bool:
    """True when this process is the one to run the job for that slot.

    The first to ask gets it. Another gets it only when the first neither finished nor extended its lease in
    time; a slot that has ended is never given out again.
    """
    held = {"state": RUNNING, "owner": owner, "claimed_at": now, "lease_until": now + lease}
    first = {"tenant": tenant, "job": job, "at": at, "attempts": 1}
    if inserted(conn, slot, first | held) is not None:
        return True
    taken_over = conn.execute(
        update(slot)
        .where(*_this(tenant, job, at), slot.c.state == RUNNING, slot.c.lease_until <= now)
        .values(attempts=slot.c.attempts + 1, **held)
    )
    return taken_over.rowcount == 1


def extend(conn: Connection, tenant: str, job: str, at: datetime, now: datetime, lease: timedelta) -> None:
    """Ask for more time while the job runs."""
    conn.execute(
        update(slot).where(*_this(tenant, job, at), slot.c.state == RUNNING).values(lease_until=now + lease)
    )


def finish(
    conn: Connection,
    tenant: str,
    job: str,
    at: datetime,
    now: datetime,
    *,
    state: str = DONE,
    note: str | None = None,
) -> None:
    """Note how the job ended; `state` is one of `ENDED`."""
    if state not in ENDED:
        raise ValueError(f"slot state {state!r}: expected one of {', '.join(ENDED)}")
    values = {"state": state, "finished_at": now, "note": note}
    conn.execute(update(slot).where(*_this(tenant, job, at)).values(**values))


def last(conn: Connection, tenant: str, job: str) -> Slot | None:
    """The newest slot of a job, running or ended; None when it never ran."""
    row = conn.execute(
        select(slot).where(slot.c.tenant == tenant, slot.c.job == job).order_by(slot.c.at.desc()).limit(1)
    ).first()
    return None if row is None else read_as(Slot, row)


def _this(tenant: str, job: str, at: datetime) -> tuple:
    return slot.c.tenant == tenant, slot.c.job == job, slot.c.at == at

"""The clock's ledger over the database: leases as rows, never locks (`reliability.md` E8)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from pipeline.wiring import Installation, owner
from scheduler import Entry
from storage import slots
from storage.database import database_time_ahead, reading, writing

LEASE = timedelta(seconds=45)
log = structlog.get_logger()


class StoredLedger:
    """A `scheduler.Ledger`, kept in the database under this process's name.

    Leases are kept in the time of the database's machine, so that two machines whose clocks differ agree on when one
    ends (D-14); what goes in and out is the time of this one.
    """

    def __init__(self, installation: Installation) -> None:
        self._engine = installation.engine
        self._tenant = installation.tenant
        self._owner = owner()
        self._others: set[str] = set()

    def newest(self, job: str) -> Entry | None:
        """The job's newest slot."""
        with reading(self._engine) as conn:
            slot = slots.last(conn, self._tenant, job)
            ahead = _ahead(conn)
        if slot is None:
            return None
        is_running = slot.state == slots.RUNNING
        if is_running and slot.owner not in {self._owner, *self._others}:
            self._others.add(slot.owner)
            log.info("another process runs the jobs, this one waits", job=job, owner=slot.owner)
        return Entry(at=slot.at, is_finished=not is_running, lease_until=slot.lease_until - ahead)

    def claim(self, job: str, slot: datetime, now: datetime) -> bool:
        """Whether this process runs the slot."""
        with writing(self._engine) as conn:
            return slots.claim(conn, self._tenant, job, slot, self._owner, now + _ahead(conn), LEASE)

    def extend(self, job: str, slot: datetime, now: datetime) -> None:
        """Keep the lease of a running slot."""
        with writing(self._engine) as conn:
            slots.extend(conn, self._tenant, job, slot, now + _ahead(conn), LEASE)

    def note(self, job: str, slot: datetime, state: str, now: datetime, note: str | None = None) -> None:
        """Record how a slot ended; one that did not run gets a row for it, unless it has one already."""
        with writing(self._engine) as conn:
            ran = state in (slots.DONE, slots.FAILED)
            if ran or slots.claim(conn, self._tenant, job, slot, self._owner, now + _ahead(conn), LEASE):
                slots.finish(conn, self._tenant, job, slot, now, state=state, note=note)


def _ahead(conn: Any) -> timedelta:
    return database_time_ahead(conn, datetime.now(UTC))

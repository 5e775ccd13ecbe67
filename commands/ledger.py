"""The clock's ledger over the database: leases as rows, never locks (`reliability.md` E8)."""

from datetime import datetime, timedelta

from pipeline.wiring import Installation, owner
from scheduler import Entry
from storage import slots
from storage.database import reading, writing

LEASE = timedelta(minutes=2)


class StoredLedger:
    """A `scheduler.Ledger`, kept in the database under this process's name."""

    def __init__(self, installation: Installation) -> None:
        self._engine = installation.engine
        self._tenant = installation.tenant
        self._owner = owner()

    def newest(self, job: str) -> Entry | None:
        """The job's newest slot."""
        with reading(self._engine) as conn:
            slot = slots.last(conn, self._tenant, job)
        if slot is None:
            return None
        return Entry(at=slot.at, is_finished=slot.state != "running", lease_until=slot.lease_until)

    def claim(self, job: str, slot: datetime, now: datetime) -> bool:
        """Whether this process runs the slot."""
        with writing(self._engine) as conn:
            return slots.claim(conn, self._tenant, job, slot, self._owner, now, LEASE)

    def extend(self, job: str, slot: datetime, now: datetime) -> None:
        """Keep the lease of a running slot."""
        with writing(self._engine) as conn:
            slots.extend(conn, self._tenant, job, slot, now, LEASE)

    def note(self, job: str, slot: datetime, state: str, now: datetime, note: str | None = None) -> None:
        """Record how a slot ended; one that was never claimed is claimed first, so that it has a row."""
        with writing(self._engine) as conn:
            slots.claim(conn, self._tenant, job, slot, self._owner, now, LEASE)
            slots.finish(conn, self._tenant, job, slot, now, state=state, note=note)

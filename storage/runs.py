"""Tries to collect a source, each with its outcome."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median_low
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from storage.harvests import Saved
from storage.rows import read_as
from storage.tables import harvest
from texts import N_

USUAL_OF = 5
LONGEST = timedelta(hours=2)  # a collection that takes longer is ended by the clock (`scheduler.Job.limit`)


class HarvestOutcome(StrEnum):
    """What came of a try to collect a source."""

    RUNNING = "running"
    SOUND = "sound"
    REFUSED = "refused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


OUTCOME_LABELS = {
    HarvestOutcome.RUNNING: N_("Hämtas just nu"),
    HarvestOutcome.SOUND: N_("Fungerar"),
    HarvestOutcome.REFUSED: N_("Skörden underkändes"),
    HarvestOutcome.FAILED: N_("Gick inte att läsa"),
    HarvestOutcome.INTERRUPTED: N_("Avbröts innan den var klar"),
}


@dataclass(frozen=True, kw_only=True)
class Harvest:
    """One try to collect a source.

    Attributes:
        outcome: of one that was refused, the raw pages are kept in `kept_path`. One that was interrupted ended with
            its process; that is never stored, but seen from its age.
        reason: why it was refused or failed, None otherwise.
        calls: how many were read; None when the source could not be read to the end.
        new, changed, unchanged, unseen: None unless the harvest was sound.
        skipped: the odd calls that were left out, each with `reference` and `reason`.
    """

    id: int
    source: str
    started_at: datetime
    ended_at: datetime | None
    outcome: HarvestOutcome
    reason: str | None
    calls: int | None
    new: int | None
    changed: int | None
    unchanged: int | None
    unseen: int | None
    skipped: tuple[dict[str, Any], ...]
    kept_path: str | None

    @property
    def went_wrong(self) -> bool:
        """It has ended, and not well."""
        return self.outcome in (HarvestOutcome.REFUSED, HarvestOutcome.FAILED, HarvestOutcome.INTERRUPTED)


def start_harvest(conn: Connection, tenant: str, source: str, now: datetime) -> int:
    """Note that a source is being collected; the number of the try."""
    values = {"tenant": tenant, "source": source, "started_at": now, "outcome": HarvestOutcome.RUNNING.value}
    return conn.execute(insert(harvest).values(**values).returning(harvest.c.id)).scalar_one()


def end_harvest(
    conn: Connection,
    tenant: str,
    harvest_id: int,
    *,
    outcome: HarvestOutcome,
    now: datetime,
    reason: str | None = None,
    calls: int | None = None,
    saved: Saved | None = None,
    skipped: Sequence[Any] = (),
    kept_path: str | None = None,
) -> None:
    """Note how a try ended. `skipped` holds values with `reference` and `reason`, such as `Skipped`."""
    counts = ("new", "changed", "unchanged", "unseen")
    conn.execute(
        update(harvest)
        .where(harvest.c.tenant == tenant, harvest.c.id == harvest_id)
        .values(
            ended_at=now,
            outcome=HarvestOutcome(outcome).value,
            reason=reason,
            calls=calls,
            skipped=[asdict(odd) if is_dataclass(odd) else dict(odd) for odd in skipped],
            kept_path=None if kept_path is None else str(kept_path),
            **{name: getattr(saved, name) for name in counts if saved is not None},
        )
    )


def last_sound(conn: Connection, tenant: str, source: str) -> Harvest | None:
    """The newest sound try of a source, None when there is none yet."""
    row = conn.execute(
        select(harvest)
        .where(
            harvest.c.tenant == tenant,
            harvest.c.source == source,
            harvest.c.outcome == HarvestOutcome.SOUND.value,
        )
        .order_by(harvest.c.started_at.desc(), harvest.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _harvest(row)


def usual_calls(conn: Connection, tenant: str, source: str) -> int | None:
    """How many calls a source usually has, None when it has had no sound harvest yet.

    That of the last sound one, or the middle of the last five where that is fewer: one harvest far too large does not
    make the ordinary ones after it look too small, and one far smaller that somebody has accepted is the new rule.
    """
    newest = (
        select(harvest.c.calls)
        .where(
            harvest.c.tenant == tenant,
            harvest.c.source == source,
            harvest.c.outcome == HarvestOutcome.SOUND.value,
        )
        .order_by(harvest.c.started_at.desc(), harvest.c.id.desc())
        .limit(USUAL_OF)
    )
    found = [count for count in conn.scalars(newest) if count is not None]
    return min(found[0], median_low(found)) if found else None


def first_try(conn: Connection, tenant: str, source: str) -> datetime | None:
    """When a source was first tried, None when it never was."""
    wanted = select(func.min(harvest.c.started_at)).where(
        harvest.c.tenant == tenant, harvest.c.source == source
    )
    return conn.execute(wanted).scalar_one()


def latest(conn: Connection, tenant: str, now: datetime) -> list[Harvest]:
    """The newest try of each source, ordered by source. One that has gone on for too long was interrupted."""
    newest = select(func.max(harvest.c.id)).where(harvest.c.tenant == tenant).group_by(harvest.c.source)
    rows = conn.execute(select(harvest).where(harvest.c.id.in_(newest)).order_by(harvest.c.source))
    return sorted((_seen_at(_harvest(row), now) for row in rows), key=lambda tried: tried.source)


def _seen_at(tried: Harvest, now: datetime) -> Harvest:
    is_dead = tried.outcome is HarvestOutcome.RUNNING and now - tried.started_at > LONGEST
    return replace(tried, outcome=HarvestOutcome.INTERRUPTED) if is_dead else tried


def _harvest(row: Row) -> Harvest:
    return read_as(Harvest, row, outcome=HarvestOutcome(row.outcome), skipped=tuple(row.skipped or ()))

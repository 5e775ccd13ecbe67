"""Which needs have been met by calls, and which have waited for 90 days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from profiles.model import Need, Unit
from storage.tallies import NeedHits

SILENT_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class Covered:
    """A need with what has met it.

    Attributes:
        days: whole days since its latest strong or likely match, None when it never had one.
        fill: how much of the bar is drawn, 0 for a match today to 100 for 90 days or more.
    """

    need: Need
    days: int | None
    recent: int
    open: int
    fill: int

    @property
    def is_silent(self) -> bool:
        """Nothing for 90 days, and nothing open now."""
        return self.open == 0 and (self.days is None or self.days >= SILENT_DAYS)


@dataclass(frozen=True, kw_only=True)
class UnitCoverage:
    """A unit with its needs."""

    unit: Unit
    needs: tuple[Covered, ...]

    @property
    def silent(self) -> int:
        """How many of them have waited for 90 days."""
        return sum(need.is_silent for need in self.needs)


def since(now: datetime) -> datetime:
    """From when hits count as recent."""
    return now - timedelta(days=SILENT_DAYS)


def coverage(
    units: Iterable[Unit], hits: Mapping[tuple[str, str], NeedHits], now: datetime
) -> tuple[UnitCoverage, ...]:
    """Every need of these units, those that have waited longest first within their unit."""
    return tuple(
        UnitCoverage(
            unit=unit,
            needs=tuple(
                sorted(
                    (_covered(need, hits.get((unit.key, need.key)), now) for need in unit.needs),
                    key=lambda covered: -covered.fill,
                )
            ),
        )
        for unit in units
        if unit.needs
    )


def _covered(need: Need, hit: NeedHits | None, now: datetime) -> Covered:
    if hit is None or hit.latest_at is None:
        return Covered(need=need, days=None, recent=0, open=0, fill=100)
    days = max(0, (now - hit.latest_at) // timedelta(days=1))
    fill = 0 if hit.open else min(100, round(100 * days / SILENT_DAYS))
    return Covered(need=need, days=days, recent=hit.recent, open=hit.open, fill=fill)

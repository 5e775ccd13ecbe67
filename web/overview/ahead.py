"""Deadlines ahead: which unit has how many to think of, week by week."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from calls.model import Call
from notifier.weeks import STOCKHOLM
from storage.matches import PROMISED
from web.overview.weeks import monday_of
from web.queue import Row

WEEKS = 16
LANE, COLUMN, MARGIN = 52.0, 36.0, 26.0
SMALLEST, LARGEST = 9.0, 14.0
BELOW_NAME = 0.68  # of a lane: the unit's name stands above its marks


@dataclass(frozen=True, kw_only=True)
class Due:
    """A call that closes within the weeks shown, with the units that it concerns.

    Attributes:
        promised: of those, the ones for which it is accepted or already sent.
    """

    call: Call
    day: date
    units: tuple[str, ...]
    promised: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How many calls close for a unit in a week; `is_promised` when one of them is accepted or sent."""

    x: float
    y: float
    radius: float
    number: int
    is_promised: bool
    week: date


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One unit's line."""

    unit: str
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The picture: its size, the weeks along it (Monday, x), and a lane a unit."""

    width: float
    height: float
    weeks: tuple[tuple[date, float], ...]
    lanes: tuple[Lane, ...]


def due(rows: Iterable[Row], weeks: Sequence[date], now: datetime) -> list[Due]:
    """Which calls close within these weeks and wait or are promised, the earliest first; none to answer only."""
    found = []
    for row in rows:
        deadline = row.call.next_deadline(now)
        if row.call.is_consultation or deadline is None:
            continue
        if monday_of(deadline.at.astimezone(STOCKHOLM).date()) not in weeks:
            continue
        promised = [unit.unit for unit in row.units if any(m.state in PROMISED for m in unit.matches)]
        waiting = [unit.unit for unit in row.above if unit.unit not in promised]
        if promised or waiting:
            day = deadline.at.astimezone(STOCKHOLM).date()
            found.append(Due(call=row.call, day=day, units=(*promised, *waiting), promised=tuple(promised)))
    return sorted(found, key=lambda item: (item.day, item.call.id))


def timeline(items: Sequence[Due], units: Sequence[str], weeks: Sequence[date]) -> Timeline:
    """The picture of what is due, units in the order given; units without any are left out."""
    cells: dict[tuple[str, date], list[bool]] = defaultdict(list)
    for item in items:
        for unit in item.units:
            cells[unit, monday_of(item.day)].append(unit in item.promised)
    most = max((len(cell) for cell in cells.values()), default=1)
    shown = [unit for unit in units if any((unit, week) in cells for week in weeks)]
    lanes = tuple(
        _lane(unit, MARGIN + LANE * (place + BELOW_NAME), cells, weeks, most)
        for place, unit in enumerate(shown)
    )
    return Timeline(
        width=COLUMN * len(weeks),
        height=MARGIN + LANE * len(lanes),
        weeks=tuple((week, COLUMN * (place + 0.5)) for place, week in enumerate(weeks)),
        lanes=lanes,
    )


def _lane(
    unit: str, y: float, cells: dict[tuple[str, date], list[bool]], weeks: Sequence[date], most: int
) -> Lane:
    marks = [
        Mark(
            x=COLUMN * (place + 0.5),
            y=y,
            radius=round(SMALLEST + (LARGEST - SMALLEST) * (len(cell) / most) ** 0.5, 1),
            number=len(cell),
            is_promised=any(cell),
            week=week,
        )
        for place, week in enumerate(weeks)
        if (cell := cells.get((unit, week)))
    ]
    return Lane(unit=unit, y=y, marks=tuple(marks))

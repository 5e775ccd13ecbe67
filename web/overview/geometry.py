"""Where things stand in the pictures: whole numbers of the drawing's own units, no markup.

A picture is 100 units a column wide or so; the page scales it. The scale of bars is cut where one week towers
over all others, and says so, so that the first reading of a source does not flatten the year.
"""

from collections.abc import Sequence
from dataclasses import dataclass

TOWERING = 3.0
ROOM_ABOVE = 1.15


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One part of a bar: which kind, how many, and where it stands."""

    kind: str
    number: int
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One week's bar.

    Attributes:
        is_cut: it is taller than the picture; its number tells the truth.
    """

    label: str
    x: float
    width: float
    total: int
    top: float
    pieces: tuple[Piece, ...]
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Bars:
    """A chart of bars: its size, the value at its top, and the lines to read it by (value, y)."""

    width: float
    height: float
    most: int
    lines: tuple[tuple[int, float], ...]
    bars: tuple[Bar, ...]


def stacked(labels: Sequence[str], kinds: Sequence[str], counts: Sequence[Sequence[int]]) -> Bars:
    """Stacked bars.

    Args:
        labels: one a bar.
        kinds: what is stacked, the lowest first.
        counts: for each bar, how many of each kind.
    """
    step, top, height = 26.0, 16.0, 150.0
    totals = [sum(column) for column in counts]
    most = scale_of(totals)
    room = height - top
    bars = []
    for place, (label, column, total) in enumerate(zip(labels, counts, totals, strict=True)):
        shrink = min(1.0, most / total) if total else 1.0
        pieces, floor = [], height
        for kind, number in zip(kinds, column, strict=True):
            tall = room * number * shrink / most
            floor -= tall
            if number:
                pieces.append(Piece(kind=kind, number=number, y=round(floor, 1), height=round(tall, 1)))
        bars.append(
            Bar(
                label=label,
                x=place * step + 4,
                width=step - 8,
                total=total,
                top=round(floor, 1),
                pieces=tuple(pieces),
                is_cut=total > most,
            )
        )
    lines = tuple((value, round(height - room * value / most, 1)) for value in ticks(most))
    return Bars(width=step * len(labels), height=height, most=most, lines=lines, bars=tuple(bars))


def scale_of(totals: Sequence[int]) -> int:
    """The value at the top of the chart: the highest bar, or a little over the next when that one towers."""
    ordered = sorted((total for total in totals if total), reverse=True)
    if not ordered:
        return 1
    if len(ordered) > 1 and ordered[0] > TOWERING * ordered[1]:
        return max(1, round(ordered[1] * ROOM_ABOVE))
    return ordered[0]


def ticks(most: int) -> tuple[int, ...]:
    """Two to four round values to read a chart by."""
    step = next(
        size * power
        for power in (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
        for size in (1, 2, 5)
        if most / (size * power) < 5
    )
    return tuple(range(step, most + 1, step))

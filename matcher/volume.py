"""How much a need lets through: Snäv, Balans or Bred, chosen by its owner instead of a threshold (`ux.md` 3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from calls.model import Call
from profiles.model import Priority, Volume

WEEK = timedelta(weeks=1)
BOOSTS = {Priority.HIGH: 0.02, Priority.NORMAL: 0.0, Priority.LOW: -0.02}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The numbers behind the word.

    Attributes:
        least: the lowest score that is proposed, 0 to 1.
        keep: at most so many calls at a time.
    """

    least: float
    keep: int


def limits(volume: Volume, least: float, keep: int, likely: float) -> Limits:
    """What a choice means, given the usual limits and the score from which matches are called likely.

    Snäv proposes only what is likely or strong, a third as many at most; Bred half as sure and twice as many.
    """
    if volume is Volume.NARROW:
        return Limits(least=max(least, likely), keep=max(1, keep // 3))
    if volume is Volume.BROAD:
        return Limits(least=least / 2, keep=keep * 2)
    return Limits(least=least, keep=keep)


def per_week(calls: Sequence[Call]) -> float:
    """How many such calls come in a week, from those that are there now.

    A call that stands for w weeks is among those there now w times as often as one that stands for one week;
    each therefore counts for 1/w (length-biased sampling). A call without a deadline counts for a year.
    """
    return sum(WEEK / _stands(call) for call in calls)


def _stands(call: Call) -> timedelta:
    """From when a call could first be read until its last deadline, a week at least."""
    begins = call.first_seen_at
    if call.opening_date is not None:
        opening = datetime.combine(call.opening_date, begins.timetz())
        begins = min(begins, opening)
    closes = max((deadline.at for deadline in call.deadlines or ()), default=begins + 52 * WEEK)
    return max(WEEK, closes - begins)
